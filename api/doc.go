// Package api serves what a running winnow knows over HTTP: metrics, health, readiness, status, ledger, error rates and
// the review of the quarantine. It computes nothing: the gate and the review index answer through small
// interfaces, and the shapes of the answers are the types of this package.
//
// Every error is an RFC 9457 problem document. No answer holds a record's value: the review index masks
// before it hands over.
package api
