package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/winnow-data/winnow/loadgen"
	"github.com/winnow-data/winnow/wire"
)

// scoreTopic is `winnow loadgen --score`.
func (f *loadgenFlags) scoreTopic(cmd *cobra.Command, client *wire.Client) error {
	score, err := loadgen.ScoreTopic(cmd.Context(), client, f.cfg.Topic)
	if err != nil {
		return outside(err)
	}
	if f.output == "json" {
		err = writeLoadJSON(cmd.OutOrStdout(), score)
	} else {
		err = tellScore(cmd.OutOrStdout(), score)
	}
	if err != nil {
		return err
	}
	if !score.Perfect() {
		return no(nil)
	}
	return nil
}

// tellScore prints a score for a person: the kinds that were planted, then the sum.
func tellScore(w io.Writer, s loadgen.Score) error {
	var b strings.Builder
	if len(s.ByKind) > 0 {
		fmt.Fprintln(&b, "FAULT\tPLANTED\tCAUGHT\tMISSED\tWRONG REASON\tNO COPY")
	}
	for _, k := range s.ByKind {
		fmt.Fprintf(&b, "%s\t%d\t%d\t%d\t%d\t%d\n", k.Kind, k.Planted, k.Caught, k.Missed, k.WrongReason, k.NoCopy)
	}
	for i, a := range s.Alarms {
		if i == 0 {
			fmt.Fprintln(&b, "\nFALSE ALARM\tPOINTER\tRECORDS")
		}
		fmt.Fprintf(&b, "%s\t%s\t%d\n", a.Rule, a.Pointer, a.Count)
	}
	fmt.Fprintf(&b, "%s records, %s planted: %s caught, %s missed; %s false alarms; %s not judged yet\n",
		humanize.Comma(s.Records), humanize.Comma(s.Planted), humanize.Comma(s.Caught), humanize.Comma(s.Missed),
		humanize.Comma(s.FalseAlarms), humanize.Comma(s.Unjudged))
	return writeAligned(w, b.String())
}
