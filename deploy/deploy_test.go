// Package deploy_test holds the deployment examples against the files and the configuration that they name.
package deploy_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/config"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/validators"
)

type service struct {
	Image, Restart string
	Build          struct{ Context, Dockerfile string }
	Ports, Volumes []string
	Command        []string
	DependsOn      map[string]struct{ Condition string } `yaml:"depends_on"`
	Healthcheck    struct{ Test []string }
	Environment    map[string]string
	Secrets        []string
}

type compose struct {
	Services map[string]service
	Volumes  map[string]any
	Secrets  map[string]struct{ Environment string }
}

func loadCompose(t *testing.T) compose {
	t.Helper()
	text, err := os.ReadFile("../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	var c compose
	if err := yaml.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	if len(c.Services) == 0 {
		t.Fatal("no services")
	}
	return c
}

func TestComposeFitsTogether(t *testing.T) {
	c := loadCompose(t)
	for name, s := range c.Services {
		if s.Image == "" && s.Build.Context == "" {
			t.Errorf("%s: neither image nor build", name)
		}
		if s.Image != "" && (!strings.Contains(s.Image, ":") || strings.HasSuffix(s.Image, ":latest")) {
			t.Errorf("%s: image %s names no version", name, s.Image)
		}
		if s.Build.Context != "" {
			exists(t, filepath.Join("..", s.Build.Context, s.Build.Dockerfile))
		}
		for _, v := range s.Volumes {
			source, _, _ := strings.Cut(v, ":")
			if _, named := c.Volumes[source]; !named {
				exists(t, filepath.Join("..", source))
			}
		}
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") {
				t.Errorf("%s: port %s is published beyond loopback", name, p)
			}
		}
		for on, d := range s.DependsOn {
			other, ok := c.Services[on]
			if !ok {
				t.Errorf("%s depends on %s, which is not there", name, on)
			}
			if d.Condition == "service_healthy" && len(other.Healthcheck.Test) == 0 {
				t.Errorf("%s waits for %s's health, which nothing checks", name, on)
			}
		}
		if s.Restart != "no" && len(s.Healthcheck.Test) == 0 {
			t.Errorf("%s has no health check", name)
		}
		for _, secret := range s.Secrets {
			if c.Secrets[secret].Environment == "" {
				t.Errorf("%s wants the secret %s, which comes from no environment variable", name, secret)
			}
		}
	}
}

// TestComposeConfig loads winnow's pipeline file as the container sees it.
func TestComposeConfig(t *testing.T) {
	s := loadCompose(t).Services["winnow"]
	dir := t.TempDir()
	for _, v := range s.Volumes {
		parts := strings.Split(v, ":")
		copyTree(t, filepath.Join("..", parts[0]), filepath.Join(dir, filepath.Base(parts[1])))
	}
	i := slices.Index(s.Command, "--config")
	if i < 0 || len(s.Command) == i+1 {
		t.Fatalf("the command %v names no pipeline file", s.Command)
	}
	t.Setenv("WINNOW_TOKEN", "a token of the test's")
	p := loadPipeline(t, filepath.Join(dir, filepath.Base(s.Command[i+1])))
	if _, ok := s.Environment["WINNOW_TOKEN"]; !ok || p.Token == "" {
		t.Error("the token does not reach winnow")
	}
	kafka := p.Kafka.Brokers[0]
	if !strings.Contains(loadCompose(t).Services["kafka"].Environment["KAFKA_ADVERTISED_LISTENERS"], "INSIDE://"+kafka) {
		t.Errorf("Kafka does not advertise %s", kafka)
	}
}

// TestKubernetesConfig loads the ConfigMap's pipeline file, and wants every probe to ask a page that needs no token.
func TestKubernetesConfig(t *testing.T) {
	text, err := os.ReadFile("kubernetes/winnow.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	copyTree(t, "../testdata/flights/contracts", filepath.Join(dir, "contracts"))
	found := false
	for docs := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var doc struct {
			Kind string
			Data map[string]string
		}
		err := docs.Decode(&doc)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if file, ok := doc.Data["winnow.yaml"]; ok {
			found = true
			if err := os.WriteFile(filepath.Join(dir, "winnow.yaml"), []byte(file), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !found {
		t.Fatal("no ConfigMap holds winnow.yaml")
	}
	t.Setenv("WINNOW_TOKEN", "a token of the test's")
	t.Setenv("HOSTNAME", "winnow-0")
	if p := loadPipeline(t, filepath.Join(dir, "winnow.yaml")); p.Kafka.Instance != "winnow-0" {
		t.Errorf("instance %q, want the pod's name", p.Kafka.Instance)
	}
}

func loadPipeline(t *testing.T, file string) *config.Pipeline {
	t.Helper()
	p, faults := config.Load(file, func(c *schemas.Contract) winnow.Faults {
		_, faults := validators.Compile(c)
		return faults
	})
	if len(faults) > 0 {
		t.Errorf("faults or warnings:\n%v", faults)
	}
	if p == nil {
		t.FailNow()
	}
	return p
}

func exists(t *testing.T, file string) {
	t.Helper()
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	info, err := os.Stat(from)
	if err != nil {
		t.Fatal(err)
	}
	if info.IsDir() {
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
