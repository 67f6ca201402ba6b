package wire

import (
	"context"
	"fmt"

	"github.com/segmentio/kafka-go"
)

// AddPartitions raises a topic's number of partitions to n.
func (c *Client) AddPartitions(ctx context.Context, topic string, n int) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	res, err := c.kafka.CreatePartitions(ctx, &kafka.CreatePartitionsRequest{
		Topics: []kafka.TopicPartitionsConfig{{Name: topic, Count: int32(n)}}, //nolint:gosec // a number of partitions
	})
	if err == nil {
		err = res.Errors[topic]
	}
	if err != nil {
		return fmt.Errorf("cannot raise the partitions of %s to %d: %w", topic, n, err)
	}
	return nil
}
