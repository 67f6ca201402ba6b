package quarantine

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/winnow-data/winnow/wire"
)

// headroom is what a quarantine topic takes beyond its source's largest message: room for winnow's headers.
const headroom = 64 << 10

// EnsureTopic makes sure that source has a quarantine topic that fits: as many partitions as the source at least, not
// compacted. It creates a missing one with the source's replication and largest message (plus headroom for winnow's
// headers) and the retention, adds missing partitions, and leaves the rest of an existing topic as it is. A source that
// does not exist is an error that wire.IsRetriable.
func EnsureTopic(ctx context.Context, client *wire.Client, source string, retention time.Duration) error {
	name := source + Suffix
	infos, err := client.Topics(ctx, source, name)
	if err != nil {
		return fmt.Errorf("cannot look up %s: %w", name, err)
	}
	src, ok := infos[source]
	if !ok {
		return fmt.Errorf("cannot create %s: %s: %w", name, source, kafka.UnknownTopicOrPartition)
	}
	if _, ok := infos[name]; !ok {
		created, err := client.EnsureTopic(ctx, name, src.Partitions, src.Replication, map[string]string{
			"cleanup.policy":    "delete",
			"retention.ms":      strconv.FormatInt(retention.Milliseconds(), 10),
			"max.message.bytes": strconv.Itoa(maxMessage(ctx, client, source, defaultMaxMessage) + headroom),
		})
		if err != nil {
			return fmt.Errorf("cannot create %s: %w", name, err)
		}
		if created {
			return nil
		}
	}
	return checkTopic(ctx, client, name, src.Partitions)
}

// checkTopic makes an existing topic fit, or says why it does not.
func checkTopic(ctx context.Context, client *wire.Client, name string, partitions int) error {
	config, err := client.TopicConfig(ctx, name)
	if err != nil {
		return fmt.Errorf("cannot read the configuration of %s: %w", name, err)
	}
	if strings.Contains(config["cleanup.policy"], "compact") {
		return fmt.Errorf("cannot use %s: it is compacted and would lose records: set its cleanup.policy to delete", name)
	}
	have, err := countPartitions(ctx, client, name)
	if err != nil || have >= partitions {
		return err
	}
	resp, err := client.Kafka().CreatePartitions(ctx, &kafka.CreatePartitionsRequest{
		Topics: []kafka.TopicPartitionsConfig{{Name: name, Count: int32(partitions)}}, //nolint:gosec // Kafka's own int32
	})
	if err == nil {
		err = resp.Errors[name]
	}
	if err == nil {
		return nil
	}
	if errors.Is(err, kafka.InvalidPartitionNumber) { // another winnow was faster
		if have, again := countPartitions(ctx, client, name); again == nil && have >= partitions {
			return nil
		}
	}
	return fmt.Errorf("cannot add partitions to %s: it needs %d: %w", name, partitions, err)
}

func countPartitions(ctx context.Context, client *wire.Client, name string) (int, error) {
	infos, err := client.Topics(ctx, name)
	if err != nil {
		return 0, fmt.Errorf("cannot look up %s: %w", name, err)
	}
	info, ok := infos[name]
	if !ok {
		return 0, fmt.Errorf("cannot look up %s: %w", name, kafka.UnknownTopicOrPartition)
	}
	return info.Partitions, nil
}
