package wire

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
)

// authority signs certificates for tests.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func writePEM(t *testing.T, name, kind string, der []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{cert: &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test CA"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}}
	a.key, a.file, a.cert = a.sign(t, a.cert, a)
	return a
}

// sign makes a key and a certificate of tmpl for it, in a file.
func (a *authority) sign(t *testing.T, tmpl *x509.Certificate, by *authority) (*ecdsa.PrivateKey, string, *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer := by.key
	if signer == nil {
		signer = key
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, by.cert, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return key, writePEM(t, "cert.pem", "CERTIFICATE", der), cert
}

// issue makes a certificate for host, and returns its file and its key's.
func (a *authority) issue(t *testing.T, host string) (certFile, keyFile string) {
	t.Helper()
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if ip := net.ParseIP(host); ip != nil {
		tmpl.IPAddresses, tmpl.DNSNames = []net.IP{ip}, nil
	}
	key, certFile, _ := a.sign(t, tmpl, a)
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return certFile, writePEM(t, "key.pem", "EC PRIVATE KEY", der)
}

func (a *authority) server(t *testing.T, host string) *tls.Config {
	t.Helper()
	cert, err := tls.LoadX509KeyPair(a.issue(t, host))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{cert}, ClientCAs: pool}
}

func load(t *testing.T, ca, cert, key, server string) *tls.Config {
	t.Helper()
	conf, err := loadTLS(ca, cert, key, server)
	if err != nil {
		t.Fatal(err)
	}
	return conf
}

// works produces, reads and commits, so that every kind of connection is made.
func works(ctx context.Context, c *Client) error {
	if _, err := c.EnsureTopic(ctx, "t", 1, 1, nil); err != nil {
		return err
	}
	if _, err := c.Produce(ctx, "t", 0, EncodeBatch(nil, []OutRecord{{Value: []byte("v")}}, CodecNone)); err != nil {
		return err
	}
	if err := newReading(c, "t").until(ctx, 0, 1); err != nil {
		return err
	}
	conn, err := c.Dialer().DialContext(ctx, "tcp", strings.Split(c.addr.String(), ",")[0])
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.ReadPartitions("t")
	return err
}

func wantAuthError(t *testing.T, err error, what, fix string) {
	t.Helper()
	var auth *AuthError
	if !errors.As(err, &auth) || auth.What != what || !strings.Contains(auth.Fix, fix) || IsRetriable(err) {
		t.Errorf("got %v, retriable %v, want to be told about %s: %s", err, IsRetriable(err), what, fix)
	}
	if err != nil && strings.Contains(err.Error(), "secret") {
		t.Errorf("the password is told: %v", err)
	}
}

func TestTLS(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.TLS(ca.server(t, "127.0.0.1")))
	for name, test := range map[string]struct {
		conf *tls.Config
		fix  string
	}{
		"right":           {load(t, ca.file, "", "", ""), ""},
		"unknown signer":  {load(t, other.file, "", "", ""), "CA file"},
		"another name":    {load(t, ca.file, "", "", "kafka.example"), "server name"},
		"the system's CA": {load(t, "", "", "", ""), "CA file"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, cluster.ListenAddrs(), func(cfg *Config) { cfg.TLS = test.conf })
			err := works(t.Context(), c)
			if test.fix == "" && err != nil {
				t.Error(err)
			} else if test.fix != "" {
				wantAuthError(t, err, "TLS", test.fix)
			}
		})
	}
	t.Run("none", func(t *testing.T) {
		err := works(t.Context(), newClient(t, cluster.ListenAddrs()))
		wantText(t, err, "may want TLS")
	})
	t.Run("where there is none", func(t *testing.T) {
		plain := newCluster(t, kfake.NumBrokers(1))
		c := newClient(t, plain.ListenAddrs(), func(cfg *Config) {
			cfg.TLS, cfg.DialTimeout = load(t, ca.file, "", "", ""), 300*time.Millisecond
		})
		if err := works(t.Context(), c); err == nil {
			t.Error("it works without TLS")
		}
	})
}

