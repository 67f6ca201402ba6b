// Package wire is the little of Kafka's wire that several parts of winnow need: raw fetches, record batches, produce,
// topics and offsets.
//
// It stands on kafka-go's transport, SASL and message types, and leaves aside everything of kafka-go that hands out
// records: Reader, Writer, Client.Fetch and Client.Produce lose or double records, skip checksums and return records of
// aborted transactions. Code outside this package does not use them either.
//
// # Fetch
//
// A Fetch speaks on kafka-go's connection itself. kafka-go lets a request that is a protocol.RawExchanger write itself
// and read its own answer, so the bytes of a record set go from the socket straight into the caller's Slab: no page
// buffers, no copy, no allocation once the Slab has grown. Nothing is registered with kafka-go and no table of it is
// changed, so other users of kafka-go in the same process notice nothing. Bytes are read one partition at a time, and
// memory grows only as bytes really arrive, whatever length the answer claims.
//
// # Leaders that move
//
// kafka-go learns about a new leader when its metadata is next due. A Client asks for metadata at once when an answer
// says that its picture is old (not more than ten times a second), so that the attempt after it finds the leader.
//
// # What a caller must do
//
// Batches and records borrow the slab: whatever is kept is copied. A caller checks each batch's CRC before it trusts
// anything in it, and retries what IsRetriable says, with Retry or by itself.
package wire
