package feed

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/winnow-data/winnow/wire"
)

// A position is how far a feed has trained in one partition, with the account up to there.
type position struct {
	offset int64
	positionMeta
}

// positionMeta is what goes with a committed offset.
type positionMeta struct {
	Version  int   `json:"winnow"`
	Step     int64 `json:"step"` // the one behind the last that took something from the partition
	Records  int64 `json:"records"`
	Excluded int64 `json:"excluded"`
	Failed   int64 `json:"failed"`
}

// places are a feed's positions, and those behind steps that were planned and are not trained on.
type places struct {
	now   map[part]position
	ahead []stepPlace
	next  int64          // the step behind the last one planned
	begun map[part]int64 // as far as entries were begun that had no row to plan
	dirty map[part]struct{}
}

// A stepPlace is where a step's pieces end.
type stepPlace struct {
	step  int64
	moves []position
	parts []part
}

// planned notes where a step ends.
func (p *places) planned(step int64, plan [][]piece) {
	s := stepPlace{step: step}
	for _, pieces := range plan {
		for i := range pieces {
			k := &pieces[i]
			if n := len(s.parts); n == 0 || s.parts[n-1] != k.part {
				s.parts, s.moves = append(s.parts, k.part), append(s.moves, position{})
			}
			m := &s.moves[len(s.moves)-1]
			m.offset = k.to
			m.Records += int64(k.count)
			m.Excluded += k.excluded()
			m.Failed += k.failed()
		}
	}
	p.ahead, p.next = append(p.ahead, s), step+1
}

// trained moves the positions behind step, and those before it.
func (p *places) trained(step int64) {
	for len(p.ahead) > 0 && p.ahead[0].step <= step {
		s := p.ahead[0]
		p.ahead = p.ahead[1:]
		for i, k := range s.parts {
			now, m := p.now[k], s.moves[i]
			now.offset = m.offset
			now.Step = s.step + 1
			now.Records, now.Excluded, now.Failed = now.Records+m.Records, now.Excluded+m.Excluded, now.Failed+m.Failed
			p.now[k] = now
			p.dirty[k] = struct{}{}
		}
	}
}

// settle sets a position that was not known.
func (p *places) settle(k part, offset int64) {
	p.now[k] = position{offset: offset}
	p.dirty[k] = struct{}{}
}

// all marks every position for commit: Kafka forgets, after offsets.retention.minutes, what a group without members does not commit again.
func (p *places) all() {
	for k, now := range p.now {
		if now.offset >= 0 {
			p.dirty[k] = struct{}{}
		}
	}
}

// last is where the last planned step ends, by partition.
func (p *places) last() map[part]int64 {
	last := make(map[part]int64, len(p.now))
	for k, now := range p.now {
		last[k] = now.offset
	}
	for i := range p.ahead {
		for j, k := range p.ahead[i].parts {
			last[k] = p.ahead[i].moves[j].offset
		}
	}
	return last
}

// restore takes up a position that was committed.
func (f *Feed) restore(s *stream, metadata string) {
	p := position{offset: s.at}
	if s.fresh {
		p.offset = -1 // the first entry says it: see begun
	}
	if json.Unmarshal([]byte(metadata), &p.positionMeta) != nil || p.Version != 1 {
		p.positionMeta = positionMeta{Version: 1} // set by hand, with Kafka's tools: the account begins anew
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.places.now[s.part] = p
	if p.offset >= 0 {
		f.places.dirty[s.part] = struct{}{}
	}
	f.account.Planned += p.Records
	f.account.Excluded += p.Excluded
	f.account.Failed += p.Failed
	f.step = max(f.step, p.Step)
	f.places.next = f.step
}

// commit commits the feed's positions, as its consumer group's offsets, while they move; and once more after ctx has ended, when the feed has.
func (f *Feed) commit(ctx context.Context, ended <-chan struct{}) {
	told, whole := "", time.Now()
	for {
		wait(ctx, nil, f.host.cfg.Commit)
		if ctx.Err() != nil {
			break
		}
		if time.Since(whole) >= wholeCommit {
			whole = time.Now()
			f.mu.Lock()
			f.places.all()
			f.mu.Unlock()
		}
		err := f.commitOnce(ctx)
		switch {
		case err == nil:
			told = ""
		case ctx.Err() == nil && told != err.Error():
			told = err.Error()
			f.host.cfg.Log.Warn("cannot commit a feed's position, trying again", "feed", f.Name, "error", err)
		}
	}
	<-ended
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastCommit)
	defer cancel()
	if err := f.commitOnce(last); err != nil {
		f.host.cfg.Log.Warn("cannot commit a feed's last position: some steps are made again at the next start", "feed", f.Name, "error", err)
	}
}

const (
	// lastCommit is how long the last commit may take.
	lastCommit = 5 * time.Second
	// wholeCommit is how often positions are committed that have not moved.
	wholeCommit = time.Hour
)

func (f *Feed) commitOnce(ctx context.Context) error {
	offsets := make(map[string]map[int]wire.Position)
	f.mu.Lock()
	dirty := f.places.dirty
	f.places.dirty = make(map[part]struct{})
	for k := range dirty {
		p := f.places.now[k]
		p.Version = 1
		meta, err := json.Marshal(p.positionMeta)
		if err != nil {
			f.mu.Unlock()
			return fmt.Errorf("cannot write a position: %w", err)
		}
		if offsets[k.topic] == nil {
			offsets[k.topic] = make(map[int]wire.Position)
		}
		offsets[k.topic][k.id] = wire.Position{Offset: p.offset, Metadata: string(meta)}
	}
	f.mu.Unlock()
	err := f.host.cfg.Client.Commit(ctx, f.group(), -1, "", offsets)
	if err != nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		for k := range dirty {
			f.places.dirty[k] = struct{}{}
		}
	}
	return err
}