func TestClientCertificate(t *testing.T) {
	ca := newAuthority(t)
	server := ca.server(t, "127.0.0.1")
	server.ClientAuth = tls.RequireAndVerifyClientCert
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.TLS(server))
	cert, key := ca.issue(t, "winnow")
	c := newClient(t, cluster.ListenAddrs(), func(cfg *Config) { cfg.TLS = load(t, ca.file, cert, key, "") })
	if err := works(t.Context(), c); err != nil {
		t.Error(err)
	}
	c = newClient(t, cluster.ListenAddrs(), func(cfg *Config) { cfg.TLS = load(t, ca.file, "", "", "") })
	wantAuthError(t, works(t.Context(), c), "TLS", "client certificate")
}

func TestSASL(t *testing.T) {
	for _, mechanism := range []string{MechanismPlain, MechanismScramSHA256, MechanismScramSHA512} {
		t.Run(mechanism, func(t *testing.T) {
			cluster := newCluster(t, kfake.NumBrokers(1), kfake.EnableSASL(), kfake.Superuser(mechanism, "user", "secret"))
			with := func(s SASL) error {
				c := newClient(t, cluster.ListenAddrs(), func(cfg *Config) { cfg.SASL = &s })
				return works(t.Context(), c)
			}
			if err := with(SASL{mechanism, "user", "secret"}); err != nil {
				t.Error(err)
			}
			wantAuthError(t, with(SASL{mechanism, "user", "secret2"}), "SASL", "password")
			wantAuthError(t, with(SASL{mechanism, "nobody", "secret"}), "SASL", "username")
			if err := works(t.Context(), newClient(t, cluster.ListenAddrs())); err == nil {
				t.Error("it works without SASL")
			}
		})
	}
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.EnableSASL(), kfake.Superuser(MechanismPlain, "user", "secret"))
	c := newClient(t, cluster.ListenAddrs(), func(cfg *Config) { cfg.SASL = &SASL{MechanismScramSHA256, "user", "secret"} })
	wantAuthError(t, works(t.Context(), c), "SASL", "")
}

// What Kafka itself answers, and connections of kafka-go's group report.
func TestExplain(t *testing.T) {
	c := newClient(t, []string{"kafka:9092"}, func(cfg *Config) { cfg.SASL = &SASL{MechanismScramSHA512, "user", "secret"} })
	for code, fix := range map[kafka.Error]string{
		kafka.SASLAuthenticationFailed: "exists for SCRAM-SHA-512",
		kafka.UnsupportedSASLMechanism: "does not offer SCRAM-SHA-512",
		kafka.IllegalSASLState:         "does not expect SASL",
	} {
		err := c.Explain(fmt.Errorf("cannot join: %w", code))
		wantAuthError(t, err, "SASL", fix)
		wantText(t, err, fix)
		if again := c.Explain(err); again != err || !errors.Is(err, code) { //nolint:errorlint // the same one
			t.Errorf("explained again it is %v", again)
		}
	}
	wantAuthError(t, c.Explain(tls.RecordHeaderError{Msg: "not TLS"}), "TLS", "does not speak TLS")
	wantAuthError(t, c.Explain(x509.CertificateInvalidError{Reason: x509.Expired}), "TLS", "clock")
	if err := c.Explain(kafka.RebalanceInProgress); err != kafka.RebalanceInProgress { //nolint:errorlint // the same one
		t.Errorf("another error became %v", err)
	}
}

// loadTLS makes a client's TLS configuration of PEM files, of which each may be empty: the system's authorities, no certificate.
func loadTLS(caFile, certFile, keyFile, serverName string) (*tls.Config, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: serverName}
	if caFile != "" {
		pem, err := os.ReadFile(caFile)
		if err != nil {
			return nil, err
		}
		conf.RootCAs = x509.NewCertPool()
		if !conf.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("no certificate in the CA file")
		}
	}
	if certFile == "" {
		return conf, nil
	}
	cert, err := tls.LoadX509KeyPair(certFile, keyFile)
	conf.Certificates = []tls.Certificate{cert}
	return conf, err
}
