package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/winnow-data/winnow/pipeline/verdicts"
	"github.com/winnow-data/winnow/wire"
)

// A job is something to write: an entry of the verdict log, the rejected records of its range, and what is to be counted then.
type job struct {
	rejects
	counts
	entry *verdicts.Entry
}

func newJob(limit int) *job { return &job{rejects: rejects{limit: limit}} }

// write works jobs off, in order, until jobs is closed: the quarantine first, then the verdict, then the position. Each step waits for
// the acknowledgement of the one before, so a verdict that can be read has its quarantined records, and an offset its verdict.
func (c *chain) write(ctx context.Context, jobs <-chan *job, spare chan<- *job) error {
	var out []byte
	for j := range jobs {
		if len(j.list) > 0 && !c.gate.cfg.DryRun {
			begin := time.Now()
			if err := c.gate.cfg.Sink.Write(ctx, c.topic, c.partition, j.list); err != nil {
				return fmt.Errorf("cannot write to the quarantine of %s/%d: %w", c.topic, c.partition, err)
			}
			c.gate.observe("quarantine", c.topic, time.Since(begin))
		}
		if !c.gate.cfg.DryRun {
			var err error
			if out, err = c.appendVerdict(ctx, j.entry, out[:0]); err != nil {
				return err
			}
		}
		j.counts.apply()
		c.state.written(j.entry, time.Now())
		c.gate.progressed()
		j.rejects.reset()
		spare <- j
	}
	return nil
}

// appendVerdict writes an entry to the verdict log and waits for its acknowledgement.
func (c *chain) appendVerdict(ctx context.Context, e *verdicts.Entry, out []byte) ([]byte, error) {
	value, err := json.Marshal(e)
	if err != nil {
		return out, fmt.Errorf("cannot write a verdict: %w", err)
	}
	out = wire.EncodeBatch(out, []wire.OutRecord{{Value: value, Time: time.Now().UnixMilli()}}, wire.CodecNone)
	err = wire.Retry(ctx, "append to the verdict log", c.log, func(ctx context.Context) error {
		_, err := c.gate.cfg.Client.Produce(ctx, verdicts.Topic(c.topic), c.partition, out)
		if err != nil {
			c.state.setTrouble(err.Error())
		}
		return err
	})
	if err != nil {
		return out, fmt.Errorf("cannot write verdicts of %s/%d: %w", c.topic, c.partition, err)
	}
	return out, nil
}
