package feed

import (
	"testing"

	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// A follower remembers the end of the log, however long it gets, and says so of what it has forgotten.
func TestAFollowerRemembersTheEnd(t *testing.T) {
	f := newFollower(part{"t", 0}, nil, quietFollower(part{}).log, 100, nil)
	if _, found, behind := f.after(100); found || behind || f.end() != -1 {
		t.Error("an empty log has an end")
	}
	if _, _, behind := f.after(99); !behind || f.lowest() != 100 {
		t.Error("a place was known that never was read")
	}
	all := make(map[int64]int64) // by place: its entry ends there
	at := int64(100)
	for i := range int64(3 * maxRecent) {
		at += i % 3 // a marker takes a place now and then
		f.add(placed{at, verdicts.Entry{From: i, To: i + 1}})
		all[at] = i + 1
		last := at
		at++
		if len(f.recent) > maxRecent {
			t.Fatalf("%d entries are remembered", len(f.recent))
		}
		if i%500 != 0 && len(f.recent) != maxRecent*3/4+1 { // and always when it has just forgotten
			continue
		}
		if f.end() != i+1 || f.next != last+1 || len(f.recent) < min(int(i)+1, maxRecent/2) {
			t.Fatalf("after %d entries %d are remembered, to offset %d and place %d", i+1, len(f.recent), f.end(), f.next)
		}
		wantRecent(t, f, all, last)
	}
	if f.lowest() == 100 {
		t.Error("nothing was forgotten")
	}
}

// Entries that list much are remembered by what they list.
func TestAFollowerIsBoundedByRanges(t *testing.T) {
	f := newFollower(part{"t", 0}, nil, quietFollower(part{}).log, 0, nil)
	all := make(map[int64]int64)
	for place := range int64(200) {
		e := verdicts.Entry{From: place, To: place + 1, Failed: make([]verdicts.Range, 1+place%7*(maxRanges/50))}
		f.add(placed{place, e})
		f.add(placed{place, verdicts.Entry{To: -1}}) // read again
		all[place] = e.To
		ranges := 0
		for i := range f.recent {
			ranges += f.recent[i].Ranges()
		}
		if ranges != f.ranges || ranges > maxRanges {
			t.Fatalf("%d ranges are remembered, said are %d, at most may %d", ranges, f.ranges, maxRanges)
		}
		wantRecent(t, f, all, place)
	}
	f.add(placed{200, verdicts.Entry{From: 200, To: 201, Failed: make([]verdicts.Range, 2*maxRanges)}}) // more than all may have
	if e, found, _ := f.after(200); !found || e.To != 201 || len(f.recent) != 1 || f.lowest() != 200 {
		t.Errorf("the last entry is not there: %d are, from %d on", len(f.recent), f.lowest())
	}
}

// wantRecent asks f for places around all edges, and holds the answers against all.
func wantRecent(t *testing.T, f *follower, all map[int64]int64, last int64) {
	t.Helper()
	low := f.lowest()
	if low > f.recent[0].place {
		t.Fatalf("the entry at %d is remembered, and said to be forgotten below %d", f.recent[0].place, low)
	}
	for _, place := range []int64{low - 3, low - 2, low - 1, low, low + 1, low + 2, low + 3, (low + last) / 2, last - 1, last, last + 1, last + 2} {
		e, found, behind := f.after(place)
		want := place
		for want <= last && all[want] == 0 {
			want++
		}
		switch {
		case place < low:
			if found || !behind {
				t.Fatalf("place %d is known, below %d", place, low)
			}
		case want > last:
			if found || behind {
				t.Fatalf("there is something at %d, behind the last place %d", place, last)
			}
		case !found || behind || e.place != want || e.To != all[want]:
			t.Fatalf("at %d comes %d (%v, %v), want %d", place, e.place, found, behind, want)
		}
		var seen []int64
		f.each(place, func(e *placed) bool {
			seen = append(seen, e.place)
			return len(seen) < 3
		})
		for i, p := range seen {
			for want <= last && all[want] == 0 {
				want++
			}
			if p != want {
				t.Fatalf("entry %d from %d on is at %d, want %d", i, place, p, want)
			}
			want++
		}
		if place < low && len(seen) > 0 || place >= low && len(seen) == 0 && want <= last {
			t.Fatalf("from %d on come %v; known are %d to %d", place, seen, low, last)
		}
	}
}
