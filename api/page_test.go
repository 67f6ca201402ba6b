package api

import (
	"net/http"
	"strings"
	"testing"
)

func TestPageIsServedWithItsPolicy(t *testing.T) {
	h := newServer(t).handler()
	for path, kind := range map[string]string{
		"/": "text/html; charset=utf-8", "/assets/a.js": "text/javascript; charset=utf-8", "/assets/v/b.css": "text/css; charset=utf-8",
		"/assets/i.svg": "image/svg+xml",
	} {
		w := get(t, h, path)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != kind {
			t.Errorf("%s: %d, %s", path, w.Code, w.Header().Get("Content-Type"))
		}
		csp := w.Header().Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'", "form-action 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: %s lacks %s", path, csp, want)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %s", path, csp)
		}
	}
	for _, path := range []string{"/assets/", "/assets/none.js", "/assets/NOTES.md", "/index.html", "/secret.html", "/assets/%2e%2e/secret.html", "/assets/..%2fsecret.html"} {
		if w := get(t, h, path); w.Code == http.StatusOK || strings.Contains(w.Body.String(), "no part of it") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if w := get(t, h, "/", func(r *http.Request) { r.Method = http.MethodPost }); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST /: %d", w.Code)
	}
}

// With a token the page itself needs none: it holds no data, and asks for the token. Without one it is for this machine alone.
func TestPageAndToken(t *testing.T) {
	h := newServer(t, func(c *Config) { c.Token = "s3cret" }).handler()
	for path, want := range map[string]int{"/": 200, "/assets/a.js": 200, "/api/v1/live": 401, "/assets/none.js": 404} {
		if w := get(t, h, path, func(r *http.Request) { r.Host = "winnow.example.org" }); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	h = newServer(t).handler()
	for _, path := range []string{"/", "/assets/a.js"} {
		if w := get(t, h, path, func(r *http.Request) { r.Host = "evil.example" }); w.Code != http.StatusForbidden {
			t.Errorf("%s by a foreign name: %d", path, w.Code)
		}
	}
}
