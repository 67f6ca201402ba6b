// Package sensitive finds sensitive data in a record's bytes: payment cards, bank accounts, social security numbers and
// email addresses, one detector a file.
//
// A Scanner does not try one pattern after another. A first pass sorts the record's bytes into digits and letters, 64 at a
// time, and keeps the few places where a finding could begin; only there is anything compared, with checksums and the
// issuers' own tables. Email addresses begin with the search for '@'. JSON needs no parsing for this: what must not be joined
// across JSON's structure is not joined across anything but a single space, hyphen or dot, and a string's escapes are
// undone in a copy first.
package sensitive
