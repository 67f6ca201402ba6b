package format

import "slices"

// A Check says whether a string, given as UTF-8, has a format. It is pure: s is neither changed nor kept.
type Check func(s []byte) bool

// formats has the checks by name, and the first draft that each holds for. A later row of the same name replaces the one before it
// from its own draft on.
//
// Names are known from the draft that defines them; before it, they might mean anything. But date and uuid have meant the same
// to everybody since before the drafts had them, and schemas of draft 4 to 7 rely on it.
var formats = []struct {
	name  string
	since int
	check Check
}{
	{"date", 4, Date},
	{"date-time", 4, DateTime},
	{"email", 4, isEmail},
	{"hostname", 4, isHostname},
	{"ipv4", 4, isIPv4},
	{"ipv6", 4, isIPv6},
	{"uri", 4, isURI},
	{"uuid", 4, isUUID},
	{"json-pointer", 6, isJSONPointer},
	{"uri-reference", 6, isURIReference},
	{"uri-template", 6, isURITemplate},
	{"idn-email", 7, isIDNEmail},
	{"idn-hostname", 7, isIDNHostname},
	{"iri", 7, isIRI},
	{"iri-reference", 7, isIRIReference},
	{"relative-json-pointer", 7, isRelativePointer},
	{"time", 7, isTime},
	{"duration", 2019, isDuration},
	{"relative-json-pointer", 2020, isRelativePointer2020},
}

// Lookup gives the check of the format with this name in a draft of JSON Schema: 4, 6, 7, 2019 or 2020. It is false for a name that
// the draft does not know, those that were draft 3's alone among them (color, host-name, ip-address, phone), and for regex,
// which package schemas has.
func Lookup(name string, draft int) (Check, bool) {
	var found Check
	for _, f := range formats {
		if f.name == name && f.since <= draft {
			found = f.check
		}
	}
	return found, found != nil
}

// Names lists the formats that Lookup finds in a draft, sorted.
func Names(draft int) []string {
	var names []string
	for _, f := range formats {
		if f.since <= draft {
			names = append(names, f.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Kinds of ASCII characters, as bits.
const (
	hexDigit    = 1 << iota
	alphaNum    // letters and digits
	ldhChar     // of a host name's label: letters, digits, hyphen
	atomChar    // of an e-mail address's local part: RFC 5321's atext
	nameChar    // of a URI's registered name: RFC 3986's unreserved and sub-delims
	userChar    // of a URI's userinfo
	pathChar    // of a URI's path, with the slashes
	queryChar   // of a URI's query or fragment
	literalChar // of a URI template's literals: RFC 6570, with its erratum 6937
	varChar     // of a URI template's variable
)

// charKinds has them by byte; one beyond ASCII has none.
var charKinds = func() (kinds [256]uint16) {
	add := func(chars string, kind uint16) {
		for _, c := range []byte(chars) {
			kinds[c] |= kind
		}
	}
	for c := range 128 {
		if letter, digit := c|0x20 >= 'a' && c|0x20 <= 'z', c >= '0' && c <= '9'; letter || digit {
			kinds[c] = alphaNum | ldhChar | atomChar | nameChar | userChar | pathChar | queryChar | varChar
		}
		if c > ' ' && c < 0x7F {
			kinds[c] |= literalChar
		}
	}
	add("0123456789abcdefABCDEF", hexDigit)
	add("-", ldhChar)
	add("!#$%&'*+-/=?^_`{|}~", atomChar)
	add("-._~!$&'()*+,;=", nameChar|userChar|pathChar|queryChar)
	add(":", userChar|pathChar|queryChar)
	add("@/", pathChar|queryChar)
	add("?", queryChar)
	add("_", varChar)
	for _, c := range []byte("\"%<>\\^`{|}") {
		kinds[c] &^= literalChar
	}
	return kinds
}()

func is(c byte, kind uint16) bool { return charKinds[c]&kind != 0 }

func isDigit(c byte) bool { return c-'0' <= 9 }

func isASCII(s []byte) bool {
	for _, c := range s {
		if c >= 128 {
			return false
		}
	}
	return true
}
