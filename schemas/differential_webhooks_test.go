package schemas_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	other "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/winnow-data/winnow/schemas"
)

// An event is one of GitHub's webhooks.
type event struct {
	Event   string          `json:"event"`
	Payload json.RawMessage `json:"payload"`
}

func webhooks(t *testing.T) (schema object, events []event) {
	t.Helper()
	dir := filepath.Join(suites(t), "github-webhooks")
	text, err := os.ReadFile(filepath.Join(dir, "schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	schema = numbersKept(t, text).(object)
	file, err := os.Open(filepath.Join(dir, "events.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	if lines.Err() != nil || len(events) != 329 {
		t.Fatalf("%d events, %v", len(events), lines.Err())
	}
	return schema, events
}

func numbersKept(t testing.TB, text []byte) (v any) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// A judged schema is one by winnow and by jsonschema/v6.
type judged struct {
	decoder *schemas.Decoder
	second  *other.Schema
}

func judgedBy(t *testing.T, schema object) judged {
	t.Helper()
	text := marshal(t, schema)
	second, err := compileSecond(text, "")
	if err != nil {
		t.Fatal(err)
	}
	return judged{schemas.NewDecoder(mustOurs(t, text), schemas.Limits{}), second}
}

// agree compares the verdicts on doc.
func (j judged) agree(t *testing.T, what string, doc []byte) (pass bool) {
	t.Helper()
	reasons, row := j.decoder.Decode(doc, nil)
	if !row {
		t.Fatalf("%s: %v", what, reasons)
	}
	pass = len(withoutNumbers(reasons)) == 0
	want, err := passesSecond(j.second, doc)
	if err != nil {
		t.Fatal(err)
	}
	if pass != want {
		t.Errorf("%s: winnow says %v, jsonschema/v6 %v: %s", what, told(reasons), want, doc)
	}
	return pass
}

// TestWebhooks judges GitHub's real payloads, and damaged ones, by GitHub's schema: as a whole, and by that of their event.
func TestWebhooks(t *testing.T) {
	slowUnderRace(t)
	schema, events := webhooks(t)
	whole := judgedBy(t, schema)
	one := judgedBy(t, eventSchema(schema, events))
	alone := func(e event, payload []byte) []byte { return fmt.Appendf(nil, `[{%q:%s}]`, e.Event, payload) }
	a := newAuthor(rand.New(rand.NewPCG(3, 3)))
	genuine, sum := map[bool]int{}, map[bool]int{}
	for i, e := range events {
		genuine[whole.agree(t, e.Event, e.Payload)]++
		sum[one.agree(t, e.Event, alone(e, e.Payload))]++
		for range seeds(t, 4) {
			sum[one.agree(t, e.Event, alone(e, marshal(t, a.damage(numbersKept(t, e.Payload)))))]++
		}
		if i%4 == 0 {
			sum[whole.agree(t, e.Event, marshal(t, a.damage(numbersKept(t, e.Payload))))]++
		}
	}
	t.Logf("by the whole %d real payloads pass and %d fail; of the other verdicts %d and %d", genuine[true], genuine[false], sum[true], sum[false])
	if sum[false] < 300 {
		t.Error("too few payloads fail")
	}
}

// eventSchema has a schema for each event, under its name in a list, where nothing has a column.
func eventSchema(schema object, events []event) object {
	props := object{}
	for _, e := range events {
		name := e.Event + "_event"
		if schema["definitions"].(object)[name] == nil {
			name = e.Event + "$event"
		}
		props[e.Event] = object{"$ref": "#/definitions/" + name}
	}
	return object{"$schema": schema["$schema"], "items": object{"properties": props}, "definitions": schema["definitions"]}
}

// damage gives v with something left out, or of another type, somewhere.
func (a *author) damage(v any) any {
	switch v := v.(type) {
	case object:
		names := slices.Sorted(maps.Keys(v))
		if len(names) == 0 {
			return nil
		}
		name := pick(a, names...)
		switch v = maps.Clone(v); {
		case a.chance(4):
			delete(v, name)
		case a.chance(20):
			v["something else"] = a.value(1)
		default:
			v[name] = a.damage(v[name])
		}
		return v
	case []any:
		if len(v) == 0 || a.chance(4) {
			return append(slices.Clone(v), a.value(1))
		}
		v = slices.Clone(v)
		i := a.IntN(len(v))
		v[i] = a.damage(v[i])
		return v
	case string:
		return pick[any](a, nil, v+"!", json.Number("1"), []any{v})
	}
	return a.value(1)
}
