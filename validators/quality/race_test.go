//go:build race

package quality

// raceEnabled says that sync.Pool, which regexp keeps its machines in, drops some of them at random.
const raceEnabled = true
