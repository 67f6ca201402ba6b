package fleet

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestNewTellsAllFaults(t *testing.T) {
	good := func() Job { return Job{Feed: "f", Pods: 2, Hosts: 4, Chips: 4, Step: time.Second, Source: mute{}} }
	for name, c := range map[string]struct {
		change func(*Job)
		want   string // empty: it is good
	}{
		"good":             {func(*Job) {}, ""},
		"no step":          {func(j *Job) { j.Step = 0 }, ""},
		"most chips":       {func(j *Job) { j.Pods, j.Hosts, j.Chips = 16, 64, 4 }, ""},
		"jitter of 1":      {func(j *Job) { j.Jitter = 1 }, ""},
		"restarts":         {func(j *Job) { j.Restart = Restart{2 * time.Second, time.Hour} }, ""},
		"no name":          {func(j *Job) { j.Feed = "" }, "it has no name"},
		"no source":        {func(j *Job) { j.Source = nil }, `job of feed "f": it has no source`},
		"no pods":          {func(j *Job) { j.Pods = 0 }, "must each be 1 to 4096"},
		"no hosts":         {func(j *Job) { j.Hosts = -1 }, "must each be 1 to 4096"},
		"no chips":         {func(j *Job) { j.Chips = 0 }, "must each be 1 to 4096"},
		"too many":         {func(j *Job) { j.Pods, j.Chips = 129, 8 }, "cannot simulate 4128 chips, at most 4096"},
		"an overflow":      {func(j *Job) { j.Pods, j.Hosts = math.MaxInt/2, 4 }, "must each be 1 to 4096"},
		"negative step":    {func(j *Job) { j.Step = -1 }, "step must not be negative"},
		"negative jitter":  {func(j *Job) { j.Jitter = -0.1 }, "jitter must be 0 to 1"},
		"too much jitter":  {func(j *Job) { j.Jitter = 1.1 }, "jitter must be 0 to 1"},
		"jitter of NaN":    {func(j *Job) { j.Jitter = math.NaN() }, "jitter must be 0 to 1"},
		"half a restart":   {func(j *Job) { j.Restart.Every = time.Hour }, "how often and for how long"},
		"the other half":   {func(j *Job) { j.Restart.For = time.Hour }, "how often and for how long"},
		"negative restart": {func(j *Job) { j.Restart = Restart{-1, -1} }, "how often and for how long"},
		"no time to train": {func(j *Job) { j.Jitter, j.Restart = 0.5, Restart{3*time.Second - 1, 1} }, "up for two steps"},
	} {
		job := good()
		c.change(&job)
		_, err := New(Config{Jobs: []Job{job}})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	a, b, c := good(), good(), good()
	a.Chips, b.Step, c.Feed, c.Pods, c.Hosts = 0, -1, "g", 64, 32
	_, err := New(Config{Jobs: []Job{a, b, c}})
	if err == nil {
		t.Fatal("it is accepted")
	}
	for _, want := range []string{"must each be", "negative", `two jobs of feed "f"`, "8224 chips"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v: does not tell %q", err, want)
		}
	}
}
