package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/winnow-data/winnow/loadgen"
	"github.com/winnow-data/winnow/wire"
)

// reach is how long Kafka may take to answer for the first time.
const reach = 10 * time.Second

// loadgenFlags are the flags of `winnow loadgen`.
type loadgenFlags struct {
	brokers            []string
	codec, output      string
	labels, contract   string
	list, score, lines bool
	cfg                loadgen.LoadConfig
	logs               logFlags
}

func newLoadgenCmd() *cobra.Command {
	f := &loadgenFlags{}
	cmd := &cobra.Command{
		Use:   "loadgen --brokers HOST:PORT[,…] [--topic T]",
		Short: "Make load: training records with planted, labelled faults",
		Long: `Write training records into a Kafka topic, until the count or the duration is reached, or until it is interrupted. A share of them is spoilt by
planted faults, one kind after another (--list-faults); each record says in the header ` + loadgen.HeaderFault + ` what was planted, which the gate
does not read. --score compares these labels with the verdicts of the gate. The records keep the contract that --write-contract writes.

Exit code: 0 written, or all planted faults were found and nothing else; 1 the score is not that; 2 the command is wrong; 3 Kafka cannot be reached.`,
		Example: `  winnow loadgen --brokers 127.0.0.1:9092 --topic training --rate 20000 --duration 1m --faults 1%
  winnow loadgen --brokers 127.0.0.1:9092 --topic training --score -o json
  winnow loadgen --stdout --count 100000 --labels labels.jsonl | winnow check --contract contract.yaml --input -`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	f.register(cmd)
	return cmd
}

func (f *loadgenFlags) register(cmd *cobra.Command) {
	fs, g := cmd.Flags(), &f.cfg.Generator
	g.Faults, g.Framed = 0.01, 0.01
	fs.StringSliceVar(&f.brokers, "brokers", nil, "Kafka, as host:port, separated by commas")
	fs.StringVar(&f.cfg.Topic, "topic", "training", "the topic; it is created where it is not there")
	fs.IntVar(&f.cfg.Partitions, "partitions", loadgen.DefaultPartitions, "partitions of a topic that is created")
	fs.IntVar(&f.cfg.Replication, "replication", 1, "replicas of a topic that is created")
	fs.StringVar(&f.codec, "codec", "none", "compression: none, gzip, snappy, lz4 or zstd")
	fs.Float64Var(&f.cfg.Rate, "rate", 0, "records a second; 0 is as many as it can")
	fs.Int64Var(&f.cfg.Count, "count", 0, "how many records; 0 is no end")
	fs.DurationVar(&f.cfg.Duration, "duration", 0, "how long; 0 is no end")
	fs.IntVar(&f.cfg.Workers, "workers", 0, "writers, each of its own partitions; 0 is one a partition, four at most")
	fs.Var((*shareFlag)(&g.Faults), "faults", "share of records with a planted fault")
	fs.StringSliceVar(&g.Kinds, "kinds", nil, "plant these kinds only: see --list-faults")
	fs.Var((*shareFlag)(&g.Framed), "framed", "share of good records behind Confluent's frame")
	fs.Int64Var(&f.cfg.BatchEvery, "batch-every", 200_000, "records between two faults that need a Kafka batch of their own; 0 is none")
	fs.Uint64Var(&g.Seed, "seed", 0, "the same seed makes the same records (default: another one each time)")
	fs.BoolVar(&f.list, "list-faults", false, "list the faults, and what the gate must say of each")
	fs.BoolVar(&f.score, "score", false, "write nothing; score the verdicts on what the topic holds")
	fs.BoolVar(&f.lines, "stdout", false, "write NDJSON to standard output instead of Kafka")
	fs.StringVar(&f.labels, "labels", "", "with --stdout: write the label of each spoilt line into this file, as NDJSON")
	fs.StringVar(&f.contract, "write-contract", "", "write the contract that the records keep into this folder, and nothing else")
	fs.StringVarP(&f.output, "output", "o", "table", "table or json")
	f.logs.register(cmd)
}

func (f *loadgenFlags) run(cmd *cobra.Command) error {
	if f.output != "table" && f.output != "json" {
		return wrong(fmt.Errorf("-o %q is neither table nor json", f.output))
	}
	if f.labels != "" && !f.lines {
		return wrong(errors.New("--labels goes with --stdout: in Kafka the labels are headers"))
	}
	codecs := []string{"none", "gzip", "snappy", "lz4", "zstd"} // in Kafka's order
	codec := slices.Index(codecs, f.codec)
	if codec < 0 {
		return wrong(fmt.Errorf("--codec %q is none of %s", f.codec, strings.Join(codecs, ", ")))
	}
	f.cfg.Codec = wire.Codec(codec)
	if !cmd.Flags().Changed("seed") {
		f.cfg.Generator.Seed = rand.Uint64() >> 32
	}
	f.cfg.Generator.Lines = f.lines
	if err := f.cfg.Validate().Err(); err != nil {
		return wrong(err)
	}
	switch out := cmd.OutOrStdout(); {
	case f.list:
		return f.listFaults(out)
	case f.contract != "":
		file, err := loadgen.WriteContract(f.contract)
		if err != nil {
			return outside(err)
		}
		_, err = fmt.Fprintln(out, file)
		return outsideOutput(err)
	case f.lines:
		return f.writeLines(cmd)
	case len(f.brokers) == 0:
		return wrong(errors.New("no Kafka: say --brokers host:port, or --stdout for NDJSON"))
	}
	return f.kafka(cmd)
}

// outsideOutput makes an error of writing to standard output one of the outside.
func outsideOutput(err error) error {
	if err != nil {
		return outside(fmt.Errorf("cannot write the output: %w", err))
	}
	return nil
}

// writeLines is `winnow loadgen --stdout`. What it wrote is told on standard error, as the output is the data.
func (f *loadgenFlags) writeLines(cmd *cobra.Command) error {
	var labels *os.File
	if f.labels != "" {
		var err error
		if labels, err = os.Create(filepath.Clean(f.labels)); err != nil {
			return outside(fmt.Errorf("cannot write the labels: %w", err))
		}
	}
	out, side := bufio.NewWriterSize(cmd.OutOrStdout(), 1<<18), bufio.NewWriter(labels)
	var to io.Writer
	if labels != nil {
		to = side
	}
	stats, err := loadgen.WriteLines(cmd.Context(), f.cfg, out, to)
	err = errors.Join(err, out.Flush())
	if labels != nil {
		err = errors.Join(err, side.Flush(), labels.Close())
	}
	if err != nil {
		return outsideOutput(err)
	}
	stats.Faults = f.brief(stats.Faults)
	return f.report(cmd.ErrOrStderr(), stats)
}

func (f *loadgenFlags) kafka(cmd *cobra.Command) error {
	log, err := f.logs.logger(cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	client, err := wire.New(wire.Config{Brokers: f.brokers, ClientID: "winnow-loadgen"})
	if err != nil {
		return wrong(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(cmd.Context(), reach)
	_, err = client.Topics(ctx, f.cfg.Topic)
	cancel()
	if err != nil {
		return outside(fmt.Errorf("cannot reach Kafka at %s: %w", strings.Join(f.brokers, ", "), err))
	}
	if f.score {
		return f.scoreTopic(cmd, client)
	}
	f.cfg.Log = log
	loader, err := loadgen.NewLoader(client, f.cfg)
	if err != nil {
		return wrong(err)
	}
	ctx, cancel = context.WithCancel(cmd.Context())
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		watchLoad(ctx, newProgress(cmd.ErrOrStderr()), loader)
	}()
	err = loader.Run(cmd.Context())
	cancel()
	<-watched
	if err != nil {
		return outside(err)
	}
	return f.report(cmd.OutOrStdout(), loader.Stats())
}

// watchLoad tells a person how the load comes along, until ctx ends.
func watchLoad(ctx context.Context, p *progress, l *loadgen.Loader) {
	if p.w == nil {
		return
	}
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			p.done()
			return
		case <-tick.C:
			s := l.Stats()
			p.said = true
			_, _ = fmt.Fprintf(p.w, "\r%s records, %s/s, %s faults planted ",
				humanize.Comma(s.Records), humanize.Comma(loadPerSecond(s.Records, s.Elapsed)), humanize.Comma(s.Planted))
		}
	}
}

func loadPerSecond(n int64, d time.Duration) int64 {
	if d <= 0 {
		return 0
	}
	return int64(float64(n) / d.Seconds())
}

// brief leaves the kinds out where a person reads: with --stdout the labels have them.
func (f *loadgenFlags) brief(kinds []loadgen.KindCount) []loadgen.KindCount {
	if f.output == "json" {
		return kinds
	}
	return nil
}

// A loadReport is what `loadgen -o json` prints.
type loadReport struct {
	Topic string `json:"topic,omitempty"`
	Seed  uint64 `json:"seed"`
	loadgen.Stats
}

func (f *loadgenFlags) report(w io.Writer, s loadgen.Stats) error {
	if f.output == "json" {
		return writeLoadJSON(w, loadReport{f.cfg.Topic, f.cfg.Generator.Seed, s})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s records (%s) in %s: %s records/s, %s/s; %s faults planted; seed %d\n", humanize.Comma(s.Records),
		humanize.Bytes(uint64(s.Bytes)), s.Elapsed.Round(time.Millisecond), humanize.Comma(loadPerSecond(s.Records, s.Elapsed)),
		humanize.Bytes(uint64(loadPerSecond(s.Bytes, s.Elapsed))), humanize.Comma(s.Planted), f.cfg.Generator.Seed)
	if len(s.Refused) > 0 {
		fmt.Fprintf(&b, "the broker looks into batches and refused: %s\n", strings.Join(s.Refused, ", "))
	}
	if len(s.Faults) > 0 {
		fmt.Fprintln(&b, "\nFAULT\tPLANTED")
	}
	for _, k := range s.Faults {
		fmt.Fprintf(&b, "%s\t%s\n", k.Kind, humanize.Comma(k.Count))
	}
	return writeAligned(w, b.String())
}

// writeAligned writes text with its tabs turned into columns.
func writeAligned(w io.Writer, text string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, err := io.WriteString(t, text)
	return outsideOutput(errors.Join(err, t.Flush()))
}

func writeLoadJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return outsideOutput(e.Encode(v))
}

func (f *loadgenFlags) listFaults(w io.Writer) error {
	if f.output == "json" {
		return writeLoadJSON(w, loadgen.Faults())
	}
	var b strings.Builder
	fmt.Fprintln(&b, "FAULT\tGROUP\tRULE\tPOINTER\tDETAIL")
	for _, x := range loadgen.Faults() {
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\n", x.Kind, x.Group, x.Rule, x.Pointer, x.Detail)
	}
	return writeAligned(w, b.String())
}
