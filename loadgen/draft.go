package loadgen

// A field is a property of the record, in the order in which it is written.
type field int

const (
	fieldID field = iota
	fieldEventTime
	fieldTeam
	fieldUser
	fieldModel
	fieldVersion
	fieldLabel
	fieldScore
	fieldWeight
	fieldTokens
	fieldFeatures
	fieldText
	fieldContext

	// Those of context.
	fieldDay
	fieldIP
	fieldIP6
	fieldPage
	fieldContact
	fieldLang
	fieldSession
	numFields
)

func fieldNames() [numFields]string {
	return [numFields]string{
		fieldID: `"id":`, fieldEventTime: `"event_time":`, fieldTeam: `"team":`, fieldUser: `"user":`, fieldModel: `"model":`,
		fieldVersion: `"v":`, fieldLabel: `"label":`, fieldScore: `"score":`, fieldWeight: `"weight":`, fieldTokens: `"tokens":`,
		fieldFeatures: `"features":`, fieldText: `"text":`, fieldContext: `"context":`,
		fieldDay: `"day":`, fieldIP: `"ip":`, fieldIP6: `"ip6":`, fieldPage: `"page":`, fieldContact: `"contact":`,
		fieldLang: `"lang":`, fieldSession: `"session":`,
	}
}

// A draft is a record before it is written: the JSON text of each field, absent where it is empty. The texts are borrowed
// from pools or from the generator's scratch.
type draft struct {
	names  [numFields]string
	tokens [numFields][]byte
	// extra is the JSON text of further members, each with a comma behind it, of the record and of its context.
	extra, extraContext []byte
}

func (d *draft) set(f field, token string) { d.tokens[f] = []byte(token) }

func (d *draft) reset() {
	d.tokens[fieldContext] = nil // a fault's, instead of the fields of context
	d.extra, d.extraContext = nil, nil
}

// append writes the record. A context that no fault has dropped or replaced is made of its fields.
func (d *draft) append(dst []byte) []byte {
	dst = append(dst, '{')
	dst = d.members(dst, fieldID, fieldContext)
	switch token := d.tokens[fieldContext]; {
	case token == nil:
		dst = append(dst, d.names[fieldContext]...)
		dst = append(dst, '{')
		dst = d.members(dst, fieldDay, numFields)
		dst = append(dst, d.extraContext...)
		dst = append(closeObject(dst), ',')
	case len(token) > 0:
		dst = append(dst, d.names[fieldContext]...)
		dst = append(append(dst, token...), ',')
	}
	return closeObject(append(dst, d.extra...))
}

func (d *draft) members(dst []byte, from, to field) []byte {
	for f := from; f < to; f++ {
		if len(d.tokens[f]) == 0 {
			continue
		}
		dst = append(dst, d.names[f]...)
		dst = append(append(dst, d.tokens[f]...), ',')
	}
	return dst
}

// closeObject puts a brace in the place of a trailing comma.
func closeObject(dst []byte) []byte {
	if dst[len(dst)-1] == ',' {
		dst = dst[:len(dst)-1]
	}
	return append(dst, '}')
}
