package deploy_test

import (
	"net"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// onHost gives the file of this repository that a service sees under a path, by its mounts.
func (s service) onHost(inside string) (file string, ok bool) {
	for _, v := range s.Volumes {
		parts := strings.Split(v, ":")
		if rest, below := strings.CutPrefix(inside, parts[1]); below && (rest == "" || rest[0] == '/') && strings.HasPrefix(parts[0], ".") {
			return filepath.Join("..", parts[0], rest), true
		}
	}
	return "", false
}

func readYAML(t *testing.T, file string, v any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, v); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// TestPrometheusScrapesWinnow follows the configuration that the container is started with: rules, token and target are where it says.
func TestPrometheusScrapesWinnow(t *testing.T) {
	c := loadCompose(t)
	s := c.Services["prometheus"]
	const flag = "--config.file="
	i := slices.IndexFunc(s.Command, func(a string) bool { return strings.HasPrefix(a, flag) })
	if i < 0 {
		t.Fatalf("the command %v names no configuration", s.Command)
	}
	inside := strings.TrimPrefix(s.Command[i], flag)
	file, ok := s.onHost(inside)
	if !ok {
		t.Fatalf("%s is not mounted", inside)
	}
	var config struct {
		RuleFiles []string `yaml:"rule_files"`
		Scrape    []struct {
			Job           string `yaml:"job_name"`
			Authorization struct {
				CredentialsFile string `yaml:"credentials_file"`
				Credentials     string
			}
			Static []struct{ Targets []string } `yaml:"static_configs"`
		} `yaml:"scrape_configs"`
	}
	readYAML(t, file, &config)
	if len(config.RuleFiles) != 1 || len(config.Scrape) != 1 || len(config.Scrape[0].Static) != 1 {
		t.Fatalf("%+v: want winnow's rules and winnow alone", config)
	}
	rules, ok := s.onHost(path.Join(path.Dir(inside), config.RuleFiles[0]))
	if !ok {
		t.Fatalf("the rules %s are not mounted", config.RuleFiles[0])
	}
	exists(t, rules)
	job := config.Scrape[0]
	if job.Job != "winnow" {
		t.Errorf("the job is %q; alerts and dashboards ask for winnow", job.Job)
	}
	secret, _ := strings.CutPrefix(job.Authorization.CredentialsFile, "/run/secrets/")
	if !slices.Contains(s.Secrets, secret) || c.Secrets[secret].Environment != "WINNOW_TOKEN" || job.Authorization.Credentials != "" {
		t.Errorf("the token is to be read from %q, the secrets are %v", job.Authorization.CredentialsFile, c.Secrets)
	}
	for _, target := range job.Static[0].Targets {
		reaches(t, c, target)
	}
}

// reaches wants an address inside compose's network to be a service's, and its port one that the service is published or known under.
func reaches(t *testing.T, c compose, address string) {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	s, ok := c.Services[host]
	if !ok || !slices.ContainsFunc(s.Ports, func(p string) bool { return strings.HasSuffix(p, ":"+port) }) {
		t.Errorf("nobody listens at %s", address)
	}
}

// TestGrafanaFindsItsFiles follows the provisioning: the data source is Prometheus, and the folder of dashboards is there and holds some.
func TestGrafanaFindsItsFiles(t *testing.T) {
	c := loadCompose(t)
	s := c.Services["grafana"]
	var sources struct {
		Datasources []struct{ Type, URL, UID string }
	}
	var providers struct {
		Providers []struct{ Options struct{ Path string } }
	}
	for kind, v := range map[string]any{"datasources": &sources, "dashboards": &providers} {
		dir, ok := s.onHost("/etc/grafana/provisioning/" + kind)
		if !ok {
			t.Fatalf("no %s are provisioned", kind)
		}
		files, err := filepath.Glob(filepath.Join(dir, "*.yml"))
		if err != nil || len(files) != 1 {
			t.Fatalf("%s holds %v, %v", dir, files, err)
		}
		readYAML(t, files[0], v)
	}
	if len(sources.Datasources) != 1 || len(providers.Providers) != 1 {
		t.Fatalf("%+v %+v: want one of each", sources, providers)
	}
	u, err := url.Parse(sources.Datasources[0].URL)
	if err != nil || sources.Datasources[0].Type != "prometheus" {
		t.Fatalf("the data source is %+v, %v", sources.Datasources[0], err)
	}
	reaches(t, c, u.Host)
	dir, ok := s.onHost(providers.Providers[0].Options.Path)
	if !ok {
		t.Fatalf("the dashboards of %s are not mounted", providers.Providers[0].Options.Path)
	}
	if files, err := filepath.Glob(filepath.Join(dir, "*.json")); err != nil || len(files) < 3 {
		t.Errorf("%s holds the dashboards %v, %v", dir, files, err)
	}
	home, ok := s.onHost(s.Environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
	if !ok {
		t.Fatal("the home dashboard is not mounted")
	}
	exists(t, home)
}

// TestNothingIsOpenOrSecret: no value in the compose file is a password, and Grafana has no account with one that everybody knows.
func TestNothingIsOpenOrSecret(t *testing.T) {
	c := loadCompose(t)
	for name, s := range c.Services {
		for key, value := range s.Environment {
			for _, word := range []string{"PASSWORD", "TOKEN", "SECRET"} {
				if strings.Contains(key, word) && !strings.HasPrefix(value, "${") {
					t.Errorf("%s: %s is written out", name, key)
				}
			}
		}
	}
	env := c.Services["grafana"].Environment
	for key, want := range map[string]string{
		"GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION": "true", "GF_AUTH_ANONYMOUS_ORG_ROLE": "Viewer", "GF_AUTH_BASIC_ENABLED": "false",
	} {
		if env[key] != want {
			t.Errorf("%s is %q, want %q", key, env[key], want)
		}
	}
}
