// Package dashboards is the one source of the Grafana dashboards and the Prometheus alert rules.
//
// Both are generated from it into deploy/ by `make generate`, so that they cannot drift from each other or from the metrics: the names of metrics are
// written once, in catalog.go, and a test holds that catalog against the metrics that the code declares. Every query is run against a real Prometheus that
// scrapes a real winnow by test/kafka.
package dashboards
