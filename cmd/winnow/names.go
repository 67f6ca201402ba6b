package main

import "github.com/apache/arrow/go/v15/arrow"

// fieldNames appends the names of fields, and of the fields within them.
func fieldNames(fields []arrow.Field, names []string) []string {
	for _, f := range fields {
		names = append(names, f.Name)
		if nested, ok := f.Type.(arrow.NestedType); ok {
			names = fieldNames(nested.Fields(), names)
		}
	}
	return names
}
