package schemas_test

import "testing"

// slowUnderRace skips what the race detector would find nothing in, as it is all one goroutine, and makes ten times slower. `make test` runs it without.
func slowUnderRace(t *testing.T) {
	t.Helper()
	if underRace {
		t.Skip("one goroutine: it runs without the race detector")
	}
}
