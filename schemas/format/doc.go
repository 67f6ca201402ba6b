// Package format judges strings by the formats of JSON Schema's keyword format.
//
// [Lookup] gives the [Check] that a format's name has in a draft. A check holds to the grammar of the RFC that the draft names; where the RFC
// leaves a choice, to the official suite of JSON Schema. It takes a string's UTF-8 as it stands, with no quotes and escapes, keeps
// nothing of it, does not panic whatever the bytes are, runs in time linear in their number, and allocates only where a host name
// has characters beyond ASCII or Punycode in it.
//
// The format regex is not here: to judge it is to parse a pattern, and patterns are package schemas' own.
package format
