package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

type document struct {
	OpenAPI string `json:"openapi"`
	Paths   map[string]map[string]struct {
		Parameters []struct{ Name, In string } `json:"parameters"`
		Responses  map[string]struct {
			Content map[string]struct {
				Schema struct {
					Ref string `json:"$ref"`
				} `json:"schema"`
			} `json:"content"`
		} `json:"responses"`
	} `json:"paths"`
}

func parsed(t *testing.T) document {
	t.Helper()
	var d document
	if err := json.Unmarshal(openapi, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestOpenAPIListsEveryRouteAndNoOther(t *testing.T) {
	d := parsed(t)
	if d.OpenAPI != "3.1.0" {
		t.Errorf("openapi is %q", d.OpenAPI)
	}
	var documented, served []string
	for path, methods := range d.Paths {
		if len(methods) != 1 {
			t.Errorf("%s: GET is the only method, the document has %d", path, len(methods))
		}
		documented = append(documented, path)
	}
	for _, r := range (&Server{}).routes() {
		served = append(served, strings.ReplaceAll(r.path, "...}", "}"))
	}
	slices.Sort(documented)
	slices.Sort(served)
	if !slices.Equal(documented, served) {
		t.Errorf("the document has %v\nthe server %v", documented, served)
	}
}

// Every documented query parameter is taken, and every answer has the documented shape for its status.
func TestAnswersHaveTheDocumentedShape(t *testing.T) {
	s := newServer(t)
	s.watch.sample(began) // so that there is a history
	s.watch.sample(began.Add(historyEvery))
	h := s.handler()
	ask := asker(t, h)
	for target, path := range map[string]string{
		"/healthz":                               "/healthz",
		"/readyz":                                "/readyz",
		"/api/v1/status":                         "/api/v1/status",
		"/api/v1/status?by=team":                 "/api/v1/status",
		"/api/v1/ledger":                         "/api/v1/ledger",
		"/api/v1/errors?by=team":                 "/api/v1/errors",
		"/api/v1/errors?by=chip":                 "/api/v1/errors",
		"/api/v1/errors?by=shard":                "/api/v1/errors",
		"/api/v1/feeds":                          "/api/v1/feeds",
		"/api/v1/fleet":                          "/api/v1/fleet",
		"/api/v1/fleet?by=chip":                  "/api/v1/fleet",
		"/api/v1/live":                           "/api/v1/live",
		"/api/v1/history":                        "/api/v1/history",
		"/api/v1/quarantine/groups":              "/api/v1/quarantine/groups",
		"/api/v1/quarantine/groups?limit=0":      "/api/v1/quarantine/groups",
		"/api/v1/quarantine/records":             "/api/v1/quarantine/records",
		"/api/v1/quarantine/records?after=none":  "/api/v1/quarantine/records",
		"/api/v1/quarantine/records/flights/0/7": "/api/v1/quarantine/records/{id}",
		"/api/v1/quarantine/records/flights/0/8": "/api/v1/quarantine/records/{id}",
		"/api/v1/quarantine/records/flights/x/8": "/api/v1/quarantine/records/{id}",
		"/api/v1/quarantine/records/flights/3/3": "/api/v1/quarantine/records/{id}",
	} {
		t.Run(target, func(t *testing.T) { conforms(t, path, target, ask) })
	}
	for _, by := range Histories() {
		conforms(t, "/api/v1/history", "/api/v1/history?by="+by, ask)
	}
	for path, methods := range parsed(t).Paths {
		for _, p := range methods["get"].Parameters {
			if p.In != "query" || p.Name == "limit" || p.Name == "by" {
				continue
			}
			if w := get(t, h, path+"?"+p.Name+"=x"); w.Code != http.StatusOK {
				t.Errorf("%s: the documented parameter %s: status %d", path, p.Name, w.Code)
			}
		}
	}
}

func TestEmptyAnswersHaveTheDocumentedShape(t *testing.T) {
	s, err := New(Config{
		Listener: listener(t), Gate: emptyGate{}, Log: slog.New(slog.DiscardHandler), Ready: func() []string { return []string{"no assignment yet"} },
	})
	if err != nil {
		t.Fatal(err)
	}
	h := s.handler()
	for _, path := range []string{
		"/readyz", "/api/v1/status", "/api/v1/ledger", "/metrics", "/api/v1/quarantine/groups", "/api/v1/quarantine/records", "/api/v1/errors",
		"/api/v1/feeds", "/api/v1/fleet", "/api/v1/live", "/api/v1/history",
	} {
		target := path
		switch path {
		case "/api/v1/errors":
			target += "?by=rule"
		case "/api/v1/history":
			target += "?by=total"
		}
		conforms(t, path, target, asker(t, h))
	}
	empty := newServer(t, func(c *Config) {
		c.Gate, c.Feeds, c.Fleet, c.Stages = emptyGate{}, emptyFeeds{}, emptyFleet{}, func() []Stage { return nil }
	})
	for _, path := range []string{"/api/v1/feeds", "/api/v1/fleet", "/api/v1/live"} {
		conforms(t, path, path, asker(t, empty.handler()))
	}
}

type (
	emptyFeeds struct{}
	emptyFleet struct{}
)

func (emptyFeeds) Feeds() Feeds { return Feeds{} }
func (emptyFleet) Fleet() Fleet { return Fleet{} }

func asker(t *testing.T, h http.Handler) func(string) (int, string, []byte) {
	return func(target string) (int, string, []byte) {
		w := get(t, h, target)
		return w.Code, w.Header().Get("Content-Type"), w.Body.Bytes()
	}
}

type emptyGate struct{}

func (emptyGate) Status() Status                { return Status{} }
func (emptyGate) Ledger() Ledger                { return Ledger{} }
func (emptyGate) Errors(string) (Errors, error) { return Errors{}, errors.New("cannot count yet") }

// conforms asks for target and checks the answer against the schema that the document gives for path and the status.
func conforms(t *testing.T, path, target string, ask func(string) (int, string, []byte)) {
	t.Helper()
	status, contentType, body := ask(target)
	ref := parsed(t).Paths[path]["get"].Responses[itoa(status)].Content[contentType].Schema.Ref
	if ref == "" {
		t.Fatalf("%s: status %d with %s is not documented", target, status, contentType)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(openapi))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AddResource("openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("openapi.json" + ref)
	if err != nil {
		t.Fatal(err)
	}
	got, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatalf("%s: %v in %s", target, err, body)
	}
	if err := schema.Validate(got); err != nil {
		t.Errorf("%s answers %s: %v", target, body, err)
	}
}
