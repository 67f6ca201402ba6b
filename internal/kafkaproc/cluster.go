//go:build unix

package kafkaproc

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"
)

// clusterID is any base64 UUID: clusters that never meet may share it, and a Dir can be gone on with.
const clusterID = "d2lubm93LXRlc3Qta2Fma2"

// A Cluster is one or three running brokers. Its methods are not for concurrent use.
type Cluster struct {
	cfg   Config
	dir   string
	temp  bool
	jars  string
	ports []ports
	nodes []*node // nil while killed
}

// Start starts a cluster and returns once all its brokers answer for each other. ctx bounds the start alone; the cluster
// runs until [Cluster.Stop]. The error of a broker that did not come up holds the end of its log.
func Start(ctx context.Context, cfg Config) (*Cluster, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("cannot start Kafka: %w", err)
	}
	jars, err := Jars(ctx)
	if err != nil {
		return nil, err
	}
	c := &Cluster{cfg: cfg, dir: cfg.Dir, jars: jars, nodes: make([]*node, cfg.Brokers)}
	if c.dir == "" {
		c.temp = true
		if c.dir, err = os.MkdirTemp("", "winnow-kafka-"); err != nil {
			return nil, fmt.Errorf("cannot make Kafka's folder: %w", err)
		}
	}
	if err := c.start(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot start Kafka: %w", err), c.Stop())
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context) error {
	if err := c.pickPorts(); err != nil {
		return err
	}
	if s := c.cfg.Secure; s != nil && s.TLS {
		if err := writeCertificates(c.dir); err != nil {
			return err
		}
	}
	g, gctx := errgroup.WithContext(ctx)
	for i := range c.nodes {
		g.Go(func() error { return c.format(gctx, i) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i := range c.nodes {
		if err := c.launch(i); err != nil {
			return err
		}
	}
	return c.await(ctx)
}

// format writes node i's properties and prepares its storage, unless an earlier cluster did.
func (c *Cluster) format(ctx context.Context, i int) error {
	dir := c.nodeDir(i)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(c.propertiesFile(i), []byte(render(c.properties(i))), 0o600); err != nil {
		return err
	}
	args := c.javaArgs("64m", "kafka.tools.StorageTool",
		"format", "--ignore-formatted", "-t", clusterID, "-c", c.propertiesFile(i))
	if s := c.cfg.Secure; s != nil && s.Mechanism != "" && s.Mechanism != "PLAIN" {
		args = append(args, "--add-scram", fmt.Sprintf("%s=[name=%s,password=%s]", s.Mechanism, s.Username, s.Password))
	}
	out, err := exec.CommandContext(ctx, "java", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("cannot format node %d's storage: %w\n%s", i+1, err, out)
	}
	return nil
}

func (c *Cluster) javaArgs(heap string, args ...string) []string {
	return append([]string{
		"-Xmx" + heap, "-XX:+UseSerialGC", "-Djava.awt.headless=true",
		"-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true",
		"-cp", filepath.Join(c.jars, "*"),
	}, args...)
}

// Addrs are the brokers' plaintext addresses, host:port, those of killed brokers too.
func (c *Cluster) Addrs() []string { return c.addrs(func(p ports) int { return p.plain }) }

// SecureAddrs are the addresses of the listeners that Config.Secure asked for; none without it.
func (c *Cluster) SecureAddrs() []string {
	if c.cfg.Secure == nil {
		return nil
	}
	return c.addrs(func(p ports) int { return p.secure })
}

// CAFile is the PEM file of the authority that signed the secure listeners' certificate.
func (c *Cluster) CAFile() string { return filepath.Join(c.dir, caPEM) }

// DataDir is where node i (from 0) keeps its partitions.
func (c *Cluster) DataDir(i int) string { return filepath.Join(c.nodeDir(i), "data") }

// LogFile is what node i (from 0) says.
func (c *Cluster) LogFile(i int) string { return filepath.Join(c.nodeDir(i), "broker.log") }

// Kill ends node i (from 0) as kill -9 does. Killing a dead one does nothing.
func (c *Cluster) Kill(i int) error {
	n := c.nodes[i]
	if n == nil {
		return nil
	}
	c.nodes[i] = nil
	if err := n.kill(); err != nil {
		return fmt.Errorf("cannot kill node %d: %w", i+1, err)
	}
	return nil
}

// Restart starts node i again with the data that it had, kills it first if it runs, and returns once it answers.
func (c *Cluster) Restart(ctx context.Context, i int) error {
	if err := c.Kill(i); err != nil {
		return err
	}
	if err := c.launch(i); err != nil {
		return err
	}
	if err := c.await(ctx); err != nil {
		return fmt.Errorf("cannot restart node %d: %w", i+1, err)
	}
	return nil
}

// Stop kills every broker and removes the temporary folder, if the cluster has one.
func (c *Cluster) Stop() error {
	var errs []error
	for i := range c.nodes {
		errs = append(errs, c.Kill(i))
	}
	if c.temp {
		errs = append(errs, os.RemoveAll(c.dir))
	}
	return errors.Join(errs...)
}

func (c *Cluster) nodeDir(i int) string { return filepath.Join(c.dir, "node-"+strconv.Itoa(i+1)) }

func (c *Cluster) propertiesFile(i int) string {
	return filepath.Join(c.nodeDir(i), "server.properties")
}

func (c *Cluster) addrs(port func(ports) int) []string {
	var as []string
	for _, p := range c.ports {
		as = append(as, net.JoinHostPort("127.0.0.1", strconv.Itoa(port(p))))
	}
	return as
}

func (c *Cluster) pickPorts() error {
	taken := map[int]bool{}
	for i := range c.cfg.Brokers {
		plain := 0
		if c.cfg.Port != 0 {
			plain = c.cfg.Port + i
			taken[plain] = true
		}
		c.ports = append(c.ports, ports{plain: plain})
	}
	for i := range c.ports {
		p := &c.ports[i]
		for _, port := range []*int{&p.plain, &p.secure, &p.controller} {
			if *port != 0 {
				continue
			}
			free, err := freePort(taken)
			if err != nil {
				return err
			}
			*port = free
		}
	}
	return nil
}

// freePort looks below the range from which the kernel takes the ports of outgoing connections: a killed broker's port
// must still be free when it comes back.
func freePort(taken map[int]bool) (int, error) {
	const low, high, tries = 20000, 32000, 200
	var last error
	for range tries {
		port := low + rand.IntN(high-low)
		if taken[port] {
			continue
		}
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			last = err
			continue
		}
		taken[port] = true
		return port, l.Close()
	}
	return 0, fmt.Errorf("cannot find a free port: %w", last)
}

// await polls until every running broker lists every running broker.
func (c *Cluster) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := c.ready(ctx)
		if err == nil {
			return nil
		}
		for i, n := range c.nodes {
			if n != nil && n.ended() {
				return fmt.Errorf("node %d ended: %w\n%s", i+1, n.err, tail(c.LogFile(i)))
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not ready in time: %w", err)
		case <-tick.C:
		}
	}
}
