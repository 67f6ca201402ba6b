package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// pair makes a certificate and its key, in PEM.
func pair(t *testing.T) (cert, key []byte) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
}

func TestTLS(t *testing.T) {
	cert, key := pair(t)
	_, other := pair(t)
	for _, c := range []struct{ name, tls, want string }{
		{"the system's", "{}", ""},
		{"all", "{ca: ca.pem, cert: ca.pem, key: key.pem, server_name: s}", ""},
		{"no such file", "{ca: none.pem}", "pipeline.yaml:1:45: kafka.tls.ca: no such file or directory"},
		{"not PEM", "{ca: text}", "pipeline.yaml:1:45: kafka.tls.ca: the file holds no certificate in PEM"},
		{"cert alone", "{cert: ca.pem}", "pipeline.yaml:1:40: kafka.tls has one of cert and key without the other: name both, or neither"},
		{"no such key", "{cert: ca.pem, key: none.pem}", "pipeline.yaml:1:60: kafka.tls.key: no such file or directory"},
		{"nothing there", "{ca: a, cert: b, key: c}", "pipeline.yaml:1:45: kafka.tls.ca: no such file or directory\npipeline.yaml:1:54: kafka.tls.cert: no such file or directory\npipeline.yaml:1:62: kafka.tls.key: no such file or directory"},
		{"another's key", "{cert: ca.pem, key: other.pem}", "pipeline.yaml:1:47: kafka.tls.cert: cert and key are not PEM, or do not belong together"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := writeFiles(t, &txtar.Archive{Files: []txtar.File{
				{Name: "ca.pem", Data: cert}, {Name: "key.pem", Data: key}, {Name: "other.pem", Data: other}, {Name: "text", Data: []byte("text")},
				{Name: "c.yaml", Data: []byte("winnow: 1\ntopics: [t]\nschema: true\n")},
				{Name: "pipeline.yaml", Data: []byte("kafka: {brokers: [\"b:9092\"],      tls: " + c.tls + "}\ncontracts: [c.yaml]\n")},
			}})
			p, faults := load(filepath.Join(dir, "pipeline.yaml"), env, nil)
			if got := strings.TrimSpace(text(faults, dir)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if p == nil {
				return
			}
			conf, err := p.Kafka.TLS.Config()
			if err != nil || conf.MinVersion == 0 || conf.ServerName != p.Kafka.TLS.ServerName {
				t.Errorf("got %+v, %v", conf, err)
			}
			if all := c.name == "all"; (conf.RootCAs != nil) != all || (len(conf.Certificates) == 1) != all {
				t.Errorf("certificates: %v, %d", conf.RootCAs, len(conf.Certificates))
			}
		})
	}
	if conf, err := (*TLS)(nil).Config(); conf != nil || err != nil {
		t.Errorf("no tls: %v, %v", conf, err)
	}
}
