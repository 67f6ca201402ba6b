package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/winnow-data/winnow/api"
)

const (
	defaultServer  = "http://127.0.0.1:8080"
	clientTimeout  = 40 * time.Second // longer than the server takes for anything
	maxAnswerBytes = 64 << 20
)

// A reviewClient asks a running winnow.
type reviewClient struct {
	server string // the flag
	token  string
	http   *http.Client
}

// register adds --server. The token is not a flag: it would show in the list of processes.
func (c *reviewClient) register(cmd *cobra.Command) {
	cmd.PersistentFlags().StringVar(&c.server, "server", "", "a running winnow (default $WINNOW_SERVER, then "+defaultServer+")")
}

// get asks for path and decodes the answer into v. Its errors carry exit codes: nothing there is no, a wrong request or
// token is wrong, and what cannot be reached, read or answered is outside.
func (c *reviewClient) get(ctx context.Context, path string, query url.Values, v any) error {
	base, err := c.base()
	if err != nil {
		return err
	}
	target := base.JoinPath(path)
	target.RawQuery = query.Encode()
	ctx, cancel := context.WithTimeout(ctx, clientTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), http.NoBody)
	if err != nil {
		return wrong(fmt.Errorf("cannot ask %s: %w", base.Redacted(), err))
	}
	req.Header.Set("Accept", "application/json")
	if token := cmp.Or(c.token, os.Getenv("WINNOW_TOKEN")); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := c.client().Do(req)
	if err != nil {
		return outside(fmt.Errorf("cannot reach winnow at %s: %w: is it running? --server or WINNOW_SERVER says where", base.Redacted(), unwrapURL(err)))
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes+1))
	if err == nil && len(body) > maxAnswerBytes {
		err = errors.New("it is too long")
	}
	if err != nil {
		return outside(fmt.Errorf("cannot read the answer of %s: %w", base.Redacted(), err))
	}
	if resp.StatusCode != http.StatusOK {
		return refused(base, resp, body)
	}
	if err := json.Unmarshal(body, v); err != nil {
		return outside(fmt.Errorf("cannot read the answer of %s: it is not winnow's: %w", base.Redacted(), err))
	}
	return nil
}

func (c *reviewClient) base() (*url.URL, error) {
	server := cmp.Or(c.server, os.Getenv("WINNOW_SERVER"), defaultServer)
	u, err := url.Parse(server)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, wrong(fmt.Errorf("the server %q is not a URL: write it like %s", server, defaultServer))
	}
	u.RawQuery, u.Fragment = "", ""
	return u, nil
}

// client follows no redirects: the token is for one server.
func (c *reviewClient) client() *http.Client {
	if c.http != nil {
		return c.http
	}
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// unwrapURL leaves out the method and URL that net/http repeats.
func unwrapURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// refused turns an answer that is not 200 into an error with its exit code.
func refused(base *url.URL, resp *http.Response, body []byte) error {
	var p api.Problem
	ours := strings.HasPrefix(resp.Header.Get("Content-Type"), "application/problem+json") && json.Unmarshal(body, &p) == nil
	detail := printable(cmp.Or(p.Detail, p.Title))
	switch {
	case !ours:
		return outside(fmt.Errorf("%s answers %s, and not as winnow would: check --server", base.Redacted(), resp.Status))
	case resp.StatusCode == http.StatusUnauthorized:
		return wrong(errors.New("winnow wants a token, or another one: set WINNOW_TOKEN"))
	case resp.StatusCode == http.StatusNotFound:
		return no(errors.New(detail))
	case resp.StatusCode < http.StatusInternalServerError:
		return wrong(errors.New(detail))
	}
	return outside(fmt.Errorf("winnow at %s cannot answer now (%s): %s", base.Redacted(), resp.Status, detail))
}
