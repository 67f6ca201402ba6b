package fleet

import (
	"sync"
	"time"
)

// An account is the books of one job: where its chips' time went, and what they were dealt. Times are since began, on the monotonic clock: a wall clock
// that jumps changes nothing.
type account struct {
	mu    sync.Mutex
	began time.Time // zero before Run
	hosts []hostAccount
	chips []count // host after host

	steps     int64
	restarts  int64
	wasted    time.Duration // in steps that restarts broke off
	overshoot time.Duration // of sleeps, whether made up for or not
	use       use
	ceiling   float64 // 0: not measured
	trouble   string
}

// A count is what a chip was dealt, in steps that were trained: records, failed ones included.
type count struct{ records, errors int64 }

// A place is where all chips of a host are.
type place struct {
	state State
	peer  bool // waits for a peer's batch, with its own in hand
}

type hostAccount struct {
	place
	since    time.Duration // from where on time is not in spent yet
	spent    Spent         // of one chip: those of a host are always in one state
	peer     time.Duration // part of spent
	restarts int64
}

func (h *hostAccount) settle(now time.Duration) {
	d := now - h.since
	h.spent[h.state] += d
	if h.place.peer {
		h.peer += d
	}
	h.since = now
}

func (h *hostAccount) move(to place, now time.Duration) {
	if h.place != to {
		h.settle(now)
		h.place = to
	}
}

func newAccount(hosts, chips int) *account {
	return &account{hosts: make([]hostAccount, hosts), chips: make([]count, hosts*chips)}
}

// start begins the account's time.
func (a *account) start(began time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.began = began
}

// now is read under the lock wherever a host moves: so no snapshot, which holds the lock when it reads the clock, sees a move that lies after it. After
// start, began does not change, and the job's goroutine may read now without the lock.
func (a *account) now() time.Duration {
	if a.began.IsZero() {
		return 0
	}
	return time.Since(a.began)
}

func (a *account) moveAll(to State, now time.Duration) {
	for i := range a.hosts {
		a.hosts[i].move(place{state: to}, now)
	}
}

// wait puts each host where it waits.
func (a *account) wait(at []place) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	for i := range a.hosts {
		a.hosts[i].move(at[i], now)
	}
}

// begin says that a step of this length begins now, and gives the time.
func (a *account) begin(length time.Duration) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	a.moveAll(Training, now)
	a.use.begin(length, now)
	return now
}

// end says that the step which began last has been trained, what the chips were dealt for it, and by how much the sleep was too long: over, of which debt
// (and what is left of earlier debt) will be made up for.
func (a *account) end(dealt []count, over, debt time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, d := range dealt {
		a.chips[i].records += d.records
		a.chips[i].errors += d.errors
	}
	a.overshoot += over
	a.use.end(debt)
	if a.steps++; a.steps == 1 {
		a.use.reset(a.hosts[0].attached(a.now()))
	}
}

// restart says that a host was preempted.
func (a *account) restart(host int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	a.wasted += a.use.breakOff(now)
	a.moveAll(Restarting, now)
	a.hosts[host].restarts++
	a.restarts++
}

// stop says that the job has ended: trouble says why, if it was not told to.
func (a *account) stop(trouble string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	a.use.breakOff(now)
	a.moveAll(Idle, now)
	a.trouble = trouble
}

func (a *account) setCeiling(c float64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ceiling = c
}

// attached is how long the host was up by now.
func (h *hostAccount) attached(now time.Duration) time.Duration {
	d := h.spent.attached()
	if h.state.attached() {
		d += now - h.since
	}
	return d
}

// utilisation gives compute and wall, of steps after the first. Hosts are attached together, so the first speaks for all.
func (a *account) utilisation(now time.Duration) (compute, wall time.Duration) {
	if a.steps == 0 {
		return 0, 0
	}
	return a.use.compute(now), a.hosts[0].attached(now) - a.use.base
}
