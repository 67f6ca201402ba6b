package fleet

import "github.com/prometheus/client_golang/prometheus"

// Metrics are a fleet's, read from a Snapshot when Prometheus asks: the step loop knows no metric.
type Metrics struct{ fleet *Fleet }

var (
	chipLabels      = []string{"pod", "host", "chip"}
	descChipRecords = prometheus.NewDesc("winnow_chip_records_total",
		"Records of the steps that a chip trained: the rows dealt to it, and the failed records in the ranges dealt to it, so that errors by records is its error rate.",
		chipLabels, nil)
	descChipErrors = prometheus.NewDesc("winnow_chip_errors_total",
		"Failed records in the ranges dealt to a chip, of the steps that it trained.", chipLabels, nil)
	descChipSeconds = prometheus.NewDesc("winnow_chip_seconds_total",
		"Time of a chip by state. A chip is in one state at every moment, so the states add up to the time since the fleet began.",
		[]string{"pod", "host", "chip", "state"}, nil)
	descChipInfo = prometheus.NewDesc("winnow_chip_info", "Always 1: which feed a chip trains on, whose job that is, and its model.",
		[]string{"pod", "host", "chip", "feed", "team", "model"}, nil)
	descUtilization = prometheus.NewDesc("winnow_chip_utilization_ratio",
		"Nominal compute of a job's steps by the time they took, without the first step and restarts: measured, and the ceiling that the simulator "+
			"reaches on a source that is always ready.",
		[]string{"feed", "kind"}, nil)
)

// NewMetrics makes a collector of f's metrics.
func NewMetrics(f *Fleet) *Metrics { return &Metrics{fleet: f} }

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descChipRecords, descChipErrors, descChipSeconds, descChipInfo, descUtilization} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(ch chan<- prometheus.Metric) {
	s := m.fleet.Snapshot()
	for i := range s.Jobs {
		j := &s.Jobs[i]
		for p := range j.Pods {
			for h := range j.Pods[p].Hosts {
				collectHost(ch, j, j.Pods[p].Name, &j.Pods[p].Hosts[h])
			}
		}
		for kind, ratio := range map[string]*float64{"measured": j.Measured, "ceiling": j.Ceiling} {
			if ratio != nil {
				ch <- prometheus.MustNewConstMetric(descUtilization, prometheus.GaugeValue, *ratio, j.Feed, kind)
			}
		}
	}
}

func collectHost(ch chan<- prometheus.Metric, j *JobSnapshot, pod string, host *HostSnapshot) {
	counter := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
	}
	for c := range host.Chips {
		chip := &host.Chips[c]
		ch <- prometheus.MustNewConstMetric(descChipInfo, prometheus.GaugeValue, 1, pod, host.Name, chip.Name, j.Feed, j.Team, j.Model)
		counter(descChipRecords, float64(chip.Records), pod, host.Name, chip.Name)
		counter(descChipErrors, float64(chip.Errors), pod, host.Name, chip.Name)
		for state, d := range chip.Spent {
			counter(descChipSeconds, d.Seconds(), pod, host.Name, chip.Name, State(state).String())
		}
	}
}
