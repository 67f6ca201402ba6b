package pipeline

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/verdicts"
	"github.com/winnow-data/winnow/wire"
)

// resume finds where a partition goes on.
//
// The group's offset says it, and the verdict log knows better: it is written before the offset. A gate that died in between has
// entries behind the committed offset, and judging those records again would quarantine and log them twice. So the gate
// goes on where the log ends. Nobody else moves a partition without an offset: the first thing that a gate does with a new partition
// is to commit where it begins, so an offset that is missing beside a log that is there was lost, and guessing would lose or
// double records. It is refused.
func (c *chain) resume(ctx context.Context) (Totals, error) {
	start, end, err := bounds(ctx, c.gate.cfg.Client, c.topic, c.partition)
	if err != nil {
		return Totals{}, err
	}
	if c.gate.cfg.DryRun {
		return c.begin(start, end), nil
	}
	if err := c.gate.ensureTopics(ctx, c.topic); err != nil {
		return Totals{}, err
	}
	at, err := c.committed(ctx)
	if err != nil {
		return Totals{}, err
	}
	tail, logged, err := readTail(ctx, c.gate.cfg.Client, c.topic, c.partition, at.Offset)
	if err != nil {
		return Totals{}, err
	}
	if at.Offset < 0 {
		if err := c.lostOffset(tail, logged); err != nil {
			return Totals{}, err
		}
		t := c.begin(start, end)
		return t, c.owner.commitOne(ctx, c, &t)
	}
	totals, kept := totalsFrom(at.Offset, at.Metadata)
	if !kept {
		c.log.Warn("the committed offset has no account with it that fits, as after an offset was set by hand: the account begins anew", "offset", at.Offset)
	}
	for i := range tail {
		if tail[i].From == totals.Next {
			totals.Add(&tail[i])
		}
	}
	if totals.Next > at.Offset {
		c.log.Info("going on where the verdict log ends", "committed", at.Offset, "log_end", totals.Next)
	}
	if n := len(tail); n > 0 && tail[n-1].To < totals.Next {
		c.log.Error("the group's offset lies beyond the last verdict: the offsets between have none", "from", tail[n-1].To, "to", totals.Next)
	}
	if n := len(tail); n > 0 && tail[n-1].To > totals.Next {
		c.log.Warn("the verdict log goes beyond the committed offset and does not follow it: going on where it ends",
			"committed", at.Offset, "log_end", tail[n-1].To)
		totals = Totals{First: tail[n-1].To, Next: tail[n-1].To}
	}
	return c.withinLog(ctx, totals, start, end)
}

// lostOffset refuses a partition that has no offset though verdicts were logged, be it that retention has taken them since.
func (c *chain) lostOffset(tail []verdicts.Entry, logged int64) error {
	if logged == 0 {
		return nil
	}
	at := "at the place where it should go on"
	if n := len(tail); n > 0 {
		at = fmt.Sprintf("to %d, where the log ends,", tail[n-1].To)
	}
	return fmt.Errorf("group %s has no offset for %s/%d, though there were verdicts: the offset was lost, or another group wrote them; set the group's offset %s "+
		"with kafka-consumer-groups --reset-offsets, or run with the group that wrote them", c.gate.cfg.Group, c.topic, c.partition, at)
}

// bounds gives the ends of a partition's log. A topic that was made a moment ago may not have told all brokers of its leaders.
func bounds(ctx context.Context, client *wire.Client, topic string, partition int) (start, end int64, err error) {
	err = wire.Retry(ctx, "ask for the log's ends", nil, func(ctx context.Context) error {
		start, end, err = client.Offsets(ctx, topic, partition)
		return err
	})
	if err != nil {
		return 0, 0, fmt.Errorf("cannot find the ends of %s/%d: %w", topic, partition, err)
	}
	return start, end, nil
}

func (c *chain) begin(start, end int64) Totals {
	if c.gate.cfg.FromLatest {
		return Totals{First: end, Next: end}
	}
	return Totals{First: start, Next: start}
}

func (c *chain) committed(ctx context.Context) (p wire.Position, err error) {
	err = wire.Retry(ctx, "fetch the committed offset", c.log, func(ctx context.Context) error {
		all, err := c.gate.cfg.Client.Committed(ctx, c.gate.cfg.Group, map[string][]int{c.topic: {c.partition}})
		if err != nil {
			return err
		}
		var ok bool
		if p, ok = all[c.topic][c.partition]; !ok {
			p.Offset = -1
		}
		return nil
	})
	if err != nil {
		return p, fmt.Errorf("cannot fetch the offset of %s/%d: %w", c.topic, c.partition, err)
	}
	return p, nil
}

// withinLog holds a position against what Kafka still has. What retention took before the gate came is lost to it: it is told loudly and
// accounted for. A position behind the end means that the topic is another one.
func (c *chain) withinLog(ctx context.Context, t Totals, start, end int64) (Totals, error) {
	if t.Next > end {
		return t, fmt.Errorf("the gate offset %d of %s/%d lies behind the log's end %d: the topic was made anew or truncated; if that is right, delete %s and the "+
			"group's offsets, and start again", t.Next, c.topic, c.partition, end, verdicts.Topic(c.topic))
	}
	if t.Next >= start {
		return t, nil
	}
	gap := verdicts.Range{From: t.Next, To: start}
	c.log.Error("retention passed the gate offset: records were deleted before they were judged", "from", gap.From, "to", gap.To, "records_at_most", gap.Len())
	e := verdicts.Entry{From: gap.From, Contract: c.plan.Contract.Hash}
	e.Skip(verdicts.CauseRetention, gap)
	if err := e.Close(gap.To); err != nil {
		return t, err
	}
	if _, err := c.appendVerdict(ctx, &e, nil); err != nil {
		return t, err
	}
	t.Add(&e)
	return t, c.owner.commitOne(ctx, c, &t)
}

// readTail reads the end of a partition's verdict log: all entries from the one that covers offset on, or some last ones where offset is negative. It
// reads backwards in growing steps, since a gate dies with few entries uncommitted. logged is how many entries there ever were, those that retention has
// taken among them.
func readTail(ctx context.Context, client *wire.Client, topic string, partition int, offset int64) (tail []verdicts.Entry, logged int64, err error) {
	start, end, err := bounds(ctx, client, verdicts.Topic(topic), partition)
	if err != nil {
		return nil, 0, err
	}
	for back := int64(16); ; back *= 8 {
		from := max(start, end-back)
		entries, err := readEntries(ctx, client, topic, partition, from, end)
		if err != nil {
			return nil, 0, err
		}
		if from == start || len(entries) > 0 && (offset < 0 || entries[0].From <= offset) {
			return entries, end, nil
		}
	}
}

// readEntries reads the verdict log's records [from, to).
func readEntries(ctx context.Context, client *wire.Client, topic string, partition int, from, to int64) ([]verdicts.Entry, error) {
	var entries []verdicts.Entry
	err := client.Scan(ctx, verdicts.Topic(topic), partition, from, to, func(r *winnow.Record) error {
		var e verdicts.Entry
		if err := json.Unmarshal(r.Value, &e); err != nil {
			return fmt.Errorf("%s/%d/%d is not an entry of a verdict log", verdicts.Topic(topic), partition, r.Offset)
		}
		entries = append(entries, e)
		return nil
	})
	return entries, err
}
