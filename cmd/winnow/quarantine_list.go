package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/winnow-data/winnow/api"
)

func newQuarantineListCmd(client *reviewClient) *cobra.Command {
	var filter reviewFilter
	var out outputFlag
	var after string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List quarantined records, newest first",
		Long:  `List quarantined records and why each failed, newest first, without their content.`,
		Example: `  winnow quarantine list --rule type --pointer /arr_delay --limit 20
  winnow quarantine list --user N14228 -o jsonl | jq -r .id`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkReviewLimit(filter.limit, 0); err != nil {
				return err
			}
			answer, err := listRecords(cmd.Context(), client, &filter, after)
			if err != nil {
				return err
			}
			if err := out.print(cmd.OutOrStdout(), recordsView(answer)); err != nil {
				return err
			}
			if len(answer.Records) == 0 {
				fmt.Fprintln(cmd.ErrOrStderr(), "No such records wait for review.")
			}
			if answer.Next != "" {
				fmt.Fprintf(cmd.ErrOrStderr(), "There are more: --after %s\n", printable(answer.Next))
			}
			remark(cmd.ErrOrStderr(), answer.Coverage)
			return nil
		},
	}
	filter.register(cmd, api.DefaultLimit)
	cmd.Flags().StringVar(&filter.user, "user", "", "only of this user")
	cmd.Flags().StringVar(&after, "after", "", "go on behind an earlier list: what it said, or its `next`")
	out.register(cmd, outputTable, outputWide, outputJSON, outputJSONL, outputYAML)
	return cmd
}

// listRecords asks for page after page until it has as many as were asked for.
func listRecords(ctx context.Context, client *reviewClient, filter *reviewFilter, after string) (*api.Records, error) {
	all := &api.Records{Records: []api.Record{}}
	for left := filter.limit; left > 0; {
		q := filter.query(min(left, api.MaxLimit))
		if after != "" {
			q.Set("after", after)
		}
		var page api.Records
		if err := client.get(ctx, "api/v1/quarantine/records", q, &page); err != nil {
			return nil, err
		}
		all.Records = append(all.Records, page.Records...)
		all.Coverage, all.Next = page.Coverage, page.Next
		after = page.Next
		left -= len(page.Records)
		if after == "" || len(page.Records) == 0 {
			break
		}
	}
	return all, nil
}

func recordsView(answer *api.Records) *outputView {
	v := &outputView{
		value: answer, items: []any{}, wide: 4,
		head: []string{"ID", "TIME", "TEAM", "USER", "REASON", "MORE REASONS", "SIZE", "RECORDS", "CONTRACT"},
	}
	for i := range answer.Records {
		r := &answer.Records[i]
		v.items = append(v.items, r)
		first, more := "", []string{}
		for j, reason := range r.Reasons {
			if j == 0 {
				first = reasonText(reason)
			} else {
				more = append(more, reasonText(reason))
			}
		}
		if len(more) > 0 {
			first += fmt.Sprintf(" (+%d)", len(more))
		}
		v.rows = append(v.rows, []string{
			r.ID, reviewTime(r.Time), r.Team, r.User, first, strings.Join(more, "; "), strconv.FormatInt(r.Size, 10),
			strconv.FormatInt(r.Records, 10), shortHash(r.Contract),
		})
	}
	return v
}

// reasonText is a reason in words, as in the dead letter's own message.
func reasonText(r api.Reason) string {
	text := r.Rule
	if r.Detail != "" {
		text += " (" + r.Detail + ")"
	}
	if r.Pointer != "" {
		text += " at " + r.Pointer
	}
	return text
}
