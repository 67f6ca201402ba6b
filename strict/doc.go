// Package strict reads YAML and JSON files that people write, and says where each thing in them is wrong.
//
// Parse turns a file into a tree of yaml.Node in which every scalar has its place, Expand fills in ${VAR} and
// ${file:path}, and Decode fills a Go struct. All of them report every fault at once, each with line, column and what to
// do about it, and none of them ever puts expanded text, which may be a secret, into a fault.
//
// The tree is JSON's model, whichever of the two the file is written in: mappings with string keys, sequences, and scalars
// with one of the tags !!str, !!int, !!float, !!bool and !!null. Numbers are spelled as JSON spells them (YAML's 0x10 becomes
// 16; what is a JSON number already stays as it was written), true, false and null in lower case. Aliases and merge
// keys are resolved, every node is the tree's own.
package strict
