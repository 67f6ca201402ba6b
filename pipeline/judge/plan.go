package judge

import (
	"fmt"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
)

// A Check is a rule of the plan: what a contract calls it and what it wants done when it fails.
type Check struct {
	Name   string // as reasons and metrics say it
	OnFail winnow.OnFail
	Window bool
}

// A Plan is a compiled contract with everything that judging needs. It is immutable and shared by all partitions.
type Plan struct {
	Contract *schemas.Contract
	Limits   schemas.Limits
	Checks   []Check
	// NewRules makes the rules of Checks, in the same order, with windows of their own; nil where there are none.
	NewRules func() []winnow.Rule
	// NewScanner makes a scanner, and Policy says what its findings lead to; both nil where the contract has
	// `sensitive: off`.
	NewScanner func() winnow.Scanner
	Policy     winnow.Policy
}

// Validate reports a plan that was put together wrongly: a fault of ours, not of a contract.
func (p *Plan) Validate() error {
	switch {
	case p.Contract == nil || p.Contract.Program == nil:
		return fmt.Errorf("a plan needs a compiled contract")
	case len(p.Checks) > 0 && p.NewRules == nil:
		return fmt.Errorf("a plan with checks needs rules")
	case p.NewScanner != nil && p.Policy == nil:
		return fmt.Errorf("a plan with a scanner needs a policy")
	}
	return nil
}

// OnFail says what the plan does with a reason of this rule's name.
func (p *Plan) OnFail(rule string) winnow.OnFail {
	for _, c := range p.Checks {
		if c.Name == rule {
			return c.OnFail
		}
	}
	return winnow.OnFailQuarantine
}
