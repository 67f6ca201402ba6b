package config

import (
	"crypto/tls"
	"crypto/x509"
	"errors"

	"github.com/winnow-data/winnow/strict"
)

// tlsFault says which of the files is wrong.
type tlsFault struct {
	key string // ca, cert or key
	err error
}

func (e *tlsFault) Error() string { return "cannot use tls." + e.key + ": " + e.err.Error() }

func (e *tlsFault) Unwrap() error { return e.err }

// Config reads the files and makes what Go's TLS takes: version 1.2 or later. A nil t gives nil, which is no TLS. Its errors say
// which file cannot be read or is not PEM.
func (t *TLS) Config() (*tls.Config, error) {
	if t == nil {
		return nil, nil
	}
	c, faults := t.load()
	if len(faults) > 0 {
		return nil, faults[0]
	}
	return c, nil
}

// load is Config with all that is wrong.
func (t *TLS) load() (*tls.Config, []*tlsFault) {
	var faults []*tlsFault
	read := func(key, file string) []byte {
		data, err := strict.ReadFile(file)
		if err != nil {
			faults = append(faults, &tlsFault{key, err})
		}
		return data
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.CA != "" {
		c.RootCAs = x509.NewCertPool()
		if pem := read("ca", t.CA); pem != nil && !c.RootCAs.AppendCertsFromPEM(pem) {
			faults = append(faults, &tlsFault{"ca", errors.New("the file holds no certificate in PEM")})
		}
	}
	if t.Cert != "" {
		cert, key := read("cert", t.Cert), read("key", t.Key)
		if cert == nil || key == nil {
			return c, faults
		}
		pair, err := tls.X509KeyPair(cert, key)
		if err != nil {
			// The error's text may say more about the key than a log should have.
			faults = append(faults, &tlsFault{"cert", errors.New("cert and key are not PEM, or do not belong together")})
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, faults
}
