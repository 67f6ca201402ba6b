package main

import (
	"testing"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/loadgen"
	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/schemas"
)

// BenchmarkJudge judges the demo's records by the demo's contract, with all of its rules and the sensitive scan: what `run` does between Kafka and Kafka.
func BenchmarkJudge(b *testing.B) {
	file, err := loadgen.WriteContract(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	c, faults := schemas.LoadContract(file, schemas.ContractOptions{})
	if err := faults.Err(); err != nil {
		b.Fatal(err)
	}
	for _, bm := range []struct {
		name   string
		faults float64
		change func(*judge.Plan)
	}{
		{"all", 0.01, func(*judge.Plan) {}},
		{"all_none_bad", 0, func(*judge.Plan) {}},
		{"no_rules", 0.01, func(p *judge.Plan) { p.NewRules, p.Checks = nil, nil }},
		{"no_scan", 0.01, func(p *judge.Plan) { p.NewScanner, p.Policy = nil, nil }},
		{"schema_only", 0.01, func(p *judge.Plan) { p.NewRules, p.Checks, p.NewScanner, p.Policy = nil, nil, nil, nil }},
	} {
		b.Run(bm.name, func(b *testing.B) {
			plan, faults := newPlan(c, schemas.DefaultLimits())
			if err := faults.Err(); err != nil {
				b.Fatal(err)
			}
			bm.change(plan)
			records, size := training(bm.faults)
			j := judge.New(plan, nil)
			judgeAll(j, records)
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				judgeAll(j, records)
			}
			b.ReportMetric(float64(b.N)*float64(len(records))/b.Elapsed().Seconds(), "records/s")
		})
	}
}

func training(faults float64) (records []winnow.Record, size int64) {
	g := loadgen.New(loadgen.Config{Seed: 1, Faults: faults, Lines: true})
	for i := range int64(50_000) {
		value, _, _, _, _ := g.Next(nil)
		records = append(records, winnow.Record{Offset: i, Value: value})
		size += int64(len(value))
	}
	return records, size
}
