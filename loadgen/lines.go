package loadgen

import (
	"context"
	"fmt"
	"io"
	"time"
)

// linesAtOnce is how many lines are written between two looks at the clock.
const linesAtOnce = 64

// WriteLines writes records as NDJSON into w until cfg's count or duration is reached, at cfg's rate, or until ctx ends: that is no error. For
// each spoilt line it writes {"line":n,"fault":kind,"rule":…,"pointer":…} into labels, which may be nil. Both writers should be buffered. Without
// a duration the output depends on the seed alone. Topic, codec and the like do not matter.
func WriteLines(ctx context.Context, cfg LoadConfig, w, labels io.Writer) (Stats, error) {
	cfg.Generator.Lines = true
	if cfg.Duration > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, cfg.Duration)
		defer cancel()
	}
	if labels == nil {
		labels = io.Discard
	}
	l := lineWriter{gen: New(cfg.Generator), w: w, labels: labels, kinds: make(map[string]int64)}
	t := newTally()
	t.begin()
	began := time.Now()
	for ctx.Err() == nil && (cfg.Count == 0 || l.done.Records < cfg.Count) {
		n := int64(linesAtOnce)
		if cfg.Count > 0 {
			n = min(n, cfg.Count-l.done.Records)
		}
		if cfg.Rate > 0 {
			n = min(n, max(1, int64(cfg.Rate*defaultRound.Seconds())))
		}
		for range n {
			if err := l.line(); err != nil {
				return Stats{}, fmt.Errorf("cannot write a line: %w", err)
			}
		}
		if cfg.Rate > 0 {
			began = pace(ctx, cfg.Rate, began, l.done.Records)
		}
	}
	t.add(l.done, l.kinds)
	t.end()
	return t.snapshot(), nil
}

type lineWriter struct {
	gen       *Generator
	w, labels io.Writer
	buf       []byte
	done      Stats
	kinds     map[string]int64
}

func (l *lineWriter) line() error {
	out, fault := l.gen.append(l.buf[:0])
	l.done.Bytes += int64(len(out))
	l.done.Records++
	l.buf = append(out, '\n')
	if _, err := l.w.Write(l.buf); err != nil {
		return err
	}
	if fault == nil {
		return nil
	}
	l.kinds[fault.Kind]++
	_, err := fmt.Fprintf(l.labels, "{\"line\":%d,\"fault\":%q,\"rule\":%q,\"pointer\":%q}\n", l.done.Records, fault.Kind, fault.Rule, fault.Pointer)
	return err
}
