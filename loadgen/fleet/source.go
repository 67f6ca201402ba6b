package fleet

// A Source hands a job its batches. Only the job's goroutine calls it, never two calls at a time, and never under a lock of the fleet. Its
// methods return at once: the chips stand still while one runs, and that time is not made up for.
type Source interface {
	// Take gives the shard's next batch if one is ready; the fleet owns it until Release. Otherwise batch is nil, why says what it waits for,
	// and changed is closed when either may have changed; shards may share one channel. A shard that has a batch does not take another before
	// Trained. All shards are given the same steps in the same order.
	Take(shard int) (batch Batch, why Cause, changed <-chan struct{})
	// Trained says that all shards have trained on the step, and released it: a cursor may move behind it.
	Trained(step int64)
}

// A Batch is what one shard trains on in one step.
type Batch interface {
	// Deal says how many records each of n chips gets, and how many failed ones lie in the chip's ranges. Chips are numbered from 0; one that gets
	// neither may be left out.
	Deal(n int, to func(chip int, records, errors int64))
	// Step is the step's number, the same for all shards.
	Step() int64
	// Release gives the batch back: the chips are done with its memory. It is called exactly once, also when the batch was not trained on because the
	// fleet ended.
	Release()
}

// A Cause says what a batch waits for.
type Cause string

// The causes. Another one counts as CauseGate: what is not known to be there has not come through the gate.
const (
	CauseGate   Cause = "gate"   // no verdict has come on records enough
	CauseKafka  Cause = "kafka"  // the records are being read from Kafka
	CauseBudget Cause = "budget" // host memory has no room for the batch
)

func (c Cause) state() State {
	switch c {
	case CauseKafka:
		return WaitingKafka
	case CauseBudget:
		return WaitingBudget
	}
	return WaitingGate
}
