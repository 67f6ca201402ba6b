package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/winnow-data/winnow/config"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/wire"
)

func newRunCmd() *cobra.Command {
	var flags pipelineFlags
	var logs logFlags
	var as string
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "run --config FILE",
		Short: "Run the service until SIGTERM",
		Long: `Judge the records of the contracts' topics as they come, quarantine the bad ones, write every verdict down, and serve the API. On SIGTERM it finishes what is
in hand, commits, leaves the group and exits with 0.

Exit code: 2 the configuration or a contract is wrong, 3 Kafka cannot be reached or the address is taken.`,
		Example: `  winnow run --config winnow.yaml
  winnow run --brokers 127.0.0.1:9092 --topic flights --contract flights.yaml --dry-run`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			log, err := logs.logger(cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			r := role(as)
			if !r.gate() && !r.review() {
				return wrong(fmt.Errorf("--role %q is none of all, gate, review", as))
			}
			p, err := flags.load(cmd)
			if err != nil {
				return err
			}
			s, err := newService(cmd.Context(), p, r, dryRun, log, wire.Config{})
			if err != nil {
				return err
			}
			return s.run(cmd.Context())
		},
	}
	flags.register(cmd)
	logs.register(cmd)
	cmd.Flags().StringVar(&as, "role", string(roleAll), "all, gate or review")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "judge and count, write nothing: no quarantine, no verdicts, no offsets, no group")
	return cmd
}

// pipelineFlags name a pipeline: by its file, or in short.
type pipelineFlags struct {
	config, brokers, topic, contract, listen, group string
}

func (f *pipelineFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.config, "config", "", "the pipeline file")
	cmd.Flags().StringVar(&f.brokers, "brokers", "", "without --config: host:port,… of Kafka")
	cmd.Flags().StringVar(&f.topic, "topic", "", "without --config: the topic")
	cmd.Flags().StringVar(&f.contract, "contract", "", "without --config: the contract, or a bare JSON Schema")
	cmd.Flags().StringVar(&f.listen, "listen", "", "where the API is served; overrides the pipeline file")
	cmd.Flags().StringVar(&f.group, "group", "", "the consumer group; overrides the pipeline file")
	cmd.MarkFlagsMutuallyExclusive("config", "brokers")
	cmd.MarkFlagsMutuallyExclusive("config", "contract")
	cmd.MarkFlagsMutuallyExclusive("config", "topic")
	cmd.MarkFlagsOneRequired("config", "brokers")
	cmd.MarkFlagsRequiredTogether("brokers", "topic", "contract")
}

// load reads the pipeline. Warnings are told, faults are the error.
func (f *pipelineFlags) load(cmd *cobra.Command) (*config.Pipeline, error) {
	var p *config.Pipeline
	if f.config != "" {
		loaded, faults := config.Load(f.config, ruleFaults)
		for _, w := range faults.Warnings() {
			fmt.Fprintln(cmd.ErrOrStderr(), w)
		}
		if err := faults.Err(); err != nil {
			return nil, wrong(err)
		}
		p = loaded
	} else {
		plan, faults := loadPlan(f.contract, schemas.ContractOptions{})
		for _, w := range faults.Warnings() {
			fmt.Fprintln(cmd.ErrOrStderr(), w)
		}
		if err := faults.Err(); err != nil {
			return nil, wrong(err)
		}
		topic, err := schemas.ParseTopic(f.topic)
		if err != nil {
			return nil, wrong(err)
		}
		c := plan.Contract
		c.Topics = []schemas.Topic{topic}
		d := config.Default()
		d.Kafka.Brokers = strings.Split(f.brokers, ",")
		d.Contracts = []*schemas.Contract{c}
		p = &d
	}
	if f.listen != "" {
		p.Listen = f.listen
	}
	if f.group != "" {
		p.Kafka.Group = f.group
	}
	if faults := p.Validate(); faults.Err() != nil {
		return nil, wrong(faults.Err())
	}
	return p, nil
}
