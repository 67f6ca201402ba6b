package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"
)

// The formats of -o. Which of them a command has is its own to say.
const (
	outputTable = "table"
	outputWide  = "wide"
	outputJSON  = "json"
	outputJSONL = "jsonl"
	outputYAML  = "yaml"
)

// An outputFlag is the flag -o, limited to the formats that a command has.
type outputFlag struct {
	format  string
	formats []string
}

// register adds -o to cmd; the first of formats is the default.
func (o *outputFlag) register(cmd *cobra.Command, formats ...string) {
	o.format, o.formats = formats[0], formats
	cmd.Flags().VarP(o, "output", "o", "output format: "+strings.Join(formats, ", "))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp)) // fails only for a missing flag
}

// String, Set and Type are pflag.Value's.
func (o *outputFlag) String() string { return o.format }

// Set takes one of the formats.
func (o *outputFlag) Set(format string) error {
	if !slices.Contains(o.formats, format) {
		return errors.New("use one of " + strings.Join(o.formats, ", "))
	}
	o.format = format
	return nil
}

// Type names the kind of value in the help.
func (o *outputFlag) Type() string { return "format" }

// An outputView is an answer in every form that a person or a script may want.
type outputView struct {
	value any        // what json and yaml print
	items []any      // what jsonl prints, a line each; value alone when nil
	head  []string   // the table's columns
	wide  int        // so many columns only in wide, the last ones
	rows  [][]string // cells, not yet made safe for a terminal
}

// print writes v to w. An error of w is something outside.
func (o *outputFlag) print(w io.Writer, v *outputView) error {
	var err error
	switch o.format {
	case outputJSON:
		err = printJSON(w, v.value)
	case outputJSONL:
		items := v.items
		if items == nil {
			items = []any{v.value}
		}
		for _, item := range items {
			if err = printJSON(w, item); err != nil {
				break
			}
		}
	case outputYAML:
		err = printYAML(w, v.value)
	default:
		err = v.table(w, o.format == outputWide)
	}
	if err != nil {
		return outside(fmt.Errorf("cannot write the output: %w", err))
	}
	return nil
}

// table aligns the columns. An empty cell is a dash, so that columns can be cut by scripts.
func (v *outputView) table(w io.Writer, wide bool) error {
	columns := len(v.head)
	if !wide {
		columns -= v.wide
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{v.head}, v.rows...) {
		cells := make([]string, columns)
		for i := range cells {
			if cells[i] = printable(row[i]); cells[i] == "" {
				cells[i] = "-"
			}
		}
		fmt.Fprintln(tw, strings.Join(cells, "\t"))
	}
	return tw.Flush()
}

// printable is s for a terminal's single line: what would move the cursor, change colours, hide or turn text is a
// question mark. Names of topics, teams and users come from whoever can write to Kafka.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, strings.ToValidUTF8(s, "?"))
}

// encodeJSON is v on one line, with an escape for every character that a terminal would act on.
func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return escapeHidden(b.String(), func(dst []byte, r rune) []byte {
		if r > 0xffff { // JSON has surrogates
			return fmt.Appendf(dst, `\u%04x\u%04x`, (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00)
		}
		return fmt.Appendf(dst, `\u%04x`, r)
	}), nil
}

// escapeHidden writes what is not printable with escape. In JSON, and in the YAML below, it stands in quotes.
func escapeHidden(text string, escape func(dst []byte, r rune) []byte) []byte {
	safe := make([]byte, 0, len(text))
	for _, r := range text {
		if r == '\n' || unicode.IsPrint(r) {
			safe = utf8.AppendRune(safe, r)
		} else {
			safe = escape(safe, r)
		}
	}
	return safe
}

func printJSON(w io.Writer, v any) error {
	b, err := encodeJSON(v)
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

// printYAML prints the very same names and order as JSON: JSON is YAML, written in another style.
func printYAML(w io.Writer, v any) error {
	b, err := encodeJSON(v)
	if err != nil {
		return err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return err
	}
	plainStyle(&doc)
	var text strings.Builder
	enc := yaml.NewEncoder(&text)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(&doc), enc.Close()); err != nil {
		return err
	}
	_, err = w.Write(escapeHidden(text.String(), func(dst []byte, r rune) []byte { return fmt.Appendf(dst, `\U%08x`, r) }))
	return err
}

// plainStyle is block style, without quotes where none are needed. What is not printable needs them, for its escapes.
func plainStyle(n *yaml.Node) {
	n.Style &^= yaml.FlowStyle | yaml.DoubleQuotedStyle
	if n.Kind == yaml.ScalarNode && strings.ContainsFunc(n.Value, func(r rune) bool { return !unicode.IsPrint(r) }) {
		n.Style |= yaml.DoubleQuotedStyle
	}
	if len(n.Content) == 0 && n.Kind != yaml.ScalarNode {
		n.Style |= yaml.FlowStyle // [] and {}
	}
	for _, c := range n.Content {
		plainStyle(c)
	}
}
