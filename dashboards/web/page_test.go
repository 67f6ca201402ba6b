package web

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"
)

// vendored is what others wrote, as their packages have it: uPlot 1.6.32, from dist/ of the npm package.
func vendored() map[string]string {
	return map[string]string{
		"assets/vendor/uplot/LICENSE":       "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
		"assets/vendor/uplot/uPlot.esm.js":  "5dd9b3281aa64b461b42d9945f6adb2649d346502b12281a9ae0d46599a80eba",
		"assets/vendor/uplot/uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	body, err := fs.ReadFile(Files(), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// each calls fn with every file that is ours.
func each(t *testing.T, fn func(name, text string)) {
	t.Helper()
	err := fs.WalkDir(Files(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasPrefix(name, "assets/vendor/") {
			fn(name, read(t, name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestVendoredFilesAreUnchanged(t *testing.T) {
	want, seen := vendored(), 0
	err := fs.WalkDir(Files(), "assets/vendor", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		sum := sha256.Sum256([]byte(read(t, name)))
		if got := hex.EncodeToString(sum[:]); got != want[name] {
			t.Errorf("%s has SHA-256 %s, want %q: vendored files are taken whole from a release, and their sums noted here", name, got, want[name])
		}
		seen++
		return nil
	})
	if err != nil || seen != len(want) {
		t.Errorf("%d files, want %d: %v", seen, len(want), err)
	}
	if !strings.Contains(read(t, "assets/vendor/uplot/LICENSE"), "The MIT License (MIT)") {
		t.Error("uPlot's licence is not there")
	}
}

var (
	reference = regexp.MustCompile(`(?:src|href)="(/[^"#]*)"|(?:from|import) "(\./[^"]+)"`)
	outside   = regexp.MustCompile(`(?i)https?://|//[a-z0-9.-]+\.[a-z]{2,}/|@import|url\(`)
	inline    = regexp.MustCompile(`(?i)<script>|<style|\sstyle=|\son[a-z]+=|javascript:`)
	markup    = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|\beval\(|new Function|setAttribute\("style"`)
)

func TestWhatThePageLoadsIsThere(t *testing.T) {
	used := map[string]bool{"index.html": true, "assets/app.js": true}
	each(t, func(name, text string) {
		for _, m := range reference.FindAllStringSubmatch(text, -1) {
			target := strings.TrimPrefix(m[1], "/")
			if m[2] != "" {
				target = path.Join(path.Dir(name), m[2])
			}
			read(t, target)
			used[target] = true
		}
	})
	each(t, func(name, _ string) {
		if !used[name] {
			t.Errorf("nothing loads %s", name)
		}
	})
}

// What the policy forbids would not work; what it cannot see, such as markup out of data, must not be written in the first place.
func TestPageKeepsToItsPolicy(t *testing.T) {
	each(t, func(name, text string) {
		text = strings.ReplaceAll(text, `xmlns="http://www.w3.org/2000/svg"`, "")
		for what, re := range map[string]*regexp.Regexp{"leads outside": outside, "is inline": inline, "makes markup out of text": markup} {
			if m := re.FindString(text); m != "" && (re != inline || path.Ext(name) == ".html") {
				t.Errorf("%s: %q %s", name, m, what)
			}
		}
	})
}

func TestEveryFileIsSmall(t *testing.T) {
	each(t, func(name, text string) {
		if n := strings.Count(text, "\n"); n > 280 {
			t.Errorf("%s has %d lines: split it", name, n)
		}
	})
}
