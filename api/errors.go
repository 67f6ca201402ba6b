package api

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"
)

// The dimensions that a fleet counts, not a gate.
const (
	dimChip     = "chip"
	dimFeedTeam = "feed_team"
)

// Dimensions are the keys that /api/v1/errors counts by. A Gate is asked for all but chip (pod/host/chip) and feed_team (the team of the chips' feed).
func Dimensions() []string {
	return []string{"team", "user", "rule", "topic", "contract", dimChip, dimFeedTeam}
}

func fleetCounts(by string) bool { return by == dimChip || by == dimFeedTeam }

var errNoFleet = errors.New(noFleet)

func (s *Server) errors(w http.ResponseWriter, r *http.Request) {
	if !known(w, r, "by") {
		return
	}
	by := r.URL.Query().Get("by")
	if !slices.Contains(Dimensions(), by) {
		problem(w, r, http.StatusBadRequest, "by must be one of "+strings.Join(Dimensions(), ", "))
		return
	}
	if !fleetCounts(by) && !s.gate(w, r, "by") {
		return
	}
	e, err := s.readErrors(by)
	if err != nil {
		problem(w, r, http.StatusServiceUnavailable, err.Error())
		return
	}
	answer(w, e)
}

// readErrors asks who counts by the dimension.
func (s *Server) readErrors(by string) (Errors, error) {
	if !fleetCounts(by) {
		e, err := s.cfg.Gate.Errors(by)
		e.Rows = ranked(e.Rows)
		e.Instances = full(e.Instances)
		return e, err
	}
	if s.cfg.Fleet == nil {
		return Errors{}, errNoFleet
	}
	f := s.readFleet()
	e := Errors{Since: f.Since, Instances: []string{}, Rows: ranked(f.rows(by))}
	if s.cfg.Gate != nil {
		e.Instances = append(e.Instances, s.cfg.Gate.Status().Instance)
	}
	return e, nil
}

// ranked is a copy of the rows with their rates, most errors first.
func ranked(rows []ErrorRow) []ErrorRow {
	rows = full(slices.Clone(rows))
	for i := range rows {
		rows[i].Rate = ratio(float64(rows[i].Errors), float64(rows[i].Records))
	}
	slices.SortStableFunc(rows, func(a, b ErrorRow) int {
		return cmp.Or(cmp.Compare(b.Errors, a.Errors), cmp.Compare(a.Key, b.Key))
	})
	return rows
}
