package fleet

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newScript(t, 2)
		f := newFleet(t, Job{Feed: "delay-v1", Team: "delay", Model: "m", Pods: 2, Hosts: 1, Chips: 2, Step: 4 * sec, Source: src})
		m := NewMetrics(f)
		if problems, err := testutil.CollectAndLint(m); err != nil || len(problems) > 0 {
			t.Errorf("%v %v", problems, err)
		}
		if n := testutil.CollectAndCount(m); n != 4*(3+int(NumStates)) {
			t.Errorf("%d series before Run, want those of 4 chips, and no utilisation", n)
		}
		stop := start(t, f)
		for step := range int64(2) {
			src.put(0, step)
			src.put(1, step)
		}
		src.cause(0, CauseKafka)
		src.cause(1, CauseBudget)
		pass(calibration(4*sec) + 2*4*sec + 4*sec)
		want := `
# HELP winnow_chip_errors_total Failed records in the ranges dealt to a chip, of the steps that it trained.
# TYPE winnow_chip_errors_total counter
winnow_chip_errors_total{chip="0",host="0",pod="delay-v1-0"} 2
winnow_chip_errors_total{chip="0",host="0",pod="delay-v1-1"} 2
winnow_chip_errors_total{chip="1",host="0",pod="delay-v1-0"} 4
winnow_chip_errors_total{chip="1",host="0",pod="delay-v1-1"} 4
# HELP winnow_chip_info Always 1: which feed a chip trains on, whose job that is, and its model.
# TYPE winnow_chip_info gauge
winnow_chip_info{chip="0",feed="delay-v1",host="0",model="m",pod="delay-v1-0",team="delay"} 1
winnow_chip_info{chip="0",feed="delay-v1",host="0",model="m",pod="delay-v1-1",team="delay"} 1
winnow_chip_info{chip="1",feed="delay-v1",host="0",model="m",pod="delay-v1-0",team="delay"} 1
winnow_chip_info{chip="1",feed="delay-v1",host="0",model="m",pod="delay-v1-1",team="delay"} 1
# HELP winnow_chip_records_total Records of the steps that a chip trained: the rows dealt to it, and the failed records in the ranges dealt to it, so that errors by records is its error rate.
# TYPE winnow_chip_records_total counter
winnow_chip_records_total{chip="0",host="0",pod="delay-v1-0"} 4
winnow_chip_records_total{chip="0",host="0",pod="delay-v1-1"} 4
winnow_chip_records_total{chip="1",host="0",pod="delay-v1-0"} 6
winnow_chip_records_total{chip="1",host="0",pod="delay-v1-1"} 6
# HELP winnow_chip_seconds_total Time of a chip by state. A chip is in one state at every moment, so the states add up to the time since the fleet began.
# TYPE winnow_chip_seconds_total counter
`
		for _, pod := range []string{"0", "1"} {
			for _, chip := range []string{"0", "1"} {
				seconds := map[string]string{"training": "8", "idle": "0.3", "waiting_kafka": "4", "waiting_budget": "4"}
				delete(seconds, map[string]string{"1": "waiting_kafka", "0": "waiting_budget"}[pod])
				for st := range NumStates {
					v := seconds[st.String()]
					if v == "" {
						v = "0"
					}
					want += `winnow_chip_seconds_total{chip="` + chip + `",host="0",pod="delay-v1-` + pod + `",state="` + st.String() + `"} ` + v + "\n"
				}
			}
		}
		want += `
# HELP winnow_chip_utilization_ratio Nominal compute of a job's steps by the time they took, without the first step and restarts: measured, and the ceiling that the simulator reaches on a source that is always ready.
# TYPE winnow_chip_utilization_ratio gauge
winnow_chip_utilization_ratio{feed="delay-v1",kind="ceiling"} 1
winnow_chip_utilization_ratio{feed="delay-v1",kind="measured"} 0.5
`
		if err := testutil.CollectAndCompare(m, strings.NewReader(want)); err != nil {
			t.Error(err)
		}
		if problems, err := testutil.CollectAndLint(m); err != nil || len(problems) > 0 {
			t.Errorf("%v %v", problems, err)
		}
		stop()
	})
}

func TestStateNames(t *testing.T) {
	want := []string{"idle", "training", "waiting_gate", "waiting_kafka", "waiting_budget", "restarting", "state 6"}
	for i, name := range want {
		if got := State(i).String(); got != name {
			t.Errorf("state %d is %q, want %q", i, got, name)
		}
	}
}
