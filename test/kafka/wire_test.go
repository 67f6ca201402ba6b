//go:build kafka

package kafka

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestWire runs the wire package's tests that need a real Kafka on the shared one.
func TestWire(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "test", "-count", "1", "-v", "-run", "^TestReal", "../../wire")
	cmd.Env = append(os.Environ(), "WINNOW_KAFKA="+strings.Join(sharedBroker(t), ","))
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestReal") || strings.Contains(string(out), "--- SKIP") {
		t.Errorf("%v\n%s", err, out)
	}
}
