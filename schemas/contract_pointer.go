package schemas

import (
	"errors"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/strict"
)

// checkPointer says what is wrong with p as an RFC 6901 JSON Pointer to something inside a record.
func checkPointer(p string) error {
	if p == "" {
		return errors.New("points at the whole record")
	}
	if p[0] != '/' {
		return errors.New("is no JSON Pointer: it must begin with a slash")
	}
	for i := 0; i < len(p); i++ {
		if p[i] == '~' && (i+1 == len(p) || p[i+1] != '0' && p[i+1] != '1') {
			return errors.New("is no JSON Pointer: a ~ is written ~0, a slash in a name ~1")
		}
	}
	return nil
}

// pointerTokens splits a valid pointer into its unescaped tokens.
func pointerTokens(p string) []string {
	ts := strings.Split(p[1:], "/")
	for i, t := range ts {
		ts[i] = strings.ReplaceAll(strings.ReplaceAll(t, "~1", "/"), "~0", "~")
	}
	return ts
}

// throughArray reports whether the pointer takes an element of an array: a token that is an index, where the schema does
// not declare a property of that name. Such a value has no column. Beyond a $ref the compiled schema knows better.
func throughArray(schema *yaml.Node, p string) bool {
	for _, t := range pointerTokens(p) {
		if strict.Get(schema, "$ref") != nil {
			return false
		}
		next := strict.Get(strict.Get(schema, "properties"), t)
		if next == nil && arrayIndex(t) {
			return true
		}
		schema = next
	}
	return false
}

func arrayIndex(t string) bool {
	if t == "-" || t == "0" {
		return true
	}
	return t != "" && t[0] != '0' && strings.Trim(t, "0123456789") == ""
}
