package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/winnow-data/winnow/api"
)

func newQuarantineShowCmd(client *reviewClient) *cobra.Command {
	var out outputFlag
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show one quarantined record, masked, and why it failed",
		Long: `Show one quarantined record with its reasons. Its content is read back from Kafka and masked: letters as x, digits as 9, booleans as "boolean". Names of
properties and headers are shown where the contract itself has them.`,
		Example: `  winnow quarantine show flights/0/1045
  winnow quarantine show "$(winnow quarantine groups -o json | jq -r '.groups[0].example')" -o yaml`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !isRecordID(args[0]) {
				return wrong(fmt.Errorf("%q is not a record's id: write topic/partition/offset, like flights/0/1045", args[0]))
			}
			var answer api.Content
			if err := client.get(cmd.Context(), "api/v1/quarantine/records/"+args[0], nil, &answer); err != nil {
				return err
			}
			if out.format == outputTable || out.format == outputWide {
				return showContent(cmd.OutOrStdout(), &answer)
			}
			return out.print(cmd.OutOrStdout(), &outputView{value: &answer})
		},
	}
	out.register(cmd, outputTable, outputWide, outputJSON, outputJSONL, outputYAML)
	return cmd
}

// isRecordID says whether id is topic/partition/offset.
func isRecordID(id string) bool {
	parts := strings.Split(id, "/")
	if len(parts) != 3 || parts[0] == "" || parts[0] == "." || parts[0] == ".." {
		return false
	}
	for i, bits := range []int{31, 63} {
		if _, err := strconv.ParseUint(parts[i+1], 10, bits); err != nil {
			return false
		}
	}
	return true
}

// showContent prints a record for a person.
func showContent(w io.Writer, c *api.Content) error {
	var b bytes.Buffer
	line := func(name, value string) { fmt.Fprintf(&b, "%-11s %s\n", name, printable(value)) }
	line("id", c.ID)
	line("time", reviewTime(c.Time))
	line("team", c.Team)
	line("user", c.User)
	line("contract", c.Contract)
	line("quarantine", c.Quarantine)
	line("timestamp", reviewTime(c.Timestamp))
	line("size", humanize.IBytes(uint64(max(0, c.Size)))+" ("+strconv.FormatInt(c.Size, 10)+" bytes)")
	if c.Records > 1 {
		line("records", fmt.Sprintf("%d: a Kafka batch that cannot be read", c.Records))
	}
	if c.Masked {
		line("masked", "sensitive spans were masked before this copy was written")
	}
	if t := c.Truncated; t != nil {
		line("truncated", "the quarantine topic could not take the value; SHA-256 "+t.SHA256)
		if len(t.Dropped) > 0 {
			line("dropped", strings.Join(t.Dropped, ", "))
		}
	}
	b.WriteString("\nreasons\n")
	for _, r := range c.Reasons {
		b.WriteString("  " + printable(reasonText(r)) + "\n")
	}
	b.WriteString("\nkey\n  " + orNull(c.Key) + "\n")
	if len(c.Headers) > 0 {
		b.WriteString("\nheaders\n")
	}
	for _, h := range c.Headers {
		b.WriteString("  " + printable(h.Name) + ": " + orNull(h.Value) + "\n")
	}
	showValue(&b, c)
	if _, err := w.Write(b.Bytes()); err != nil {
		return outside(fmt.Errorf("cannot write the output: %w", err))
	}
	return nil
}

func orNull(s *string) string {
	if s == nil {
		return "null"
	}
	return printable(*s)
}

// showValue prints the masked value, indented where it is JSON.
func showValue(b *bytes.Buffer, c *api.Content) {
	b.WriteString("\nvalue (" + printable(c.Format) + ", masked)\n")
	if c.Value == nil {
		b.WriteString("  " + map[bool]string{true: "null", false: "not shown"}[c.Format == "null"] + "\n")
		return
	}
	text := *c.Value
	var pretty bytes.Buffer
	if c.Format == "json" && !c.Cut && json.Indent(&pretty, []byte(text), "", "  ") == nil {
		text = pretty.String()
	}
	for line := range strings.SplitSeq(text, "\n") {
		b.WriteString("  " + printable(line) + "\n")
	}
	if c.Cut {
		b.WriteString("  … cut here\n")
	}
}
