// Package api serves what a running winnow knows over HTTP: metrics, health, readiness, status, ledger, error rates and
// the review of the quarantine, the feeds and the chips that train on them, and the page. What it tells comes from the gate, the review index, the feeds and
// the fleet through small interfaces, and the shapes of the answers are the types of this package. It computes rates, and keeps a quarter of an hour of
// history, so that a page that is opened now shows what was.
//
// Every error is an RFC 9457 problem document. No answer holds a record's value: the review index masks
// before it hands over.
package api
