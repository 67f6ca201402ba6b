//go:build unix

package kafkaproc

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestConfigFaults(t *testing.T) {
	cases := map[string]struct {
		cfg  Config
		want []string // each must be told at once; none: no fault
	}{
		"zero":       {Config{}, nil},
		"three":      {Config{Brokers: 3}, nil},
		"two":        {Config{Brokers: 2}, []string{"2 brokers"}},
		"no purpose": {Config{Secure: &Secure{}}, []string{"TLS or a SASL mechanism"}},
		"all at once": {
			Config{Brokers: 7, Secure: &Secure{Mechanism: "GSSAPI"}},
			[]string{"7 brokers", `unknown SASL mechanism "GSSAPI"`, "user name and a password"},
		},
		"scram": {Config{Secure: &Secure{Mechanism: "SCRAM-SHA-512", Username: "u", Password: "p"}}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := c.cfg.withDefaults()
			if len(c.want) == 0 {
				if err != nil {
					t.Fatal(err)
				}
				if got.Brokers == 0 || got.Heap == "" {
					t.Fatalf("defaults are missing: %+v", got)
				}
				return
			}
			if err == nil {
				t.Fatal("no fault")
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q does not say %q", err, w)
				}
			}
		})
	}
}

func TestProperties(t *testing.T) {
	cluster := func(cfg Config) *Cluster {
		cfg, err := cfg.withDefaults()
		if err != nil {
			t.Fatal(err)
		}
		return &Cluster{cfg: cfg, dir: "d", ports: []ports{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}[:cfg.Brokers]}
	}
	three := cluster(Config{Brokers: 3, Properties: map[string]string{"message.max.bytes": "99", "min.insync.replicas": "1"}})
	secure := cluster(Config{Secure: &Secure{TLS: true, Mechanism: "PLAIN", Username: "w", Password: `a"b`}})
	cases := []struct {
		c         *Cluster
		key, want string
	}{
		{three, "controller.quorum.voters", "1@127.0.0.1:3,2@127.0.0.1:6,3@127.0.0.1:9"},
		{three, "listeners", "PLAIN://127.0.0.1:1,CONTROLLER://127.0.0.1:3"},
		{three, "offsets.topic.replication.factor", "3"},
		{three, "transaction.state.log.min.isr", "2"},
		{three, "message.max.bytes", "99"},
		{three, "min.insync.replicas", "1"}, // given ones win
		{secure, "listener.security.protocol.map", "PLAIN:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL"},
		{secure, "advertised.listeners", "PLAIN://127.0.0.1:1,SECURE://127.0.0.1:2"},
		{
			secure, "listener.name.secure.plain.sasl.jaas.config",
			`org.apache.kafka.common.security.plain.PlainLoginModule required user_w="a\"b";`,
		},
	}
	for _, c := range cases {
		if got := c.c.properties(0)[c.key]; got != c.want {
			t.Errorf("%s = %q, want %q", c.key, got, c.want)
		}
	}
	if got, want := render(map[string]string{"b": `\`, "a": "1"}), "a=1\nb=\\\\\n"; got != want {
		t.Errorf("render gives %q, want %q", got, want)
	}
}

func TestCertificates(t *testing.T) {
	dir := t.TempDir()
	if err := writeCertificates(dir); err != nil {
		t.Fatal(err)
	}
	both := filepath.Join(dir, serverPEM)
	pair, err := tls.LoadX509KeyPair(both, both)
	if err != nil {
		t.Fatal(err)
	}
	ca, err := os.ReadFile(filepath.Join(dir, caPEM))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		t.Fatal("the authority's file holds no certificate")
	}
	for _, host := range []string{"127.0.0.1", "localhost"} {
		if _, err := pair.Leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: pool}); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	if _, err := pair.Leaf.Verify(x509.VerifyOptions{DNSName: "example.com", Roots: pool}); err == nil {
		t.Error("the certificate is good for another host")
	}
}

func TestFreePortsDiffer(t *testing.T) {
	taken := map[int]bool{}
	for range 50 {
		if _, err := freePort(taken); err != nil {
			t.Fatal(err)
		}
	}
	if len(taken) != 50 {
		t.Fatalf("%d ports of 50 differ", len(taken))
	}
}
