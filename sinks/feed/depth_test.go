package feed

import (
	"math/rand/v2"
	"testing"
)

func TestDepthGrowsOnlyWhereMoreWouldHaveHelped(t *testing.T) {
	d := newDepth()
	for range 10 {
		d.empty() // making is too slow: the queue never was full
	}
	if d.now != firstDepth {
		t.Fatalf("depth %d without ever having been full", d.now)
	}
	for range 10 {
		d.full() // nobody takes
	}
	if d.now != firstDepth {
		t.Fatalf("depth %d without ever having been empty", d.now)
	}
	for want := 2 * firstDepth; want <= mostDepth; want *= 2 {
		d.empty()
		if d.now != want {
			t.Fatalf("depth %d, want %d", d.now, want)
		}
		d.empty() // not full since
		if d.now != want {
			t.Fatalf("depth %d, want %d: it was not full since it grew", d.now, want)
		}
		d.full()
	}
	d.empty()
	if d.now != mostDepth {
		t.Errorf("depth %d, more than %d", d.now, mostDepth)
	}
}

// takeAll takes for a window, and always leaves so many.
func takeAll(d *depth, left int) {
	for range depthWindow {
		d.took(left)
	}
}

func TestDepthShrinksByWhatIsNeverNeeded(t *testing.T) {
	d := newDepth()
	for d.now < 16 {
		d.full()
		d.empty()
	}
	takeAll(&d, 15) // the window in which it last was empty
	if d.now != 16 {
		t.Fatalf("depth %d, although a taker found nothing in the window", d.now)
	}
	for range depthWindow - 1 {
		d.took(9)
	}
	if d.now != 16 {
		t.Fatalf("depth %d before the window's end", d.now)
	}
	if d.took(9); d.now != 15 {
		t.Fatalf("depth %d, want 15: nine of 16 were never needed", d.now)
	}
	if takeAll(&d, 7); d.now != 15 {
		t.Fatalf("depth %d: less than half of 15 was idle", d.now)
	}
	for range depthWindow / 2 {
		d.took(14)
	}
	d.took(0) // once it was needed
	for range depthWindow / 2 {
		d.took(14)
	}
	if d.now != 15 {
		t.Fatalf("depth %d: all of it was needed once", d.now)
	}
	for range 100 {
		takeAll(&d, d.now)
	}
	if d.now != 1 {
		t.Fatalf("depth %d when nothing is needed, want 1", d.now)
	}
	d.full()
	if d.empty(); d.now != 2 {
		t.Errorf("depth %d, want 2: it follows the demand back", d.now)
	}
}

func TestDepthStaysInItsBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 16))
	d := newDepth()
	for range 100_000 {
		before := d.now
		switch r.IntN(40) {
		case 0:
			d.full()
		case 1:
			d.empty()
		default:
			d.took(r.IntN(d.now + 1))
		}
		if d.now < 1 || d.now > mostDepth || d.now < before-1 || d.now > 2*before {
			t.Fatalf("depth %d after %d", d.now, before)
		}
	}
}
