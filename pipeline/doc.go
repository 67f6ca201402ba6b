// Package pipeline is the gate: it takes records from Kafka, has each judged once, writes down every verdict, sends the bad ones to the
// quarantine, and moves its offset only behind what is written.
//
// A partition is the unit of order and of ownership. It has one chain, and nothing on the hot path is shared between chains but counters:
//
//	fetch ──slab──▶ judge ──range──▶ write ──progress──▶ commit (one for all chains)
//
// fetch asks for the next range while this one is judged; judge (worker.go, the hot path) walks the record batches of a slab; write puts the
// rejected records into the quarantine and then the range's entry into the verdict log, each acknowledged by all in-sync replicas; commit
// moves the group's offsets. So an offset never passes a record whose verdict could still be lost, and a gate that dies between
// verdict and commit goes on, at its next start, where the verdict log ends: see resume.go.
package pipeline
