// Package config reads the pipeline file: what `winnow run` connects to, which contracts it judges by, what models train on, and within
// which bounds.
//
// Load reads a file, Default gives what a command fills from its flags instead. Both end in the same Pipeline, whose Validate
// reports every fault at once. The references of every key, docs/reference/config.md and the JSON Schemas for editors beside
// it, are generated from the struct tags here and in package schemas.
package config
