package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/winnow-data/winnow/api"
)

func newQuarantineGroupsCmd(client *reviewClient) *cobra.Command {
	var filter reviewFilter
	var out outputFlag
	cmd := &cobra.Command{
		Use:   "groups",
		Short: "Show what failed alike, most records first",
		Long:  `Show the quarantined records in groups: those that failed the same rule of the same contract at the same place, by team.`,
		Example: `  winnow quarantine groups --team UA
  winnow quarantine groups --topic flights -o json | jq -r '.groups[0].example'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkReviewLimit(filter.limit, api.MaxLimit); err != nil {
				return err
			}
			var answer api.Groups
			if err := client.get(cmd.Context(), "api/v1/quarantine/groups", filter.query(filter.limit), &answer); err != nil {
				return err
			}
			if err := out.print(cmd.OutOrStdout(), groupsView(&answer)); err != nil {
				return err
			}
			if len(answer.Groups) == 0 {
				fmt.Fprintln(cmd.ErrOrStderr(), "No such records wait for review.")
			}
			remark(cmd.ErrOrStderr(), answer.Coverage)
			return nil
		},
	}
	filter.register(cmd, api.DefaultLimit)
	out.register(cmd, outputTable, outputWide, outputJSON, outputJSONL, outputYAML)
	return cmd
}

func groupsView(answer *api.Groups) *outputView {
	v := &outputView{
		value: answer, items: []any{}, wide: 2,
		head: []string{"RECORDS", "RULE", "POINTER", "TEAM", "TOPICS", "LAST", "EXAMPLE", "FIRST", "CONTRACT"},
	}
	for i := range answer.Groups {
		g := &answer.Groups[i]
		v.items = append(v.items, g)
		v.rows = append(v.rows, []string{
			strconv.FormatInt(g.Count, 10), g.Rule, g.Pointer, g.Team, strings.Join(g.Topics, ","), reviewTime(g.Last), g.Example,
			reviewTime(g.First), shortHash(g.Contract),
		})
	}
	return v
}
