package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The page size of /api/v1/quarantine/records.
const (
	DefaultLimit = 100
	MaxLimit     = 1000
)

// known says that the query has each of the allowed parameters once at most, and no other: a misspelt filter
// must not look like an answer.
func known(w http.ResponseWriter, r *http.Request, params ...string) bool {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		problem(w, r, http.StatusBadRequest, "the query is not well formed")
		return false
	}
	for name, values := range query {
		if !slices.Contains(params, name) || len(values) > 1 {
			detail := "this takes no parameters"
			if len(params) > 0 {
				detail = "the parameters are, each once at most: " + strings.Join(params, ", ")
			}
			problem(w, r, http.StatusBadRequest, detail)
			return false
		}
	}
	return true
}

func (s *Server) review(w http.ResponseWriter, r *http.Request, params ...string) bool {
	if s.cfg.Review == nil {
		problem(w, r, http.StatusServiceUnavailable, "this winnow keeps no review index in its role")
		return false
	}
	return known(w, r, params...)
}

func filter(r *http.Request) Filter {
	q := r.URL.Query()
	return Filter{
		Topic: q.Get("topic"), Team: q.Get("team"), User: q.Get("user"), Rule: q.Get("rule"),
		Contract: q.Get("contract"), Pointer: q.Get("pointer"),
	}
}

// limit reads the parameter; ok is false, and the problem told, when it is not a number from 1 to MaxLimit.
func limit(w http.ResponseWriter, r *http.Request) (n int, ok bool) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return DefaultLimit, true
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > MaxLimit {
		problem(w, r, http.StatusBadRequest, "limit must be a number from 1 to "+strconv.Itoa(MaxLimit))
		return 0, false
	}
	return n, true
}

func (s *Server) groups(w http.ResponseWriter, r *http.Request) {
	if !s.review(w, r, "topic", "team", "rule", "contract", "pointer", "limit") {
		return
	}
	n, ok := limit(w, r)
	if !ok {
		return
	}
	answer(w, s.readGroups(filter(r), n))
}

func (s *Server) readGroups(f Filter, most int) Groups {
	g := s.cfg.Review.Groups(f)
	g.Groups = full(g.Groups)
	g.Groups = g.Groups[:min(most, len(g.Groups))]
	for i := range g.Groups {
		g.Groups[i].Topics = full(g.Groups[i].Topics)
	}
	return g
}

func (s *Server) records(w http.ResponseWriter, r *http.Request) {
	if !s.review(w, r, "topic", "team", "user", "rule", "contract", "pointer", "limit", "after") {
		return
	}
	n, ok := limit(w, r)
	if !ok {
		return
	}
	rs, err := s.cfg.Review.Records(filter(r), n, r.URL.Query().Get("after"))
	if errors.Is(err, ErrBadCursor) {
		problem(w, r, http.StatusBadRequest, "after: "+ErrBadCursor.Error())
		return
	}
	if err != nil {
		problem(w, r, http.StatusServiceUnavailable, err.Error())
		return
	}
	rs.Records = full(rs.Records)
	for i := range rs.Records {
		rs.Records[i].Reasons = full(rs.Records[i].Reasons)
	}
	answer(w, rs)
}

func (s *Server) record(w http.ResponseWriter, r *http.Request) {
	if !s.review(w, r) {
		return
	}
	id := r.PathValue("id")
	if !validID(id) {
		problem(w, r, http.StatusBadRequest, "a record's id is topic/partition/offset")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), kafkaTimeout)
	defer cancel()
	c, err := s.cfg.Review.Record(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		problem(w, r, http.StatusNotFound, err.Error())
		return
	case err != nil:
		problem(w, r, http.StatusServiceUnavailable, err.Error())
		return
	}
	c.Reasons, c.Headers = full(c.Reasons), full(c.Headers)
	answer(w, c)
}

// validID says whether id is topic/partition/offset, written the one way that winnow writes it.
func validID(id string) bool {
	parts := strings.Split(id, "/")
	return len(parts) == 3 && parts[0] != "" && decimal(parts[1], 32) && decimal(parts[2], 64)
}

func decimal(s string, bits int) bool {
	n, err := strconv.ParseInt(s, 10, bits)
	return err == nil && n >= 0 && strconv.FormatInt(n, 10) == s
}
