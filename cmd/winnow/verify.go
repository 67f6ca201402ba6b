package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/winnow-data/winnow/config"
	"github.com/winnow-data/winnow/pipeline/verify"
	"github.com/winnow-data/winnow/wire"
)

func newVerifyCmd() *cobra.Command {
	var flags pipelineFlags
	var format string
	cmd := &cobra.Command{
		Use:   "verify --config FILE",
		Short: "Recompute the ledger from Kafka alone",
		Long: `Hold the source topics, the verdict log and the quarantine against each other, over what Kafka still holds, and name each offset that contradicts.

Exit code: 0 everything adds up, 1 a contradiction, 2 the configuration is wrong, 3 Kafka cannot be read.`,
		Example: `  winnow verify --config winnow.yaml
  winnow verify --config winnow.yaml -o json | jq '.partitions[] | select(.contradicted > 0)'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != "table" && format != "json" {
				return wrong(fmt.Errorf("-o %q is neither table nor json", format))
			}
			p, err := flags.load(cmd)
			if err != nil {
				return err
			}
			client, err := newClient(p, wire.Config{})
			if err != nil {
				return wrong(err)
			}
			defer client.Close()
			report, err := verifyPipeline(cmd, p, client)
			if err != nil {
				return outside(err)
			}
			if err := writeReport(cmd.OutOrStdout(), format, report); err != nil {
				return outside(err)
			}
			if !report.Balanced {
				return no(nil)
			}
			return nil
		},
	}
	flags.register(cmd)
	cmd.Flags().StringVarP(&format, "output", "o", "table", "table or json")
	return cmd
}

func verifyPipeline(cmd *cobra.Command, p *config.Pipeline, client *wire.Client) (*verify.Report, error) {
	ctx := cmd.Context()
	all, err := client.Topics(ctx)
	if err != nil {
		return nil, err
	}
	var topics []string
	for name := range all {
		if c, err := p.Contract(name); err == nil && c != nil {
			topics = append(topics, name)
		}
	}
	slices.Sort(topics)
	shown := newProgress(cmd.ErrOrStderr())
	defer shown.done()
	v := &verify.Verifier{Client: client, Group: p.Kafka.Group, Progress: shown.of}
	return v.Run(ctx, topics)
}

func writeReport(w io.Writer, format string, r *verify.Report) error {
	if format == "json" {
		return json.NewEncoder(w).Encode(r)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "PARTITION\tFROM\tTO\tPASSED\tQUARANTINED\tSKIPPED\tDOUBLED\tUNVERIFIABLE\tPENDING\tCONTRADICTED\t")
	for i := range r.Partitions {
		p := &r.Partitions[i]
		var skipped int64
		for _, n := range p.SkippedBy {
			skipped += n
		}
		fmt.Fprintf(t, "%s/%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", p.Topic, p.Partition, p.From, p.To, p.Passed, p.Quarantined, skipped, p.Doubled,
			p.Unverifiable, p.Pending, p.Contradicted)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, p := range r.Partitions {
		for _, c := range p.Contradictions {
			fmt.Fprintf(w, "%s: %s\n", c.ID, c.Problem)
		}
	}
	word := "The ledger adds up."
	if !r.Balanced {
		word = "The ledger contradicts itself."
	}
	_, err := fmt.Fprintf(w, "consumed %d = passed %d + quarantined %d + skipped %d. %s\n", r.Consumed, r.Passed, r.Quarantined, r.Skipped, word)
	return err
}
