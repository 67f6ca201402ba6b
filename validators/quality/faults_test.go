package quality

import (
	"slices"
	"strings"
	"testing"

	"github.com/winnow-data/winnow/validators/internal/batchtest"
)

const faultSchema = `{"properties":{
	"i":{"type":"integer"},"n":{"type":"number"},"s":{"type":"string"},"b":{"type":"boolean"},
	"o":{"type":"object","properties":{"x":{"type":"string"}}},"l":{"type":"array","items":{"type":"integer"}},
	"t":{"type":"string","format":"date-time"},"d":{"type":"number","multipleOf":0.01},"m":{"type":"object","additionalProperties":{"type":"integer"}}}}`

// TestFaults: every mistake in a rule is told with its place and what to do. A rule begins at line 1, column 3.
func TestFaults(t *testing.T) {
	for rule, want := range map[string][]string{
		`{rule: rnage, pointer: /i}`:                                                                {`:1:10: unknown rule "rnage": did you mean range?`},
		`{rule: range, min: 1}`:                                                                     {`:1:3: the rule range needs a pointer`},
		`{rule: range, pointer: /no, min: 1}`:                                                       {`:1:26: the schema gives "/no" no column`},
		`{rule: range, pointer: /b, min: 1}`:                                                        {`:1:26: the rule range cannot judge "/b", which the schema makes a boolean: point at an integer or a number`},
		`{rule: range, pointer: /s, min: 1}`:                                                        {`:1:26: the rule range cannot judge "/s", which the schema makes a string`},
		`{rule: range, pointer: /i}`:                                                                {`:1:3: the rule range has no limit`},
		`{rule: range, pointer: /i, min: 2, max: 1}`:                                                {`:1:3: no number can pass`},
		`{rule: range, pointer: /i, min: 1, exclusive_max: 1}`:                                      {`:1:3: no number can pass`},
		`{rule: range, pointer: /i, min: 0.2, max: 0.8}`:                                            {`:1:3: no number can pass`},
		`{rule: range, pointer: /i, min: 1e30}`:                                                     {`:1:3: no number can pass`},
		`{rule: range, pointer: /i, max: -1e30}`:                                                    {`:1:3: no number can pass`},
		`{rule: range, pointer: /i, min: low, max: [1]}`:                                            {`:1:35: min must be a number`, `:1:45: max must be a number`},
		`{rule: range, pointer: /i, min: 1, exclusive_min: 0}`:                                      {`:1:53: min and exclusive_min are both here`},
		`{rule: range, pointer: /b, mni: 1, max: x}`:                                                {`:1:30: unknown key`, `:1:26: the rule range cannot judge`},
		`{rule: regex, pointer: /s}`:                                                                {`:1:3: `},
		`{rule: regex, pointer: /s, pattern: "a(b"}`:                                                {`:1:39: pattern is no regular expression of RE2: missing closing ) at "a(b"`},
		`{rule: regex, pointer: /i, pattern: a}`:                                                    {`:1:26: the rule regex cannot judge "/i", which the schema makes an integer: point at a string`},
		`{rule: regex, pointer: /s, pattern: a, not: perhaps}`:                                      {`:1:47: not must be true or false`},
		`{rule: one_of, pointer: /s}`:                                                               {`:1:3: `},
		`{rule: one_of, pointer: /s, values: []}`:                                                   {`:1:39: nothing can pass: values is empty`},
		`{rule: one_of, pointer: /s, values: [a, 1, a, null]}`:                                      {`:1:43: "1" can never be there: the schema makes the column a string`, `:1:46: the value "a" is here twice`, `:1:49: values must be`},
		`{rule: one_of, pointer: /i, values: [1, 1.0, 1.5, a]}`:                                     {`:1:43: the value "1.0" is here twice`, `:1:48: an integer is never 1.5`, `:1:53: "a" can never be there`},
		`{rule: one_of, pointer: /b, values: [true, true, "true"]}`:                                 {`:1:46: the value "true" is here twice`, `:1:52: "true" can never be there: the schema makes the column a boolean`},
		`{rule: one_of, pointer: /o, values: [a]}`:                                                  {`:1:27: the rule one_of cannot judge "/o", which the schema makes an object`},
		`{rule: one_of, pointer: /d, values: [0.01, 0.010, 0.001]}`:                                 {`:1:46: the value "0.010" is here twice`, `:1:53: the number is never 0.001: the schema lets it have 2 decimals`},
		`{rule: range, pointer: /d, min: 0.001, max: 0.009}`:                                        {`:1:3: no number can pass`},
		`{rule: range, pointer: /t, min: 0}`:                                                        {`:1:26: the rule range cannot judge "/t", which the schema makes a time: point at an integer or a number`},
		`{rule: regex, pointer: /t, pattern: Z}`:                                                    {`:1:26: the rule regex cannot judge "/t", which the schema makes a time`},
		`{rule: length, pointer: /m, min: 1}`:                                                       {`:1:27: the rule length cannot judge "/m", which the schema makes an object`},
		`{rule: not_null, pointer: /s, min: 3}`:                                                     {`:1:33: unknown key`},
		`{rule: not_null}`:                                                                          {`:1:3: the rule not_null needs a pointer`},
		`{rule: length, pointer: /s}`:                                                               {`:1:3: the rule length has no limit`},
		`{rule: length, pointer: /s, min: -1}`:                                                      {`:1:36: min is below 0`},
		`{rule: length, pointer: /s, min: 2, max: 1}`:                                               {`:1:44: nothing can pass: min is above max`},
		`{rule: length, pointer: /n, min: 2}`:                                                       {`:1:27: the rule length cannot judge "/n", which the schema makes a number: point at a string or an array`},
		`{rule: duplicate, pointer: /i}`:                                                            {`:1:3: `},
		`{rule: duplicate, within: 5}`:                                                              {`:1:3: the rule duplicate needs a pointer`},
		`{rule: duplicate, pointer: /i, within: 0}`:                                                 {`:1:42: within must be from 1 to 1048576`},
		`{rule: duplicate, pointer: /i, within: 1048577}`:                                           {`:1:42: within must be from 1 to 1048576`},
		`{rule: duplicate, pointer: /l, within: 5}`:                                                 {`:1:30: the rule duplicate cannot judge "/l", which the schema makes an array`},
		`{rule: duplicate, pointer: /i, keys: [/s], within: 5}`:                                     {`:1:40: pointer and keys are both here`},
		`{rule: duplicate, keys: [/s, /s, 7, /no], within: 5}`:                                      {`:1:32: the key "/s" is here twice`, `:1:36: keys must be pointers`, `:1:39: the schema gives "/no" no column`},
		`{rule: duplicate, keys: [], within: 5}`:                                                    {`:1:27: keys is empty`},
		`{rule: null_rate, pointer: /i, max: 1.1, window: {records: 5}}`:                            {`:1:39: max must be from 0 to 1`},
		`{rule: null_rate, pointer: /i, max: -0.1, window: {records: 5}}`:                           {`:1:39: max must be from 0 to 1`},
		`{rule: null_rate, pointer: /i, max: 0.1234567890123456789, window: {records: 5}}`:          {`:1:39: max has more than 18 decimals`},
		`{rule: null_rate, pointer: /i, max: 0.1}`:                                                  {`:1:3: `},
		`{rule: null_rate, pointer: /i, max: 0.1, window: {}}`:                                      {`:1:52: a window is either records or event_time`},
		`{rule: null_rate, pointer: /i, max: 0.1, window: {records: 5, event_time: 1s}}`:            {`:1:52: a window is either records or event_time`},
		`{rule: null_rate, pointer: /i, max: 0.1, window: {records: 0}}`:                            {`:1:62: a window of 0 records is none`},
		`{rule: null_rate, pointer: /i, max: 0.1, window: {event_time: 1us}}`:                       {`:1:65: `},
		`{rule: null_rate, pointer: /i, max: 0.1, window: {record: 5}}`:                             {`:1:53: unknown key`},
		`{rule: null_rate, pointer: /i, max: 0.1, window: {event_time: 24h}, on_fail: quarantine}`:  {`:1:80: on_fail of a rule with a window can only be count`},
		`{rule: null_rate, pointer: /i, max: 0.1, window: 24h}`:                                     {`:1:52: `},
		`{rule: null_rate, pointer: /i, max: 0.1, window: {event_time: 24h}, on_fail: count, n: 1}`: {`:1:87: unknown key`},
	} {
		t.Run(rule, func(t *testing.T) {
			_, faults := Compile(batchtest.Spec(t, rule), batchtest.Program(t, faultSchema))
			var got []string
			for _, f := range faults {
				got = append(got, f.String())
			}
			for _, w := range want {
				if !slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, "contract.yaml"+w) }) {
					t.Errorf("no fault begins with %q", w)
				}
			}
			if len(got) != len(want) || t.Failed() {
				t.Errorf("got %d faults, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
			}
		})
	}
}
