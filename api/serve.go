package api

import "net/http"

// Health is the answer of /healthz.
type Health struct {
	Status string `json:"status"` // always "ok": no answer is the other one
}

// Ready is the answer of /readyz: status 200 when ready, 503 when not.
type Ready struct {
	Ready   bool     `json:"ready"`
	Reasons []string `json:"reasons"` // why not
}

func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) { answer(w, Health{Status: "ok"}) }

func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) {
	ready := s.readReady()
	status := http.StatusOK
	if !ready.Ready {
		status = http.StatusServiceUnavailable
	}
	reply(w, status, "application/json", ready)
}

func (s *Server) readReady() Ready {
	reasons := s.cfg.Ready()
	return Ready{Ready: len(reasons) == 0, Reasons: full(reasons)}
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

const noGate = "this winnow has no gate in its role"

// gate says whether there is a gate to ask, and that the query has none but the allowed parameters.
func (s *Server) gate(w http.ResponseWriter, r *http.Request, params ...string) bool {
	if s.cfg.Gate == nil {
		problem(w, r, http.StatusServiceUnavailable, noGate)
		return false
	}
	return known(w, r, params...)
}

func (s *Server) status(w http.ResponseWriter, r *http.Request) {
	if !s.gate(w, r) {
		return
	}
	answer(w, s.readStatus())
}

func (s *Server) readStatus() Status {
	st := s.cfg.Gate.Status()
	st.Reasons, st.Contracts = full(st.Reasons), full(st.Contracts)
	if st.Assigned == nil {
		st.Assigned = map[string][]int{}
	}
	return st
}

func (s *Server) ledger(w http.ResponseWriter, r *http.Request) {
	if !s.gate(w, r) {
		return
	}
	answer(w, s.readLedger())
}

func (s *Server) readLedger() Ledger {
	l := s.cfg.Gate.Ledger()
	l.Partitions = full(l.Partitions)
	if l.SkippedBy == nil {
		l.SkippedBy = map[string]int64{}
	}
	return l
}

// full is s, or an empty slice for nil: JSON's [] and not null.
func full[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
