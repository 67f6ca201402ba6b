package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/winnow-data/winnow/config"
)

func newConfigCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Work on pipeline files",
		Args:  cobra.NoArgs,
		Example: `  winnow config check winnow.yaml
  winnow config explain winnow.yaml`,
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "check FILE",
		Short: "Check a pipeline file and the contracts that it names",
		Args:  cobra.ExactArgs(1),
		Example: `  winnow config check winnow.yaml
  winnow config check deploy/compose/winnow.yaml && echo good`,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := checkConfig(cmd, args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is right: %d contract(s)\n", args[0], len(p.Contracts))
			return err
		},
	}, &cobra.Command{
		Use:   "explain FILE",
		Short: "Show a pipeline file with every default filled in and secrets hidden",
		Args:  cobra.ExactArgs(1),
		Example: `  winnow config explain winnow.yaml
  winnow config explain winnow.yaml | grep retention`,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := checkConfig(cmd, args[0])
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(config.Explain(p))
			return err
		},
	})
	return cmd
}

// checkConfig loads a pipeline file and compiles its contracts' rules. Warnings are told, faults are the error.
func checkConfig(cmd *cobra.Command, file string) (*config.Pipeline, error) {
	p, faults := config.Load(file, ruleFaults)
	for _, w := range faults.Warnings() {
		fmt.Fprintln(cmd.ErrOrStderr(), w)
	}
	if err := faults.Err(); err != nil {
		return nil, wrong(err)
	}
	return p, nil
}
