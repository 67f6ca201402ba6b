// Package fleet simulates the accelerators that train on winnow's feeds: pods of hosts of chips, which take a batch a step.
//
// A Job is the data-parallel trainer of one feed, and each of its hosts is a shard. A step takes a batch for every host, and begins when the last host
// has its own; then all chips train for the step's length together, as an all-reduce makes them, and the batches are released.
//
// Every chip is in exactly one State at every moment, and the time it spent in each adds up to the time since Run began, to the nanosecond. While a host
// waits for its batch its chips wait for the cause that the Source names; hosts that have theirs wait for the same cause, for it is data that they all
// lack. A batch that is ready is never waited for: taking it counts as training.
//
// Accelerator utilisation is MLPerf Storage's: the nominal compute of the steps over the wall time they took, without the first step, which
// pays for what begins. Time that the job was restarting is not in it, nor steps that a restart broke off: it judges the feed. A sleep on a real clock
// ends late, and a next step that much shorter makes up for it; nothing ever makes up for a wait for data. What is left is the simulator's own
// share of the loss. Run measures it before a job begins, with the same loop on a source that is always ready: the ceiling, which no feed can beat.
package fleet
