package api

import (
	"io/fs"
	"net/http"
	"path"
	"strconv"
)

// pagePolicy lets the page run its own scripts and ask its own server, and nothing else: were a name from the data ever taken for markup, it could
// do nothing.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// pageRoutes are the page and its parts. They hold no data, so they need no token: the page asks for it. Without a token they are for this machine
// alone, like everything.
func (s *Server) pageRoutes() []route {
	if s.cfg.Page == nil {
		return nil
	}
	open := s.cfg.Token != ""
	return []route{
		{"/{$}", open, func(w http.ResponseWriter, r *http.Request) { s.page(w, r, "index.html") }},
		{"/assets/{name...}", open, func(w http.ResponseWriter, r *http.Request) { s.page(w, r, "assets/"+r.PathValue("name")) }},
	}
}

func (s *Server) page(w http.ResponseWriter, r *http.Request, name string) {
	kind := pageType(name)
	var body []byte
	var err error
	if kind == "" {
		err = fs.ErrNotExist
	} else {
		body, err = fs.ReadFile(s.cfg.Page, name) // which refuses what leads out of assets
	}
	if err != nil {
		problem(w, r, http.StatusNotFound, "the page has no such part")
		return
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	_, _ = w.Write(body)
}

// pageType knows the kinds of files that a page is made of; the machine's own table of them may be any.
func pageType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return ""
}
