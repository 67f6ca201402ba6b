// Package loadgen makes load for winnow: training-like records with planted, labelled faults, and the score of the verdicts
// on them.
//
// A Generator writes records, deterministically by its seed. Most are good under the demo's contract (Contract,
// WriteContract); a share is spoilt by one of Faults, a closed list of everything that the gate knows to be wrong. A Loader
// writes a Generator's records into a Kafka topic, each with its label in the header HeaderFault, which the gate does not read. ScoreTopic
// then compares the labels with what the gate wrote: the verdict log says whether each record failed, the quarantine says why.
//
// A fault of a whole Kafka batch (a bomb, say) cannot carry a header that a reader could trust, as the batch cannot be read;
// its label is the batch's sequence number, which means nothing to Kafka in a batch without a producer id. See BatchLabel.
// A batch with a wrong CRC or an unknown codec cannot be planted: every broker refuses it at the door.
package loadgen
