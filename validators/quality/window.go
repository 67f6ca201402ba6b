package quality

import (
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/strict"
)

// windowDetail is what the documentation of every window rule says of windows.
const windowDetail = "Windows are tumbling, per partition, and aligned: records: N is the N offsets from a multiple of N on (offsets that are " +
	"compacted away or whose records are no JSON leave it short), event_time is a stretch of time that begins at a multiple of its length since the epoch. " +
	"A window of records ends with its last offset. Of event-time windows two are open: a record of a third ends the one that was not " +
	"counted into for longest, so that a lone record with a wrong clock ends nothing but its own window; a record older than both is " +
	"late and counts into the older one. The end of a file ends all windows."

// maxOpen is how many windows of event time are open in a partition at most.
const maxOpen = 2

// windowSpec is how a contract writes a window.
type windowSpec struct {
	Records   *int64           `yaml:"records" doc:"So many offsets."`
	EventTime *strict.Duration `yaml:"event_time" doc:"So much event time, in whole milliseconds."`
}

// A windowSize is how long a window is, in offsets or in milliseconds of event time.
type windowSize struct {
	size   int64
	byTime bool
}

func (r *request) window(w *windowSpec) windowSize {
	n := r.key("window")
	if w == nil || n == nil || n.Kind != yaml.MappingNode {
		return windowSize{size: 1}
	}
	switch {
	case (w.Records == nil) == (w.EventTime == nil):
		if len(r.faults) == 0 {
			r.fault(n, "a window is either records or event_time", "write it like {records: 10000} or {event_time: 24h}")
		}
	case w.Records != nil:
		if *w.Records > 0 {
			return windowSize{size: *w.Records}
		}
		r.fault(strict.Get(n, "records"), "a window of "+strconv.FormatInt(*w.Records, 10)+" records is none", "make it 1 or more")
	default:
		d := time.Duration(*w.EventTime)
		if d > 0 && d%time.Millisecond == 0 {
			return windowSize{size: d.Milliseconds(), byTime: true}
		}
		r.fault(strict.Get(n, "event_time"), "a window of event time must be one or more whole milliseconds", "write it like 24h or 500ms")
	}
	return windowSize{size: 1}
}

// A window is what is known of a window so far.
type window struct {
	index          int64 // its place among all windows since the epoch, or offset 0
	records, nulls int64
	first          int64 // the smallest offset in it
	touched        int64 // when it was counted into last, by windows.clock
}

// windows are the open windows of a partition.
type windows struct {
	windowSize
	keep  int
	n     int
	open  [maxOpen]window
	clock int64
	// Records from run.from to before run.to count into open[run.at], as the last one did: most need no division.
	run struct {
		at       int
		from, to int64
	}
}

func newWindows(size windowSize) *windows {
	w := &windows{windowSize: size, keep: 1}
	if size.byTime {
		w.keep = maxOpen
	}
	return w
}

// at gives the open window that a record counts into. ended is the window that had to end for it; without records,
// none did.
func (w *windows) at(offset, millis int64) (cur *window, ended window) {
	where := offset
	if w.byTime {
		where = millis
	}
	w.clock++
	if where >= w.run.from && where < w.run.to {
		return w.touch(w.run.at, offset), window{}
	}
	index := floorDiv(where, w.size)
	oldest := -1
	for i := range w.open[:w.n] {
		if w.open[i].index == index {
			w.runs(i)
			return w.touch(i, offset), window{}
		}
		if oldest < 0 || w.open[i].index < w.open[oldest].index {
			oldest = i
		}
	}
	if w.n == w.keep {
		if index < w.open[oldest].index {
			return w.touch(oldest, offset), window{}
		}
		ended = w.end(w.stalest())
	}
	w.open[w.n] = window{index: index, first: offset}
	w.n++
	w.runs(w.n - 1)
	return w.touch(w.n-1, offset), ended
}

// runs notes that records are now of open[i].
func (w *windows) runs(i int) {
	w.run.at = i
	w.run.from = w.open[i].index * w.size
	w.run.to = w.run.from + w.size
}

func (w *windows) touch(i int, offset int64) *window {
	cur := &w.open[i]
	cur.touched = w.clock
	cur.first = min(cur.first, offset)
	return cur
}

// stalest gives the window that was not counted into for longest.
func (w *windows) stalest() int {
	at := 0
	for i := range w.open[:w.n] {
		if w.open[i].touched < w.open[at].touched {
			at = i
		}
	}
	return at
}

// filled ends cur if offset is its last; else it gives a window without records.
func (w *windows) filled(cur *window, offset int64) window {
	if w.byTime || offset != (cur.index+1)*w.size-1 {
		return window{}
	}
	for i := range w.open[:w.n] {
		if &w.open[i] == cur {
			return w.end(i)
		}
	}
	return window{}
}

// endOldest ends the oldest window; without records, none was open.
func (w *windows) endOldest() window {
	if w.n == 0 {
		return window{}
	}
	at := 0
	for i := range w.open[:w.n] {
		if w.open[i].index < w.open[at].index {
			at = i
		}
	}
	return w.end(at)
}

func (w *windows) end(i int) window {
	ended := w.open[i]
	w.run.from, w.run.to = 0, 0
	w.n--
	w.open[i] = w.open[w.n]
	return ended
}

// floorDiv is a/b rounded down, for b above 0.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
