// Package quarantine sets failed records aside in Kafka and finds them again.
//
// A Writer puts what the gate rejects into the topic T.quarantine, in the partition of the same number: key, value and
// headers byte for byte, then headers of winnow's own that say which record it was and why it failed. Kafka's timestamp of
// the copy is the time of judging, so that the topic's retention counts from then, however old the source record is; the
// source's own timestamp is in a header.
//
// An Index is built from these topics alone and can be thrown away at any time: it reads them from their start,
// follows them, and answers which groups of records failed alike, and which records. It holds no content: a
// record's bytes are read back from Kafka when a person asks for them, and shown masked.
package quarantine
