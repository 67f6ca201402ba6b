package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
)

func newContractCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "contract",
		Short: "Work on contracts",
		Args:  cobra.NoArgs,
		Example: `  winnow contract lint flights.yaml
  winnow contract lint --strict contracts/*.yaml`,
	}
	cmd.AddCommand(newContractLintCmd())
	return cmd
}

func newContractLintCmd() *cobra.Command {
	var flags schemaFlags
	var output outputFlag
	var strict bool
	cmd := &cobra.Command{
		Use:   "lint FILE...",
		Short: "Find what is wrong with contracts, and what is surely a slip",
		Long: `Tell every fault of contracts or bare JSON Schemas at once, each with file:line:column and what to do, and warn of what surely is a slip: see
docs/reference/lint.md.

Exit code: 0 nothing is wrong, 1 with --strict there are warnings, 2 a contract is wrong, 3 a file cannot be read.`,
		Example: `  winnow contract lint flights.yaml
  winnow contract lint --strict -o jsonl contracts/*.yaml | jq 'select(.severity == "error")'`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, files []string) error {
			opt, err := flags.options()
			if err != nil {
				return err
			}
			var faults winnow.Faults
			var unread error
			seen := make(map[winnow.Fault]bool) // contracts may share a schema's file
			for _, file := range files {
				found, err := lintFile(file, opt)
				unread = errors.Join(unread, err)
				for _, f := range found {
					if !seen[f] {
						seen[f] = true
						faults = append(faults, f)
					}
				}
			}
			if err := output.print(cmd.OutOrStdout(), lintView(faults)); err != nil {
				return err
			}
			warnings := len(faults.Warnings())
			wrongs := len(faults) - warnings
			fmt.Fprintf(cmd.ErrOrStderr(), "%d file(s): %d fault(s), %d warning(s)\n", len(files), wrongs, warnings)
			switch {
			case unread != nil:
				return outside(unread)
			case wrongs > 0:
				return wrong(nil)
			case strict && warnings > 0:
				return no(nil)
			}
			return nil
		},
	}
	flags.register(cmd)
	output.register(cmd, outputTable, outputJSON, outputJSONL)
	cmd.Flags().BoolVar(&strict, "strict", false, "exit with 1 where there are warnings")
	return cmd
}

// lintFile gives the faults and warnings of a contract, its rules' among them, in the order of their places. That the file itself
// cannot be read is an error.
func lintFile(file string, opt schemas.ContractOptions) (winnow.Faults, error) {
	info, err := os.Stat(file)
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a folder: name the files in it", file)
	}
	if err == nil {
		var f *os.File
		if f, err = os.Open(file); err == nil {
			err = f.Close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read a contract: %w", err)
	}
	c, faults := schemas.Lint(file, opt)
	if c != nil {
		faults = faults.Also(ruleFaults(c))
	}
	slices.SortStableFunc(faults, func(a, b winnow.Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return faults, nil
}

// A lintFinding is what `contract lint` prints of a fault or a warning.
type lintFinding struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Severity string `json:"severity"` // error or warning
	Problem  string `json:"problem"`
	Fix      string `json:"fix"`
}

func lintView(faults winnow.Faults) *outputView {
	findings := make([]lintFinding, 0, len(faults))
	v := &outputView{head: []string{"PLACE", "SEVERITY", "PROBLEM", "WHAT TO DO"}, items: make([]any, 0, len(faults))}
	for _, f := range faults {
		finding := lintFinding{f.File, f.Line, f.Column, "error", f.Problem, f.Fix}
		if f.Warning {
			finding.Severity = "warning"
		}
		place := f.File
		if f.Line > 0 {
			place = fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
		}
		findings, v.items = append(findings, finding), append(v.items, finding)
		v.rows = append(v.rows, []string{place, finding.Severity, f.Problem, f.Fix})
	}
	v.value = findings
	return v
}
