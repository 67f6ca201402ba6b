//go:build unix

package kafkaproc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// tether turns the shell into the JVM and leaves a child behind that kills it once the pipe on standard input closes:
// when the program that started the broker is gone, so is the broker.
const tether = `exec 3<&0; (cat <&3 >/dev/null 2>&1; kill -9 $$) & exec "$@" </dev/null 3<&-`

// A node is one broker process, in a process group of its own with its tether.
type node struct {
	cmd  *exec.Cmd
	log  *os.File
	done chan struct{} // closed when the process has ended
	err  error         // what it ended with; read after done
}

func (c *Cluster) launch(i int) error {
	log, err := os.OpenFile(c.LogFile(i), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("cannot open node %d's log: %w", i+1, err)
	}
	args := append([]string{"-c", tether, "sh", "java"}, c.javaArgs(c.cfg.Heap, "kafka.Kafka", c.propertiesFile(i))...)
	cmd := exec.Command("sh", args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if _, err := cmd.StdinPipe(); err != nil { // open until Wait returns or this program ends
		return errors.Join(err, log.Close())
	}
	if err := cmd.Start(); err != nil {
		return errors.Join(fmt.Errorf("cannot start node %d: %w", i+1, err), log.Close())
	}
	n := &node{cmd: cmd, log: log, done: make(chan struct{})}
	go func() {
		defer close(n.done)
		n.err = cmd.Wait()
	}()
	c.nodes[i] = n
	return nil
}

func (n *node) ended() bool {
	select {
	case <-n.done:
		return true
	default:
		return false
	}
}

// kill ends the whole group, so that no tether is left to kill a later process with the same number.
func (n *node) kill() error {
	err := syscall.Kill(-n.cmd.Process.Pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) { // gone already
		err = nil
	}
	<-n.done
	return errors.Join(err, n.log.Close())
}

// ready asks each running broker for the cluster: all must see all.
func (c *Cluster) ready(ctx context.Context) error {
	running := 0
	for _, n := range c.nodes {
		if n != nil {
			running++
		}
	}
	for i, addr := range c.Addrs() {
		if c.nodes[i] == nil {
			continue
		}
		client, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.RequestRetries(0))
		if err != nil {
			return err
		}
		meta, err := kadm.NewClient(client).BrokerMetadata(ctx)
		client.Close()
		if err != nil {
			return err
		}
		if len(meta.Brokers) < running {
			return fmt.Errorf("node %d sees %d of %d brokers", i+1, len(meta.Brokers), running)
		}
	}
	return nil
}

// tail gives the last 4 KiB of a log.
func tail(file string) []byte {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	return b[max(0, len(b)-4096):]
}
