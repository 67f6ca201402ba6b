package wire

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestConfigTellsEveryFault(t *testing.T) {
	good := Config{Brokers: []string{"kafka-1:9092", "[::1]:9092"}, SASL: &SASL{MechanismPlain, "u", "p"}}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	_, err := New(Config{
		Brokers:     []string{"kafka-1", ":9092", "kafka-1:0", "kafka-1:99999", "kafka-1:http"},
		SASL:        &SASL{Mechanism: "GSSAPI", Password: "secret"},
		DialTimeout: -1,
	})
	for _, want := range []string{`"kafka-1"`, `":9092"`, `"kafka-1:0"`, `"kafka-1:99999"`, `"kafka-1:http"`, "GSSAPI", "username", "dial timeout"} {
		wantText(t, err, want)
	}
	_, err = New(Config{SASL: &SASL{Mechanism: MechanismScramSHA512, Username: "u"}})
	wantText(t, err, "no brokers")
	wantText(t, err, "password is empty")
}

func TestSASLPrintsWithoutThePassword(t *testing.T) {
	s := SASL{MechanismPlain, "user", "secret"}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "sasl", s)
	for _, text := range []string{fmt.Sprint(s), fmt.Sprintf("%+v %#v %s", s, s, &s), log.String()} {
		if strings.Contains(text, "secret") || !strings.Contains(text, "user") {
			t.Errorf("it prints %s", text)
		}
	}
}
