package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/winnow-data/winnow/api"
)

func newQuarantineCmd() *cobra.Command {
	client := &reviewClient{}
	cmd := &cobra.Command{
		Use:   "quarantine",
		Short: "Review the records that failed",
		Long: `Ask a running winnow about the quarantined records. Content is shown masked: letters as x, digits as 9.

The token, where the server has one, is read from WINNOW_TOKEN.`,
		Example: `  winnow quarantine groups
  winnow quarantine list --team UA --rule type --server https://winnow.example.org`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	client.register(cmd)
	cmd.AddCommand(newQuarantineGroupsCmd(client), newQuarantineListCmd(client), newQuarantineShowCmd(client))
	return cmd
}

// reviewFilter is the flags that narrow down groups and list.
type reviewFilter struct {
	topic, team, user, rule, contract, pointer string
	limit                                      int
}

func (f *reviewFilter) register(cmd *cobra.Command, limit int) {
	flags := cmd.Flags()
	flags.StringVar(&f.topic, "topic", "", "only of this source topic")
	flags.StringVar(&f.team, "team", "", "only of this team")
	flags.StringVar(&f.rule, "rule", "", "only failed by this rule")
	flags.StringVar(&f.contract, "contract", "", "only under this contract: its hash, or the beginning of it")
	flags.StringVar(&f.pointer, "pointer", "", "only failed at this place: a JSON Pointer, array indices as *")
	flags.IntVar(&f.limit, "limit", limit, "how many at most")
}

func (f *reviewFilter) query(limit int) url.Values {
	q := url.Values{"limit": {strconv.Itoa(limit)}}
	for name, value := range map[string]string{
		"topic": f.topic, "team": f.team, "user": f.user, "rule": f.rule, "contract": f.contract, "pointer": f.pointer,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// checkReviewLimit refuses what no answer can have; most is 0 for no upper bound.
func checkReviewLimit(limit, most int) error {
	switch {
	case limit < 1:
		return wrong(errors.New("--limit must be 1 at least"))
	case most > 0 && limit > most:
		return wrong(fmt.Errorf("--limit must be %d at most", most))
	}
	return nil
}

// remark tells a person what the answer does not cover.
func remark(w io.Writer, c api.Coverage) {
	say := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
	if !c.CaughtUp {
		say("The quarantine topics are still being read: there may be more.")
	}
	if c.Dropped > 0 {
		say("%d of %d records are only counted: the index no longer holds the details of the oldest.", c.Dropped, c.Records)
	}
	if c.Unreadable > 0 {
		say("%d Kafka batches in the quarantine topics could not be read.", c.Unreadable)
	}
	if !c.Exact {
		say("Counts are not exact: some records may be counted twice, or in the group other.")
	}
}

// reviewTime is a time for a table; in local terms a person would have to say which.
func reviewTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// shortHash is enough of a contract's hash to give to --contract.
func shortHash(hash string) string {
	const enough = len("sha256:") + 12
	return hash[:min(len(hash), enough)]
}
