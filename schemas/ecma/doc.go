// Package ecma runs regular expressions of ECMA-262, as JSON Schema means them, in time linear in the text.
//
// A pattern is read as under the u flag (ECMA-262, 11th edition, section 21.2; 22.2 in later ones): characters are code points, \d, \w and \b are
// ASCII, \s is what section 12 calls white space and line ends, a dot is anything but a line end, and $ is the end of the text alone. It
// may match anywhere in the text.
//
// # Leniency
//
// Real schemas have what the u flag forbids and all validators take. Compile takes it, too: \- \_ \@ and the like for the character, }
// and ] by themselves, { that begins no quantifier, and [\w-.], where the hyphen is one. Valid takes none of it.
//
// # What is refused
//
//	(?<=a) (?<!a)               lookbehind: needs more than linear time
//	a(?=b) (?:(?!a)b)*          lookahead, but for the form below
//	(a)\1 (?<n>a)\k<n>          references to a group: no automaton can tell
//	\p{Emoji} \p{scx=Grek} …    properties for which Go has no Unicode tables: Emoji*, Extended_Pictographic, Script_Extensions, Bidi_Mirrored,
//	                            Case_Ignorable, Changes_When_*, Default_Ignorable_Code_Point, XID_*
//	\a \Z \z \e \1 without (    escapes that ECMA-262 does not have: they mean something elsewhere, so that no guess is safe
//	(?i) (?i:a) (?P<n>a) (?>a)  groups that the 11th edition does not have
//	(x{100}){100}               what has more than 10,000 steps when its repetitions are written out, unless it is ^[class]{n,m}$
//	                            more than 64 KiB, 250 groups within one another, 16 lookaheads, or 1 MiB of classes
//
// Lookahead is taken right after the ^ that begins a pattern, any number of times: ^(?!A)(?=B)C has a match where ^C and ^B have one
// and ^A has none, each a pattern of its own. So is a ^ right behind it, and a group around all that follows.
//
// # How a pattern is run
//
// A word, with or without ^ and $, is compared. ^[class]{n,m}$ is one look at each byte. Anything else becomes a deterministic
// automaton over classes of characters, all its states made in advance: a look into a table for each byte, or, where a pattern tells
// characters beyond ASCII apart, for each character. Its words' boundaries are part of its states. What would not fit the bounds
// of an automaton, or the Budget, is left to package regexp: linear, too, but by a factor of the pattern's length.
package ecma
