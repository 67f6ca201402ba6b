package wire

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
)

// Produce sends a batch that EncodeBatch made, once, and returns the offset of its first record when all in-sync replicas
// have it. After an error other than a refusal (a kafka.Error that is not retriable, ErrTooLarge) the batch may have been
// written all the same: sent again it may be there twice, unless it is stamped. ErrTooLarge means the topic's or the
// broker's limit; batches of more than 100 MiB may meet the broker's limit of a request, which hangs up without a word.
func (c *Client) Produce(ctx context.Context, topic string, partition int, batch []byte) (base int64, err error) {
	base, err = c.produce(ctx, topic, partition, batch)
	if errors.Is(err, kafka.MessageSizeTooLarge) || errors.Is(err, kafka.RecordListTooLarge) {
		err = fmt.Errorf("%w: %w", ErrTooLarge, err)
	}
	if err != nil {
		return 0, fmt.Errorf("cannot produce to %s/%d: %w", topic, partition, err)
	}
	return base, nil
}

func (c *Client) produce(ctx context.Context, topic string, partition int, batch []byte) (int64, error) {
	if len(batch) < headerSize {
		return 0, errors.New("the batch is empty")
	}
	var size [4]byte
	binary.BigEndian.PutUint32(size[:], uint32(len(batch)))
	res, err := c.kafka.RawProduce(ctx, &kafka.RawProduceRequest{
		Topic:        topic,
		Partition:    partition,
		RequiredAcks: kafka.RequireAll,
		RawRecords:   protocol.RawRecordSet{Reader: io.MultiReader(bytes.NewReader(size[:]), bytes.NewReader(batch))},
	})
	if err != nil {
		return 0, err
	}
	if res.Error != nil {
		c.transport.note(ctx, c.addr, res.Error)
		return 0, res.Error
	}
	return res.BaseOffset, nil
}
