package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/strict"
)

// Validate returns every fault of p, warnings among them; those of a loaded file have places.
func (p *Pipeline) Validate() winnow.Faults {
	v := &validator{p: p}
	v.all()
	return v.faults
}

type validator struct {
	p      *Pipeline
	known  map[place]bool // where there are faults already
	lost   bool           // some contract is missing, of which there is a fault already
	faults winnow.Faults
}

// A place is where a fault is.
type place struct {
	file         string
	line, column int
}

func (v *validator) all() {
	v.kafka(v.p.Kafka)
	v.limits(v.p.Limits)
	v.serving()
	v.contracts()
	v.feeds()
	switch v.p.Delivery {
	case AtLeastOnce:
	case "exactly_once":
		v.fault("exactly_once is not available in this version", "write at_least_once", "delivery")
	default:
		v.fault("there is no such delivery", "write at_least_once", "delivery")
	}
	between(v, "quarantine.retention", v.p.Quarantine.Retention, strict.Duration(time.Minute), strict.Duration(100*365*24*time.Hour))
}

// at returns the node of a key, or of what comes nearest to it; nil for a pipeline without a file.
func (p *Pipeline) at(path ...string) *yaml.Node { return strict.Lookup(p.root, path...) }

// fault reports a fault of a key, unless its value has one. A mapping's place is its first key's, too, so it does not count.
func (v *validator) fault(problem, fix string, path ...string) {
	if !v.told(path...) {
		v.faults = append(v.faults, strict.At(v.p.File, v.p.at(path...), problem, fix))
	}
}

// told says that the key's value has a fault already.
func (v *validator) told(path ...string) bool {
	at := v.p.at(path...)
	return at != nil && at.Kind != yaml.MappingNode && v.known[place{v.p.File, at.Line, at.Column}]
}

func (v *validator) warn(problem, fix string, path ...string) {
	before := len(v.faults)
	v.fault(problem, fix, path...)
	for i := range v.faults[before:] {
		v.faults[before+i].Warning = true
	}
}

// between checks a value that has an order and a text of its own.
func between[T interface {
	cmp.Ordered
	fmt.Stringer
}](v *validator, key string, value, low, high T) {
	if value < low || value > high {
		v.fault(fmt.Sprintf("%s is %s", key, value), fmt.Sprintf("it must be from %s to %s", low, high), strings.Split(key, ".")...)
	}
}

// count is a plain number for between.
type count int

func (c count) String() string { return strconv.Itoa(int(c)) }

var groupForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,200}$`)

func (v *validator) kafka(k Kafka) {
	// Of a file without the key, Decode has said so.
	if len(k.Brokers) == 0 && (v.p.root == nil || strict.Get(strict.Get(v.p.root, "kafka"), "brokers") != nil) {
		v.fault("kafka.brokers is empty", `name at least one, like "127.0.0.1:9092"`, "kafka", "brokers")
	}
	for i, b := range k.Brokers {
		if err := checkAddress(b, false); err != nil {
			v.fault(v.text(b, "kafka", "brokers", strconv.Itoa(i))+" "+err.Error(), `write host:port, like "127.0.0.1:9092"`, "kafka", "brokers", strconv.Itoa(i))
		}
	}
	for _, name := range []struct{ key, value string }{{"group", k.Group}, {"instance", k.Instance}} {
		if !groupForm.MatchString(name.value) {
			v.fault("kafka."+name.key+" cannot be "+v.text(name.value, "kafka", name.key), "letters, digits, dots, underscores and hyphens, at most 200", "kafka", name.key)
		}
	}
	if k.Start != "earliest" && k.Start != "latest" {
		v.fault("kafka.start cannot be "+v.text(k.Start, "kafka", "start"), "write earliest or latest", "kafka", "start")
	}
	between(v, "kafka.session_timeout", k.SessionTimeout, strict.Duration(time.Second), strict.Duration(30*time.Minute))
	if k.TLS != nil {
		v.tls(k.TLS)
	}
	if k.SASL != nil {
		v.sasl(k.SASL, k.TLS != nil)
	}
}

func (v *validator) tls(t *TLS) {
	if (t.Cert == "") != (t.Key == "") {
		v.fault("kafka.tls has one of cert and key without the other", "name both, or neither", "kafka", "tls")
		return
	}
	_, faults := t.load()
	for _, f := range faults {
		v.fault("kafka.tls."+f.key+": "+reason(f.err), "", "kafka", "tls", f.key)
	}
}

func (v *validator) sasl(s *SASL, tls bool) {
	if s.Username == "" {
		v.fault("kafka.sasl.username is empty", "say who logs in", "kafka", "sasl", "username")
	}
	if s.Password == "" {
		v.fault("kafka.sasl.password is empty", "give it by ${VAR} or ${file:path}", "kafka", "sasl", "password")
	}
	if s.Mechanism == "PLAIN" && !tls {
		v.warn("PLAIN without tls sends the password readable over the network", "add tls: {}, or use SCRAM-SHA-512", "kafka", "sasl", "mechanism")
	}
	v.literal(s.Password, "kafka", "sasl", "password")
}

// literal warns of a secret that the file holds itself.
func (v *validator) literal(s Secret, path ...string) {
	if at := v.p.at(path...); s != "" && at != nil && !strict.Expanded(at) {
		v.warn(strings.Join(path, ".")+" is written out in the file", "give it by ${VAR} or ${file:path}", path...)
	}
}

// text shows a value for a fault, unless it may be a secret.
func (v *validator) text(value string, path ...string) string {
	if at := v.p.at(path...); at != nil && at.Kind == yaml.ScalarNode {
		return strict.Show(at)
	}
	return strconv.Quote(value)
}

func (v *validator) limits(l Limits) {
	between(v, "limits.record", l.Record, strict.Size(1<<10), strict.Size(1<<30))
	between(v, "limits.batch", l.Batch, strict.Size(1<<10), strict.Size(1<<30))
	if l.Batch < l.Record && l.Batch >= 1<<10 {
		v.fault(fmt.Sprintf("limits.batch (%s) is smaller than limits.record (%s)", l.Batch, l.Record), "a record comes in a batch: let batch be at least as large", "limits", "batch")
	}
	between(v, "limits.reasons", count(l.Reasons), count(1), count(10_000))
	between(v, "limits.users", count(l.Users), count(1), count(10_000_000))
}

func (v *validator) serving() {
	if err := checkAddress(v.p.Listen, true); err != nil {
		v.fault("listen "+err.Error(), "write host:port, like 127.0.0.1:8080", "listen")
	} else if !loopback(v.p.Listen) && v.p.Token == "" {
		v.fault("listen is not loopback, and there is no token", "add token: ${file:path}, or listen on 127.0.0.1", "listen")
	}
	if at := v.p.at("token"); v.p.Token == "" && strict.Get(v.p.root, "token") == at && at != nil {
		v.fault("token is empty", "give it by ${VAR} or ${file:path}, or take the key out", "token")
	}
	v.literal(v.p.Token, "token")
	if k := v.p.UserKey; len(k) < 16 && (k != "" || strict.Get(v.p.root, "user_key") != nil) {
		v.fault("user_key is shorter than 16 bytes", "make one, for example by: openssl rand -hex 32", "user_key")
	}
	v.literal(v.p.UserKey, "user_key")
}

// checkAddress checks host:port. Only a listener may leave out the host, or have port 0 (any that is free).
func checkAddress(a string, listener bool) error {
	host, port, err := net.SplitHostPort(a)
	if err != nil {
		return errors.New("is not host:port")
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 && !listener {
		return errors.New("has no port from 1 to 65535")
	}
	if host == "" && !listener || strings.ContainsAny(host, " /") {
		return errors.New("has no host")
	}
	return nil
}

// loopback reports whether the address can be reached from this machine alone.
func loopback(a string) bool {
	host, _, err := net.SplitHostPort(a)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// reason is err without the path that the fault, or the file, names already.
func reason(err error) string {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		err = pe.Err
	}
	return err.Error()
}
