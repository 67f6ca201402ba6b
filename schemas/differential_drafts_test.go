package schemas_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// seeds is how many schemas TestDrafts writes; WINNOW_SEEDS has it write more.
func seeds(t *testing.T, n int) int {
	t.Helper()
	if s := os.Getenv("WINNOW_SEEDS"); s != "" {
		more, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return more
	}
	return n
}

// TestDrafts compares verdicts with jsonschema/v6's, over random schemas of all keywords of all drafts and values that nearly fit them.
func TestDrafts(t *testing.T) {
	slowUnderRace(t)
	sum := map[string]int{}
	first, _ := strconv.Atoi(os.Getenv("WINNOW_FIRST"))
	for seed := range seeds(t, 1500) {
		compare(t, newAuthor(rand.New(rand.NewPCG(uint64(first+seed), 1))), sum, 20)
		if t.Failed() {
			t.Fatalf("seed %d", first+seed)
		}
	}
	t.Logf("%v", sum)
}

// compare writes one schema and values for it, and counts into sum.
func compare(t *testing.T, a *author, sum map[string]int, docs int) {
	root := a.root()
	text := marshal(t, root)
	p, err := compileOurs(text, "")
	second, err2 := compileSecond(text, "")
	if err != nil || err2 != nil {
		sum["refused"]++
		if tooMany := err != nil && strings.Contains(err.Error(), "too many places"); tooMany {
			sum["refused for its size"]++
		} else if (err == nil) != (err2 == nil) {
			t.Errorf("%s:\nwinnow: %v\njsonschema/v6: %v", text, err, err2)
		}
		return
	}
	for range docs {
		v := a.fitting(root, 5)
		doc := a.spell(nil, v)
		pass, _ := ours(t, p, doc)
		want, err := passesSecond(second, doc)
		if err != nil {
			t.Fatalf("%s of %s: %v", doc, text, err)
		}
		if pass != want {
			s, d := minimise(root, v, func(schema, doc any) bool { return differ(t, schema, doc) })
			if k := known(s, d); k != "" {
				sum[k]++
				return
			}
			pass, reasons := ours(t, mustOurs(t, marshal(t, s)), marshal(t, d))
			t.Errorf("%s\nof %s:\nwinnow says %v, %v", marshal(t, d), marshal(t, s), pass, reasons)
			return
		}
		sum[map[bool]string{true: "passed", false: "failed"}[pass]]++
	}
}

// knownWrong are the differences where jsonschema/v6 v6.0.2 is wrong: each has its place in the specification, and tells by a schema and a
// document of which nothing can be left out.
var knownWrong = []struct {
	name, section string
	is            func(schema, doc any) bool
}{
	{
		"keywords that came with drafts 6 and 7 count beside $ref", "draft-wright-json-schema-01, 8 and draft-handrews-json-schema-01, 8.3: all other members MUST be ignored",
		func(schema, _ any) bool {
			return draftOf(schema, "draft-06", "draft-07") && has(schema, func(s object) bool { return s["$ref"] != nil && len(s) > 1 })
		},
	},
	{
		"a name that is judged by the schema of the object that has it is taken for a cycle", "draft-handrews-json-schema-02, 9.3.2.5: propertyNames judges names, not the object",
		func(schema, _ any) bool {
			return has(schema, func(s object) bool {
				return s["propertyNames"] != nil && has(s["propertyNames"], func(in object) bool {
					return in["$ref"] != nil || in["$recursiveRef"] != nil || in["$dynamicRef"] != nil
				})
			})
		},
	},
	{
		"$recursiveRef counts in 2020-12", "draft-bhutton-json-schema-01, 8.2.3.2: $dynamicRef replaces it",
		func(schema, _ any) bool {
			return draftOf(schema, "2020-12") && has(schema, func(s object) bool { return s["$recursiveRef"] != nil })
		},
	},
	{
		"sizes beyond an int64 wrap", "draft-bhutton-json-schema-validation-01, 6.3 to 6.5: any non-negative integer",
		func(schema, _ any) bool {
			return has(schema, func(s object) bool {
				for key, value := range s {
					n, number := value.(json.Number)
					if f, _ := n.Float64(); number && f >= 1<<63 && (strings.HasPrefix(key, "min") || strings.HasPrefix(key, "max")) && !strings.HasSuffix(key, "imum") {
						return true
					}
				}
				return false
			})
		},
	},
	{
		"the format regex cannot be turned off before 2019-09", "draft-handrews-json-schema-validation-01, 7.2: it need not be asserted",
		func(schema, _ any) bool { return has(schema, func(s object) bool { return s["format"] == "regex" }) },
	},
}

// known names the one that a difference is.
func known(schema, doc any) string {
	for _, k := range knownWrong {
		if k.is(schema, doc) {
			return k.name
		}
	}
	return ""
}

func draftOf(schema any, drafts ...string) bool {
	uri, _ := schema.(object)["$schema"].(string)
	return slices.ContainsFunc(drafts, func(d string) bool { return strings.Contains(uri, d) })
}

// has says that some object in v is one.
func has(v any, is func(object) bool) bool {
	switch v := v.(type) {
	case object:
		if is(v) {
			return true
		}
		for _, in := range v {
			if has(in, is) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, func(in any) bool { return has(in, is) })
	}
	return false
}
