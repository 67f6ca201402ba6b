package api

import (
	"context"
	"fmt"
	"net"
	"net/netip"
)

// Listen opens the TCP address for a Server, after CheckListen.
func Listen(ctx context.Context, addr, token string) (net.Listener, error) {
	if err := CheckListen(addr, token); err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", addr, err)
	}
	return l, nil
}

// CheckListen says whether it is safe to listen on addr (host:port): without a token only a loopback address is. A name
// other than localhost is not resolved, and counts as open to others.
func CheckListen(addr, token string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %q: %w", addr, err)
	}
	if token != "" || loopback(host) {
		return nil
	}
	return fmt.Errorf("cannot listen on %s without a token: other machines could read it; "+
		"configure a token, or listen on 127.0.0.1", addr)
}

// loopback says whether host, without a port, means this machine alone.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
