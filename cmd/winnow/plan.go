package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/validators"
)

// newPlan compiles what judging by a contract needs.
func newPlan(c *schemas.Contract, limits schemas.Limits) (*judge.Plan, winnow.Faults) {
	set, faults := validators.Compile(c)
	if faults.Err() != nil {
		return nil, faults
	}
	p := &judge.Plan{Contract: c, Limits: limits, NewRules: set.New, Policy: set.Policy()}
	for _, r := range set.Rules() {
		p.Checks = append(p.Checks, judge.Check{Name: r.Name, OnFail: r.OnFail, Window: r.Window})
	}
	if set.Scanner() != nil {
		p.NewScanner = set.Scanner
	}
	return p, faults
}

// loadPlan loads and compiles a contract, and tells all of its faults at once.
func loadPlan(file string, opt schemas.ContractOptions) (*judge.Plan, winnow.Faults) {
	c, faults := schemas.LoadContract(file, opt)
	if c == nil {
		return nil, faults
	}
	plan, more := newPlan(c, schemas.DefaultLimits())
	return plan, faults.Also(more)
}

// ruleFaults are what compiling a contract's rules finds.
func ruleFaults(c *schemas.Contract) winnow.Faults {
	_, faults := validators.Compile(c)
	return faults
}

// schemaFlags are the flags that say how a contract's schema is read.
type schemaFlags struct {
	draft string
	refs  []string
}

func (f *schemaFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.draft, "draft", "", "JSON Schema draft of a schema that does not name its own: 4, 6, 7, 2019-09 or 2020-12 (the default)")
	cmd.Flags().StringArrayVar(&f.refs, "ref", nil, "PREFIX=DIR: local files for the $refs whose address begins with PREFIX, beside the contract's refs (repeatable)")
}

func (f *schemaFlags) options() (schemas.ContractOptions, error) {
	opt := schemas.ContractOptions{Draft: f.draft}
	for _, text := range f.refs {
		r, err := schemas.ParseRef(text)
		if err != nil {
			return opt, wrong(fmt.Errorf("--ref: %w", err))
		}
		opt.Refs = append(opt.Refs, r)
	}
	return opt, nil
}

// contractFlags are the flags of commands that judge by one contract file.
type contractFlags struct {
	schemaFlags

	file   string
	assert bool
}

func (f *contractFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.file, "contract", "", "the contract, or a bare JSON Schema (required)")
	f.schemaFlags.register(cmd)
	cmd.Flags().BoolVar(&f.assert, "format-assertion", true, "whether `format` is asserted; overrides the contract where given")
	_ = cmd.MarkFlagRequired("contract") // fails only for a flag that is not there
}

// plan loads and compiles the contract. Warnings go to w, faults are the error.
func (f *contractFlags) plan(cmd *cobra.Command, w io.Writer) (*judge.Plan, error) {
	opt, err := f.options()
	if err != nil {
		return nil, err
	}
	if cmd.Flags().Changed("format-assertion") {
		opt.FormatAssertion = &f.assert
	}
	plan, faults := loadPlan(f.file, opt)
	for _, warning := range faults.Warnings() {
		fmt.Fprintln(w, warning)
	}
	if err := faults.Err(); err != nil {
		return nil, wrong(err)
	}
	return plan, nil
}
