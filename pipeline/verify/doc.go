// Package verify recomputes the ledger from Kafka alone: from the source topic, the verdict log and the quarantine, and nothing that a
// winnow remembers.
//
// For each partition it walks three logs side by side, in bounded memory:
//
//   - the verdict log: each entry must add up and begin where the one before it ended;
//   - the quarantine: each failed offset must have a record there, and no other offset may;
//   - the source: each record that Kafka still holds must have a verdict, and each offset that was passed or failed must have had a record.
//     Batches without gaps are not opened to know that.
//
// What contradicts is named by offset. What Kafka has deleted, before the walk or under its feet, cannot be held against anything: it
// is counted as unverifiable, and so is what rotted in the source. What is there twice and says the same, as at-least-once delivery
// allows after a crash, is counted as doubled. What came out of its order is put aside and held against a second reading of the verdict log.
package verify
