package api

import (
	"cmp"
	"net/http"
	"slices"
)

// Health is the answer of /healthz.
type Health struct {
	Status string `json:"status"` // always "ok": no answer is the other one
}

// Ready is the answer of /readyz: status 200 when ready, 503 when not.
type Ready struct {
	Ready   bool     `json:"ready"`
	Reasons []string `json:"reasons"` // why not
}

// Dimensions are the keys that /api/v1/errors counts by.
func Dimensions() []string { return []string{"team", "user", "rule", "topic", "contract"} }

func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) { answer(w, Health{Status: "ok"}) }

func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) {
	reasons := s.cfg.Ready()
	status := http.StatusOK
	if len(reasons) > 0 {
		status = http.StatusServiceUnavailable
	}
	reply(w, status, "application/json", Ready{Ready: len(reasons) == 0, Reasons: full(reasons)})
}

func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Metrics == nil {
		problem(w, r, http.StatusServiceUnavailable, "this winnow has no metrics")
		return
	}
	s.cfg.Metrics.ServeHTTP(w, r)
}

func (s *Server) openapi(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(openapi)
}

// gate says whether there is a gate to ask, and that the query has none but the allowed parameters.
func (s *Server) gate(w http.ResponseWriter, r *http.Request, params ...string) bool {
	if s.cfg.Gate == nil {
		problem(w, r, http.StatusServiceUnavailable, "this winnow has no gate in its role")
		return false
	}
	return known(w, r, params...)
}

func (s *Server) status(w http.ResponseWriter, r *http.Request) {
	if !s.gate(w, r) {
		return
	}
	st := s.cfg.Gate.Status()
	st.Reasons, st.Contracts = full(st.Reasons), full(st.Contracts)
	if st.Assigned == nil {
		st.Assigned = map[string][]int{}
	}
	answer(w, st)
}

func (s *Server) ledger(w http.ResponseWriter, r *http.Request) {
	if !s.gate(w, r) {
		return
	}
	l := s.cfg.Gate.Ledger()
	l.Partitions = full(l.Partitions)
	if l.SkippedBy == nil {
		l.SkippedBy = map[string]int64{}
	}
	answer(w, l)
}

func (s *Server) errors(w http.ResponseWriter, r *http.Request) {
	if !s.gate(w, r, "by") {
		return
	}
	by := r.URL.Query().Get("by")
	if !slices.Contains(Dimensions(), by) {
		problem(w, r, http.StatusBadRequest, "by must be one of team, user, rule, topic, contract")
		return
	}
	e, err := s.cfg.Gate.Errors(by)
	if err != nil {
		problem(w, r, http.StatusServiceUnavailable, err.Error())
		return
	}
	rows := full(slices.Clone(e.Rows))
	for i := range rows {
		rows[i].Rate = 0
		if rows[i].Records > 0 {
			rows[i].Rate = float64(rows[i].Errors) / float64(rows[i].Records)
		}
	}
	slices.SortStableFunc(rows, func(a, b ErrorRow) int {
		return cmp.Or(cmp.Compare(b.Errors, a.Errors), cmp.Compare(a.Key, b.Key))
	})
	e.Rows, e.Instances = rows, full(e.Instances)
	answer(w, e)
}

// full is s, or an empty slice for nil: JSON's [] and not null.
func full[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
