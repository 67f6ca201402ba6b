package api

import (
	_ "embed"
	"net/http"
)

//go:embed openapi.json
var openapi []byte

// A route is one thing that can be asked. The OpenAPI document lists the same ones, without the page's; a test compares them.
type route struct {
	path  string // as http.ServeMux writes it
	open  bool   // answers without a token
	serve http.HandlerFunc
}

func (s *Server) routes() []route {
	return []route{
		{"/healthz", true, s.healthz},
		{"/readyz", true, s.readyz},
		{"/metrics", false, s.metrics},
		{"/api/v1/openapi.json", false, s.openapi},
		{"/api/v1/status", false, s.status},
		{"/api/v1/ledger", false, s.ledger},
		{"/api/v1/errors", false, s.errors},
		{"/api/v1/feeds", false, s.feeds},
		{"/api/v1/fleet", false, s.fleet},
		{"/api/v1/history", false, s.history},
		{"/api/v1/live", false, s.live},
		{"/api/v1/stream", false, s.stream},
		{"/api/v1/quarantine/groups", false, s.groups},
		{"/api/v1/quarantine/records", false, s.records},
		{"/api/v1/quarantine/records/{id...}", false, s.record},
	}
}

// handler is the routes behind everything that holds for all of them.
func (s *Server) handler() http.Handler {
	open, closed := http.NewServeMux(), http.NewServeMux()
	for _, r := range append(s.routes(), s.pageRoutes()...) {
		if r.open {
			open.Handle("GET "+r.path, r.serve)
		} else {
			closed.Handle("GET "+r.path, r.serve)
		}
	}
	guarded := s.guard(strict(closed))
	all := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := open.Handler(r); pattern != "" {
			open.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
	return http.MaxBytesHandler(s.protect(all), maxBodyBytes)
}

// strict answers what no route takes with a problem document, where a ServeMux alone would send plain text.
func strict(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		if r.URL.Path == "/healthz" || r.URL.Path == "/readyz" { // known, but not with this method
			notAllowed(w, r, "GET, HEAD")
			return
		}
		probe := refusal{header: http.Header{}}
		h.ServeHTTP(&probe, r)
		if probe.status == http.StatusMethodNotAllowed {
			notAllowed(w, r, probe.header.Get("Allow"))
			return
		}
		problem(w, r, http.StatusNotFound, "there is nothing here; /api/v1/openapi.json lists what there is")
	})
}

func notAllowed(w http.ResponseWriter, r *http.Request, allow string) {
	w.Header().Set("Allow", allow)
	problem(w, r, http.StatusMethodNotAllowed, "this can only be read: "+allow)
}

// refusal takes the answer of a ServeMux that found no route, to learn why.
type refusal struct {
	header http.Header
	status int
}

func (p *refusal) Header() http.Header         { return p.header }
func (p *refusal) Write(b []byte) (int, error) { return len(b), nil }
func (p *refusal) WriteHeader(status int)      { p.status = status }
