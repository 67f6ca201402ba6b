// Package judge gives a verdict, with every reason, on each record of a run of records.
//
// It is the one place where the parts of a contract meet: the decoder (grammar, schema, Arrow columns), the rules over those
// columns, and the sensitive-data scan over the record's bytes with its policy. The gate, `winnow check` and `winnow bench` all
// judge through it, so that what is measured and what is tried out is what runs.
//
// A Judge works in three steps on up to MaxRecords records at a time:
//
//	for each record: Add      decode into columns, collect the schema's reasons, scan the bytes
//	once:            Finish   run the rules over the columns, settle each record's outcome
//	for each record: Verdict  read it
//
// and Reset forgets the records, but not the rules' windows. Everything that it hands out is borrowed until Reset.
package judge
