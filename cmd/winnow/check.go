package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/judge"
)

func newCheckCmd() *cobra.Command {
	var contract contractFlags
	var input, format string
	cmd := &cobra.Command{
		Use:   "check --contract FILE --input FILE|-",
		Short: "Judge a file of records, without Kafka",
		Long: `Judge NDJSON, one record a line (plain, gzip or zstd), by a contract or a bare JSON Schema, as ` + "`run`" + ` would judge it.

Exit code: 0 all passed, 1 records failed, 2 the contract is wrong, 3 the input cannot be read.`,
		Example: `  winnow check --contract flights.yaml --input flights.ndjson.gz
  winnow check --contract event.schema.json --draft 7 --input - -o jsonl < events.ndjson | jq 'select(.verdict == "fail")'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains([]string{"table", "json", "jsonl"}, format) {
				return wrong(fmt.Errorf("-o %q is none of table, json, jsonl", format))
			}
			plan, err := contract.plan(cmd, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			in, err := openInput(input, cmd.InOrStdin())
			if err != nil {
				return err
			}
			defer in.Close() //nolint:errcheck // it was only read
			out := bufio.NewWriterSize(cmd.OutOrStdout(), 1<<16)
			c := newChecker(plan, out, format == "jsonl", newProgress(cmd.ErrOrStderr()))
			if err := c.run(in); err != nil {
				return errors.Join(err, out.Flush())
			}
			if err := errors.Join(c.report(format), out.Flush()); err != nil {
				return outside(err)
			}
			if c.result.Failed > 0 {
				return no(nil)
			}
			return nil
		},
	}
	contract.register(cmd)
	cmd.Flags().StringVar(&input, "input", "", "NDJSON, plain, gzip or zstd; - is standard input (required)")
	cmd.Flags().StringVarP(&format, "output", "o", "table", "table, json (a summary) or jsonl (a verdict a line)")
	_ = cmd.MarkFlagRequired("input") // fails only for a flag that is not there
	return cmd
}

// A checkResult is what `check -o json` prints.
type checkResult struct {
	Records  int64        `json:"records"`
	Passed   int64        `json:"passed"`
	Failed   int64        `json:"failed"`
	Bytes    int64        `json:"bytes"`
	Seconds  float64      `json:"seconds"`
	Contract string       `json:"contract"`
	Groups   []checkGroup `json:"groups"`
}

type checkGroup struct {
	Rule    string `json:"rule"`
	Pointer string `json:"pointer"`
	Count   int64  `json:"count"` // records
	First   int64  `json:"first"` // line

	last int64 // the line that was counted last
}

type groupKey struct{ rule, pointer string }

type checker struct {
	plan     *judge.Plan
	judge    *judge.Judge
	out      *bufio.Writer
	each     bool
	progress *progress
	result   checkResult
	groups   map[groupKey]*checkGroup
}

func newChecker(plan *judge.Plan, out *bufio.Writer, each bool, p *progress) *checker {
	c := &checker{plan: plan, out: out, each: each, progress: p, groups: make(map[groupKey]*checkGroup)}
	c.result.Contract = plan.Contract.Hash
	c.judge = judge.New(plan, func(w judge.Window) {
		c.group(winnow.Reason{Rule: w.Check.Name, Pointer: w.Pointer}, w.First+1, w.Records)
	})
	return c
}

func (c *checker) run(in io.Reader) error {
	begin := time.Now()
	err := lines(in, c.plan.Limits.Record, func(n int64, line []byte) error {
		c.result.Bytes += int64(len(line)) + 1
		c.judge.Add(&winnow.Record{Offset: n - 1, Value: line, Time: begin.UnixMilli()}) // a file is a partition: windows align to its offset 0
		if c.judge.Full() {
			return c.settle()
		}
		return nil
	}, c.settle)
	c.judge.Close()
	c.progress.done()
	c.result.Seconds = time.Since(begin).Seconds()
	return err
}

func (c *checker) settle() error {
	c.judge.Finish()
	for i := range c.judge.Len() {
		line, v := c.judge.Record(i).Offset+1, c.judge.Verdict(i)
		c.result.Records++
		if v.Outcome == winnow.Failed {
			c.result.Failed++
		} else {
			c.result.Passed++
		}
		for _, r := range v.Reasons {
			c.group(r, line, 1)
		}
		if c.each {
			if err := c.line(line, &v); err != nil {
				return outside(err)
			}
		}
	}
	c.judge.Reset()
	c.progress.say(c.result.Records, c.result.Failed)
	return nil
}

func (c *checker) line(n int64, v *judge.Verdict) error {
	reasons := v.Reasons
	if reasons == nil {
		reasons = []winnow.Reason{}
	}
	b, err := json.Marshal(struct {
		Line    int64           `json:"line"`
		Verdict string          `json:"verdict"`
		Reasons []winnow.Reason `json:"reasons"`
	}{n, v.Outcome.String(), reasons})
	if err != nil {
		return fmt.Errorf("cannot write a verdict: %w", err)
	}
	_, err = c.out.Write(append(b, '\n'))
	return err
}

// group counts a record, once, into the group of a reason.
func (c *checker) group(r winnow.Reason, line, records int64) {
	k := groupKey{r.Rule, c.place(r.Pointer)}
	if k.rule == winnow.RuleJSON {
		k.pointer = ""
	}
	g := c.groups[k]
	if g == nil {
		g = &checkGroup{Rule: k.rule, Pointer: k.pointer, First: line}
		c.groups[k] = g
	}
	if g.last != line || records > 1 {
		g.Count += records
	}
	g.last = line
}

// place puts * in the place of array indices.
func (c *checker) place(pointer string) string {
	if !strings.ContainsAny(pointer, "0123456789") {
		return pointer
	}
	if _, _, ok := c.plan.Contract.Program.Column(pointer); ok {
		return pointer // only objects on the way: a number is a name
	}
	tokens := strings.Split(pointer, "/")
	for i, t := range tokens {
		if t != "" && strings.Trim(t, "0123456789") == "" {
			tokens[i] = "*"
		}
	}
	return strings.Join(tokens, "/")
}

func (c *checker) report(format string) error {
	c.result.Groups = make([]checkGroup, 0, len(c.groups))
	for _, g := range c.groups {
		c.result.Groups = append(c.result.Groups, *g)
	}
	slices.SortFunc(c.result.Groups, func(a, b checkGroup) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.First, b.First), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Pointer, b.Pointer))
	})
	switch format {
	case "jsonl":
		return nil
	case "json":
		return json.NewEncoder(c.out).Encode(c.result)
	}
	return c.table()
}

func (c *checker) table() error {
	r := c.result
	if len(r.Groups) > 0 {
		t := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "RULE\tPOINTER\tRECORDS\tFIRST LINE")
		for _, g := range r.Groups {
			fmt.Fprintf(t, "%s\t%s\t%d\t%d\n", g.Rule, cmp.Or(g.Pointer, "-"), g.Count, g.First)
		}
		if err := t.Flush(); err != nil {
			return err
		}
		fmt.Fprintln(c.out)
	}
	_, err := fmt.Fprintf(c.out, "%d records, %d passed, %d failed (%.2f %%), %.1f MB in %.2f s\n", r.Records, r.Passed, r.Failed,
		100*float64(r.Failed)/float64(max(1, r.Records)), float64(r.Bytes)/1e6, r.Seconds)
	return err
}
