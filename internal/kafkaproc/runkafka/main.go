// Command runkafka runs Apache Kafka in the foreground until it is interrupted: scripts/run-kafka, `make kafka`.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/winnow-data/winnow/internal/kafkaproc"
)

func main() {
	brokers := flag.Int("brokers", 1, "how many brokers: 1 or 3")
	port := flag.Int("port", 9092, "the first broker's port; the others follow")
	dir := flag.String("dir", "", "folder for the data; a temporary one when empty")
	flag.Parse()
	cfg := kafkaproc.Config{Brokers: *brokers, Port: *port, Dir: *dir, Properties: map[string]string{
		"auto.create.topics.enable": "true", // who plays with it produces to a topic first and thinks of it later
		"num.partitions":            "4",
	}}
	if err := run(cfg); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(cfg kafkaproc.Config) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	fmt.Fprintf(os.Stderr, "starting Apache Kafka %s; the first time it is fetched by Maven (43 MB)\n", kafkaproc.Version)
	cluster, err := kafkaproc.Start(ctx, cfg)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "Kafka listens on %s; Ctrl-C ends it\n", strings.Join(cluster.Addrs(), ","))
	<-ctx.Done()
	return cluster.Stop()
}
