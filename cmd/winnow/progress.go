package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// A progress tells a person how far long work is: on a terminal only, and not often.
type progress struct {
	w    io.Writer // nil where nobody looks
	last time.Time
	said bool
}

func newProgress(w io.Writer) *progress {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return &progress{w: w, last: time.Now()}
	}
	return &progress{}
}

func (p *progress) say(records, failed int64) {
	if p.w == nil || time.Since(p.last) < 200*time.Millisecond {
		return
	}
	p.last, p.said = time.Now(), true
	fmt.Fprintf(p.w, "\r%d records, %d failed ", records, failed)
}

// done clears the line.
func (p *progress) done() {
	if p.said {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// of tells how much of a known whole is done.
func (p *progress) of(done, total int64) {
	if p.w == nil || time.Since(p.last) < 200*time.Millisecond {
		return
	}
	p.last, p.said = time.Now(), true
	fmt.Fprintf(p.w, "\r%d of %d offsets ", done, total)
}
