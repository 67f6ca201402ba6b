// Package quality judges decoded records, one rule a file: limits on numbers, patterns, allowed values, nulls, lengths,
// duplicates and the rate of nulls in a window.
//
// A rule is compiled once for a contract and then made anew for each partition that it judges. It reads the columns of a
// batch as Arrow holds them and calls back for the rows that fail; while all is well it touches a record's value and nothing else.
// Nulls and values that the schema failed are no business of a rule, unless nulls are its business.
package quality
