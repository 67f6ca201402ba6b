package wire

import (
	"context"
	"errors"
	"fmt"

	"github.com/segmentio/kafka-go"
)

// AddPartitions raises a topic's number of partitions to n. A topic that has as many, or more, stays as it is: several winnows may raise
// it at the same time.
func (c *Client) AddPartitions(ctx context.Context, topic string, n int) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	res, err := c.kafka.CreatePartitions(ctx, &kafka.CreatePartitionsRequest{
		Topics: []kafka.TopicPartitionsConfig{{Name: topic, Count: int32(n)}}, //nolint:gosec // a number of partitions
	})
	if err == nil {
		err = res.Errors[topic]
	}
	if errors.Is(err, kafka.InvalidPartitionNumber) {
		if now, lookup := c.Topics(ctx, topic); lookup == nil && now[topic].Partitions >= n {
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("cannot raise the partitions of %s to %d: %w", topic, n, err)
	}
	return nil
}
