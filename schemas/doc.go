// Package schemas turns contracts into compiled programs, and by them JSON bytes into judged Arrow columns in one pass.
//
// # The program
//
// Compile reads a JSON Schema of drafts 4 to 2020-12 once and makes a program of it: a node for each place in a record of which the schema says something.
// All schemas that apply to one place, by way of $ref and allOf, are merged into its node, so that a value is looked at once. A node holds which
// kinds of values it lets by, the checks for each kind, the nodes of members and elements, and the column that the
// value goes to. Places that have columns of their own form a tree. Beneath a column that holds JSON text, and where a schema
// refers back to itself, nodes form a graph instead: a node for each set of schemas, whatever the place. Of anyOf, oneOf, not and if, what can be decided by
// the kind of a value is decided here. What cannot be checked is refused with its place in the file; nothing is left out in silence. docs/program.md has an example.
//
// # The decoder
//
// A Decoder walks the bytes of a record once. The same pass checks the grammar (RFC 8259, UTF-8, names that come
// twice, and the limits of depth, digits, exponents and size), checks the keywords, and appends values to the columns. It allocates
// nothing per record.
//
// Keywords that need the whole of a value, such as an anyOf with two branches for objects, have a second look at it: over a tape, a list of its values, which the
// walk leaves behind where it is wanted.
//
// Prediction: it remembers which key followed which in the records before, and compares the bytes that such a key is usually
// written with, quotes and colon included, as two words. Only where the guess and the schema's own order both fail is the
// name looked up.
//
// Numbers and strings are read eight bytes at a time. A number that is like most is one word; limits are compared as floats, and
// exactly only where rounding could decide. Any number is compared and divided exactly without ever being spelled
// out, so that 1e999 costs no more than 1.
//
// Rollback: a column is brought up to a row only when the row has a value for it, so that an absent member costs nothing. When a
// record turns out not to be JSON, each column is cut back to the rows before, and the record has one reason, json.
//
// Reasons: a record that is JSON but fails the schema is a row all the same, with null where a value does not fit its
// column, and has every reason, up to a limit. A reason's pointer is made ready when the schema is compiled; one with array
// indices in it is remembered from the first time. It never has a name in it that the schema does not know: such a name is
// written as an asterisk. A schema that is just false is blamed on the keyword that leads to it.
//
// # Columns
//
// An integer becomes int64, a number float64, or decimal128 where it is a multipleOf with a fraction, a boolean bool, a string utf8, an enum of strings a
// dictionary, a date-time a timestamp in microseconds of UTC, an object with declared properties a struct, one whose members are all alike a map, an
// array with items a list. Null beside one of these makes no difference, as every column may be null. Anything else is utf8 and
// holds the value's JSON text, as the field's metadata says by winnow.json; JSON's null is null there, too. A number that its column cannot hold is null with the
// reason number: an integer beyond int64, one that float64 would make another of, a number beyond float64, or with more than 38 digits for a decimal.
//
// What the columns of an object do not give back goes, as JSON text, to one more column, its rest: members that are not declared, null where a member may
// be absent, times in another spelling. So AppendJSON gives every record that passed back. The table is docs/reference/columns.md.
package schemas
