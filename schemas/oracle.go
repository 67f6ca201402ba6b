package schemas

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/xeipuuv/gojsonreference"
	"github.com/xeipuuv/gojsonschema"
	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/strict"
)

// The bounds of what gojsonschema is shown. It reads the schema anew for each $ref, and compares each value of an enum with every
// other.
const (
	maxOpinion     = 10_000_000 // values times $refs
	maxOpinionEnum = 1000
)

// secondOpinion lets gojsonschema compile the schema, too, where it knows the draft. That it refuses is a warning: winnow's own
// program is what judges. It sees the schema only after the $refs have been found to lead somewhere and to end, as it
// overflows the stack, which nothing can catch, where they do not.
func (c *compiler) secondOpinion() {
	own := c.lib.documents[0]
	draft, known := map[draft]gojsonschema.Draft{draft4: gojsonschema.Draft4, draft6: gojsonschema.Draft6, draft7: gojsonschema.Draft7}[own.draft]
	if !known {
		return
	}
	values, refs := 0, 0
	s := sealed{at: own.uri, docs: make(map[string]any, len(c.lib.documents))}
	for _, d := range c.lib.documents {
		if d.draft != own.draft {
			return // it compiles all that it meets by one draft
		}
		s.docs[d.uri] = plain(d.root, &values, &refs)
	}
	if values*(refs+1) > maxOpinion {
		c.warn(own.root, "the schema is too large to ask gojsonschema for a second opinion", "")
		return
	}
	if _, err := compileOther(s, draft); err != nil {
		c.warn(own.root, "gojsonschema would refuse this schema", "other tools that use it may, too")
	}
}

// compileOther compiles a document with gojsonschema, which panics at some schemas.
func compileOther(s sealed, draft gojsonschema.Draft) (schema *gojsonschema.Schema, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("gojsonschema panics: %v", p)
		}
	}()
	loader := gojsonschema.NewSchemaLoader()
	loader.AutoDetect, loader.Draft = false, draft
	return loader.Compile(s)
}

// sealed is a loader of the documents at hand, of which it is at one. It opens no file and no connection, whatever they refer to.
type sealed struct {
	at   string
	docs map[string]any // by URI without a fragment
}

var errSealed = errors.New("winnow reads no schema but those at hand")

func (s sealed) JsonSource() any { return s.docs[s.at] }

func (s sealed) LoadJSON() (any, error) {
	doc, known := s.docs[s.at]
	if !known {
		return nil, errSealed
	}
	return doc, nil
}

func (s sealed) JsonReference() (gojsonreference.JsonReference, error) {
	return gojsonreference.NewJsonReference(s.at)
}

func (s sealed) LoaderFactory() gojsonschema.JSONLoaderFactory { return s }

func (s sealed) New(uri string) gojsonschema.JSONLoader {
	at, _, _ := strings.Cut(uri, "#")
	return sealed{at, s.docs}
}

// plain turns a tree into Go values, counting them and the $refs among them.
func plain(n *yaml.Node, values, refs *int) any {
	n = resolve(n)
	*values++
	switch {
	case n.Kind == yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		for key, value := range pairs(n) {
			*refs += btoi(key.Value == "$ref")
			if key.Value == "enum" && len(value.Content) > maxOpinionEnum {
				short := *value
				short.Content = value.Content[:maxOpinionEnum]
				value = &short
			}
			m[key.Value] = plain(value, values, refs)
		}
		return m
	case n.Kind == yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, item := range n.Content {
			list[i] = plain(item, values, refs)
		}
		return list
	case isNumber(n):
		v, end := scanNumber([]byte(n.Value), 0)
		if end != len(n.Value) || end > maxSchemaDigits || max(v.written, -v.written) > maxSchemaExponent {
			return json.Number("0") // it would spell the number out
		}
		return json.Number(n.Value)
	case n.Tag == strict.TagNull:
		return nil
	case n.Tag == strict.TagBool:
		return truth(n)
	}
	return n.Value
}
