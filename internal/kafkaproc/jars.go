package kafkaproc

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// Version is the Apache Kafka that [Jars] gets.
const Version = "4.3.0"

// plugin is pinned, so that the same command does the same thing next year.
const plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"

//go:embed pom.xml
var pom []byte

// Jars returns the folder that holds Apache Kafka's jars, after getting them by Maven (46 jars, 43 MB) if this user has
// not got them yet. Several processes may call it at the same time.
func Jars(ctx context.Context) (string, error) {
	if _, err := exec.LookPath("java"); err != nil {
		return "", fmt.Errorf("cannot find java: install a Java 17 runtime (Debian: apt-get install default-jre-headless): %w", err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	dir := filepath.Join(cache, "winnow", "kafka-"+Version)
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	if err := fetch(ctx, dir); err != nil {
		return "", fmt.Errorf("cannot get Apache Kafka %s: %w", Version, err)
	}
	return dir, nil
}

// fetch fills a folder beside dir and renames it: dir is there whole or not at all.
func fetch(ctx context.Context, dir string) (err error) {
	mvn, err := exec.LookPath("mvn")
	if err != nil {
		return fmt.Errorf("install Maven (Debian: apt-get install maven): %w", err)
	}
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(parent, ".kafka-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	if err := os.WriteFile(filepath.Join(work, "pom.xml"), pom, 0o600); err != nil {
		return err
	}
	libs := filepath.Join(work, "libs")
	cmd := exec.CommandContext(ctx, mvn, "--batch-mode", "--quiet", "--strict-checksums",
		"-f", filepath.Join(work, "pom.xml"), plugin, "-DoutputDirectory="+libs)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("cannot run mvn: %w\n%s", err, out)
	}
	if err := os.Chmod(libs, 0o755); err != nil {
		return err
	}
	err = os.Rename(libs, dir)
	if errors.Is(err, fs.ErrExist) { // another process was faster
		return nil
	}
	return err
}
