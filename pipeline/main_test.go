package pipeline

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the package when a gate, or what it runs on, leaves goroutines behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
