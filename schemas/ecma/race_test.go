//go:build race

package ecma_test

// raceEnabled says that sync.Pool, which regexp keeps its machines in, drops some of them at random.
const raceEnabled = true
