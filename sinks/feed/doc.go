// Package feed hands models their batches: exact ones, in host memory, ahead of demand.
//
// A Host has the feeds of one host and the memory that they share. A Feed's goroutine follows the verdict log, never a payload, and plans steps: for
// each shard so many rows of records that passed, in their partitions' order. Then it brings the rows together:
//
//	gate ──columns──▶ keeper ──chunk──▶ cache ──┐
//	                                            ├──▶ batch ──▶ queue ──Take──▶ chips
//	T.verdicts ──▶ follower ──▶ stream ──plan───┤
//	T ──────────────── loader ──chunk───────────┘ (what the cache does not have)
//
// A chunk is the rows of a run of judged offsets, copied once out of the decoder's columns when they were judged, or decoded again from Kafka. Batches are
// slices of chunks, shared by all feeds; only a batch that crosses from one chunk to another is copied. Everything is counted in one budget of bytes
// (Memory), by reference: a chunk's memory is free when the cache and the last batch have let go of it.
//
// The gate never waits for a feed, nor one feed for another. What there is no room for is read from Kafka when its turn comes.
//
// A step is dealt to chips by its rows, and what failed goes with them: a chip's range of offsets ends behind its last row. So a failed record is its
// chip's whose next row it precedes, or, behind the last row of an entry of the verdict log, the one's that has that row. It can be recomputed from the log
// and the feed's positions.
//
// A feed's position, by partition the offset behind the last step that every shard has trained on, is its consumer group's (winnow.feed.NAME).
package feed
