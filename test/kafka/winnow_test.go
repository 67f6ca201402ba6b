//go:build kafka

package kafka

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A process is a running `winnow run`.
type process struct {
	cmd  *exec.Cmd
	url  string
	log  *buffer
	done chan struct{} // closed when it has ended
}

// start runs `winnow run` with a pipeline and kills it at the test's end, if it still runs then.
func start(t *testing.T, p pipeline) *process {
	t.Helper()
	return startArgs(t, p, "run", "--config", p.file)
}

// startArgs runs winnow with these arguments, which serves on p's address.
func startArgs(t *testing.T, p pipeline, args ...string) *process {
	t.Helper()
	w := &process{cmd: exec.Command(bin, args...), url: "http://" + p.listen, log: &buffer{}, done: make(chan struct{})}
	w.cmd.Stdout, w.cmd.Stderr = w.log, w.log
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(w.done)
		_ = w.cmd.Wait()
	}()
	t.Cleanup(func() {
		w.kill()
		if t.Failed() {
			t.Logf("winnow said:\n%s", w.log.tail(8<<10))
		}
	})
	return w
}

func (w *process) kill() {
	_ = w.cmd.Process.Kill()
	<-w.done
}

// terminate sends SIGTERM and wants exit code 0 within half a minute.
func (w *process) terminate(t *testing.T) {
	t.Helper()
	if err := w.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-w.done:
	case <-time.After(30 * time.Second):
		t.Fatal("winnow still runs half a minute after SIGTERM")
	}
	if code := w.cmd.ProcessState.ExitCode(); code != 0 {
		t.Fatalf("exit code %d after SIGTERM, want 0", code)
	}
}

// exit waits until winnow ends by itself and gives its exit code.
func (w *process) exit(t *testing.T, within time.Duration) int {
	t.Helper()
	select {
	case <-w.done:
	case <-time.After(within):
		t.Fatalf("winnow still runs after %v", within)
	}
	return w.cmd.ProcessState.ExitCode()
}

// until polls check until it returns nil; it fails the test after a while, or at once if winnow has ended.
func (w *process) until(t *testing.T, within time.Duration, check func() error) {
	t.Helper()
	eventually(t, within, func() error {
		select {
		case <-w.done:
			t.Fatalf("winnow ended with code %d", w.cmd.ProcessState.ExitCode())
		default:
		}
		return check()
	})
}

// eventually polls check every 50 ms until it returns nil, and fails the test with its last error after a while.
func eventually(t *testing.T, within time.Duration, check func() error) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("after %v: %v", within, err)
		}
	}
}

// get reads a page and returns it with its status, or an error when nothing answers.
func (w *process) get(t *testing.T, path string) (int, []byte, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, body, err
}

// read decodes a JSON answer into v.
func (w *process) read(t *testing.T, path string, v any) error {
	t.Helper()
	status, body, err := w.get(t, path)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("%s answers %d: %s", path, status, body)
	}
	return json.Unmarshal(body, v)
}

// ledger is what /api/v1/ledger promises.
type ledger struct {
	Consumed, Passed, Quarantined, Skipped int64
	Balanced                               bool
}

// untilConsumed waits until the gate has taken n offsets, and returns the ledger then.
func (w *process) untilConsumed(t *testing.T, n int64, within time.Duration) ledger {
	t.Helper()
	var l ledger
	w.until(t, within, func() error {
		if err := w.read(t, "/api/v1/ledger", &l); err != nil {
			return err
		}
		if l.Consumed < n {
			return fmt.Errorf("%d of %d offsets consumed", l.Consumed, n)
		}
		return nil
	})
	return l
}

// untilReady waits until /readyz answers 200.
func (w *process) untilReady(t *testing.T) {
	t.Helper()
	w.until(t, 60*time.Second, func() error {
		status, body, err := w.get(t, "/readyz")
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("/readyz answers %d: %s", status, body)
		}
		return err
	})
}

// winnow runs a command to its end.
func winnow(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), bin, args...)
	var out, words bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &words
	err := cmd.Run()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return out.String(), words.String(), cmd.ProcessState.ExitCode()
}

// verified runs `winnow verify` and wants it to find no contradiction.
func verified(t *testing.T, p pipeline) {
	t.Helper()
	if out, words, code := winnow(t, "verify", "--config", p.file); code != 0 {
		t.Errorf("verify exits %d\n%s%s", code, out, words)
	}
}

// buffer keeps what a process says.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write appends p.
func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) tail(n int) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.b.String()
	return s[max(0, len(s)-n):]
}

func (b *buffer) has(word string) bool { return strings.Contains(b.tail(1<<30), word) }

// freeAddr gives a loopback address that nothing listens on.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// need skips nothing: `make test-kafka` promises its tools.
func need(t *testing.T, tool string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		t.Fatalf("install %s (Debian: apt-get install %s): %v", tool, tool, err)
	}
}

func mustRead(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
