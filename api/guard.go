package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
)

// guard lets a request through that shows the token. Without a token configured the listener is loopback; then the
// Host must be this machine's too, or a web page could reach it through a name of its own that it points here.
func (s *Server) guard(next http.Handler) http.Handler {
	want := sha256.Sum256([]byte(s.cfg.Token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.cfg.Token == "" {
			if !localHost(r.Host) {
				problem(w, r, http.StatusForbidden, "without a token this server answers only to 127.0.0.1, [::1] and localhost")
				return
			}
			next.ServeHTTP(w, r)
			return
		}
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		got := sha256.Sum256([]byte(token)) // equal lengths, so that the comparison tells nothing about the token's
		if !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			w.Header().Set("WWW-Authenticate", `Bearer realm="winnow"`)
			problem(w, r, http.StatusUnauthorized, "send the header: Authorization: Bearer TOKEN")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func localHost(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	return loopback(host)
}

// protect sets the security headers and turns a panic into a 500.
func (s *Server) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { //nolint:errorlint // net/http's own sentinel, panicked as is
					panic(p)
				}
				// What was panicked may hold content; the stack, without arguments' contents, says where.
				s.cfg.Log.Error("cannot answer an HTTP request: a bug", "path", r.URL.Path, "stack", string(debug.Stack()))
				problem(w, r, http.StatusInternalServerError, "winnow has a bug here; its log says where")
			}
		}()
		next.ServeHTTP(w, r)
	})
}
