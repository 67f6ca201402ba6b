package fleet

import "time"

// use is the numerator of a job's utilisation, live: the compute of a step under way counts as far as it has come.
type use struct {
	base    time.Duration // attached time that is not counted
	done    time.Duration // nominal compute of the steps trained
	debt    time.Duration // slept too long: compute of steps to come
	length  time.Duration // of the step under way, and when it began
	begun   time.Duration
	running bool
}

func (u *use) begin(length, now time.Duration) {
	u.length, u.begun, u.running = length, now, true
}

func (u *use) end(debt time.Duration) {
	u.done += u.length
	u.debt, u.running = debt, false
}

// reset counts from here on. What was slept too long until now shortens what comes, so it is part of that.
func (u *use) reset(attached time.Duration) {
	u.base, u.done = attached-u.debt, 0
}

// breakOff gives up the step under way, if there is one, and gives the time it took: that is in neither compute nor wall.
func (u *use) breakOff(now time.Duration) (wasted time.Duration) {
	if u.running {
		wasted = now - u.begun
		u.base += wasted
		u.running = false
	}
	return wasted
}

func (u *use) compute(now time.Duration) time.Duration {
	ahead := u.debt
	if u.running {
		ahead = min(u.length, u.debt+now-u.begun)
	}
	return u.done + ahead
}
