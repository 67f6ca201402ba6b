package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/judge"
)

// benchPasses is how many passes `bench` takes the best of.
const benchPasses = 20

func newBenchCmd() *cobra.Command {
	var contract contractFlags
	var input, format string
	var cores int
	cmd := &cobra.Command{
		Use:   "bench --contract FILE --input FILE",
		Short: "Measure how fast this machine judges these records",
		Long: `Judge the records of a file from memory, verdicts and columns out, exactly as ` + "`run`" + ` does it, and tell the best of 20 passes.
With more than one core, each judges all of the records.`,
		Example: `  winnow bench --contract flights.yaml --input flights.ndjson.gz
  winnow bench --contract event.schema.json --input events.ndjson --cores 2 -o json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != "table" && format != "json" {
				return wrong(fmt.Errorf("-o %q is neither table nor json", format))
			}
			if cores < 1 || cores > 1024 {
				return wrong(fmt.Errorf("--cores %d is not between 1 and 1024", cores))
			}
			plan, err := contract.plan(cmd, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			records, size, err := readRecords(input, cmd.InOrStdin(), plan.Limits.Record)
			if err != nil {
				return err
			}
			if len(records) == 0 {
				return outside(fmt.Errorf("the input has no records"))
			}
			return writeBench(cmd.OutOrStdout(), format, measure(plan, records, size, cores))
		},
	}
	contract.register(cmd)
	cmd.Flags().StringVar(&input, "input", "", "NDJSON, plain, gzip or zstd; - is standard input (required)")
	cmd.Flags().IntVar(&cores, "cores", 1, "how many cores judge at a time")
	cmd.Flags().StringVarP(&format, "output", "o", "table", "table or json")
	_ = cmd.MarkFlagRequired("input") // fails only for a flag that is not there
	return cmd
}

type benchResult struct {
	Cores   int        `json:"cores"`
	Records int        `json:"records"`
	Bytes   int64      `json:"bytes"`
	Judge   benchSpeed `json:"judge"`
}

type benchSpeed struct {
	BytesPerSecond   float64 `json:"bytes_per_second"`
	RecordsPerSecond float64 `json:"records_per_second"`
	AllocsPerRecord  float64 `json:"allocs_per_record"`
}

func readRecords(input string, stdin io.Reader, limit int) (records []winnow.Record, size int64, err error) {
	in, err := openInput(input, stdin)
	if err != nil {
		return nil, 0, err
	}
	defer in.Close() //nolint:errcheck // it was only read
	err = lines(in, limit, func(n int64, line []byte) error {
		records = append(records, winnow.Record{Offset: n, Value: bytes.Clone(line)})
		size += int64(len(line))
		return nil
	}, func() error { return nil })
	return records, size, err
}

func measure(plan *judge.Plan, records []winnow.Record, size int64, cores int) benchResult {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(cores, 1)))
	judges := make([]*judge.Judge, cores)
	for i := range judges {
		judges[i] = judge.New(plan, nil)
		judgeAll(judges[i], records) // buffers grow, caches warm up
	}
	best := benchResult{Cores: cores, Records: len(records), Bytes: size}
	var before, after runtime.MemStats
	for range benchPasses {
		runtime.GC()
		runtime.ReadMemStats(&before)
		begin := time.Now()
		var pass sync.WaitGroup
		for _, j := range judges {
			pass.Go(func() { judgeAll(j, records) })
		}
		pass.Wait()
		seconds := time.Since(begin).Seconds()
		runtime.ReadMemStats(&after)
		if speed := float64(size) * float64(cores) / seconds; speed > best.Judge.BytesPerSecond {
			n := float64(len(records) * cores)
			best.Judge = benchSpeed{speed, n / seconds, float64(after.Mallocs-before.Mallocs) / n}
		}
	}
	return best
}

func judgeAll(j *judge.Judge, records []winnow.Record) {
	for i := range records {
		j.Add(&records[i])
		if j.Full() {
			settleAll(j)
		}
	}
	settleAll(j)
}

func settleAll(j *judge.Judge) {
	j.Finish()
	for i := range j.Len() {
		_ = j.Verdict(i)
	}
	columns := j.Columns()
	columns.Columns() // which are made when they are asked for
	columns.Release()
	j.Reset()
}

func writeBench(w io.Writer, format string, r benchResult) error {
	if format == "json" {
		return json.NewEncoder(w).Encode(r)
	}
	_, err := fmt.Fprintf(w, "%d records, %.1f MB, %d core(s): %.0f MB/s, %.2f M records/s, %.4f allocations a record\n", r.Records,
		float64(r.Bytes)/1e6, r.Cores, r.Judge.BytesPerSecond/1e6, r.Judge.RecordsPerSecond/1e6, r.Judge.AllocsPerRecord)
	return err
}
