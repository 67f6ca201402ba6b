// Package validators is the closed registry of the rules and detectors that judge records beyond their schema: it
// compiles what a contract names into rules for partitions, a scanner, and the policy for what the scanner finds.
//
// The rules themselves are in quality, the detectors in sensitive, one a file, each with examples in its package's testdata
// that it must flag and must pass.
package validators
