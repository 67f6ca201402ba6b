// Command winnow is the gate between Kafka and the accelerators. This package wires the parts together by hand, one subcommand a
// file; everything that can be tested without a process lies in the other packages.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := exitCode(os.Stderr, newRootCmd().ExecuteContext(ctx))
	stop()
	os.Exit(code)
}
