package wire

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol/listoffsets"
	"github.com/segmentio/kafka-go/protocol/offsetcommit"
)

// A Position is how far a group has come in a partition, and what it wrote beside that. Kafka takes up to 4,096 bytes of
// metadata.
type Position struct {
	Offset   int64
	Metadata string
}

var errShort = errors.New("the broker's answer leaves the partition out")

// Offsets returns the first offset of a partition that still is there, and the offset after the last one that all in-sync
// replicas have.
func (c *Client) Offsets(ctx context.Context, topic string, partition int) (start, end int64, err error) {
	if start, err = c.listOffset(ctx, topic, partition, kafka.FirstOffset); err == nil {
		end, err = c.listOffset(ctx, topic, partition, kafka.LastOffset)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("cannot look up the offsets of %s/%d: %w", topic, partition, err)
	}
	return start, end, nil
}

// listOffset asks for one offset at a time: kafka-go's way with several hides what went wrong with one of them.
func (c *Client) listOffset(ctx context.Context, topic string, partition int, at int64) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	res, err := c.transport.RoundTrip(ctx, c.addr, &listoffsets.Request{
		ReplicaID: -1,
		Topics: []listoffsets.RequestTopic{{
			Topic: topic,
			Partitions: []listoffsets.RequestPartition{{
				Partition: int32(partition), CurrentLeaderEpoch: -1, Timestamp: at,
			}},
		}},
	})
	if err != nil {
		return 0, err
	}
	for _, t := range res.(*listoffsets.Response).Topics {
		for _, p := range t.Partitions {
			if t.Topic != topic || int(p.Partition) != partition {
				continue
			}
			if p.ErrorCode != 0 {
				c.transport.note(ctx, c.addr, kafka.Error(p.ErrorCode))
				return 0, kafka.Error(p.ErrorCode)
			}
			return p.Offset, nil
		}
	}
	return 0, errShort
}

// Committed returns the positions of a group in the partitions of parts, by topic. A partition without one has the
// offset -1.
func (c *Client) Committed(ctx context.Context, group string,
	parts map[string][]int) (map[string]map[int]Position, error) {
	out := make(map[string]map[int]Position, len(parts))
	for topic, ps := range parts {
		out[topic] = make(map[int]Position, len(ps))
		for _, p := range ps {
			out[topic][p] = Position{Offset: -1}
		}
	}
	if len(parts) == 0 {
		return out, nil // to Kafka, none would mean all
	}
	res, err := c.kafka.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: group, Topics: parts})
	if err == nil {
		err = res.Error
	}
	if errors.Is(err, kafka.GroupIdNotFound) {
		return out, nil // most brokers say so by offsets of -1
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the offsets of group %q: %w", group, err)
	}
	for topic, ps := range res.Topics {
		for _, p := range ps {
			if p.Error != nil {
				return nil, fmt.Errorf("cannot read the offset of group %q in %s/%d: %w", group, topic, p.Partition, p.Error)
			}
			if _, asked := out[topic][p.Partition]; asked {
				out[topic][p.Partition] = Position{Offset: p.CommittedOffset, Metadata: p.Metadata}
			}
		}
	}
	return out, nil
}

// Commit writes a group's positions, by topic and partition, as a member of a generation of it; generation -1 and no
// member for a group without members. The positions are not written together: of several, some may be. The error
// is the first partition's, by topic and number, and holds its kafka.Error.
func (c *Client) Commit(ctx context.Context, group string, generation int, member string,
	offsets map[string]map[int]Position) error {
	req := &offsetcommit.Request{GroupID: group, GenerationID: int32(generation), MemberID: member, RetentionTimeMs: -1}
	for _, topic := range slices.Sorted(maps.Keys(offsets)) {
		if len(offsets[topic]) > 0 {
			req.Topics = append(req.Topics, commitTopic(topic, offsets[topic]))
		}
	}
	if len(req.Topics) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	res, err := c.transport.RoundTrip(ctx, c.addr, req)
	if err != nil {
		return fmt.Errorf("cannot commit the offsets of group %q: %w", group, err)
	}
	return commitResult(group, req, res.(*offsetcommit.Response))
}

// commitTopic says of every position that its leader epoch is not known. kafka-go's own OffsetCommit says 0, which makes
// other consumers of the group believe that the log was cut.
func commitTopic(topic string, positions map[int]Position) offsetcommit.RequestTopic {
	t := offsetcommit.RequestTopic{Name: topic}
	for _, p := range slices.Sorted(maps.Keys(positions)) {
		t.Partitions = append(t.Partitions, offsetcommit.RequestPartition{
			PartitionIndex:       int32(p),
			CommittedOffset:      positions[p].Offset,
			CommitTimestamp:      -1,
			CommittedLeaderEpoch: -1,
			CommittedMetadata:    positions[p].Metadata,
		})
	}
	return t
}

// commitResult looks for every position that was sent: one that is not answered for was not written.
func commitResult(group string, req *offsetcommit.Request, res *offsetcommit.Response) error {
	type partition struct {
		topic string
		index int32
	}
	answered := make(map[partition]int16)
	for _, t := range res.Topics {
		for _, p := range t.Partitions {
			answered[partition{t.Name, p.PartitionIndex}] = p.ErrorCode
		}
	}
	for _, t := range req.Topics {
		for _, p := range t.Partitions {
			code, ok := answered[partition{t.Name, p.PartitionIndex}]
			var err error = kafka.Error(code)
			if !ok {
				err = errShort
			}
			if !ok || code != 0 {
				return fmt.Errorf("cannot commit the offset of group %q in %s/%d: %w", group, t.Name, p.PartitionIndex, err)
			}
		}
	}
	return nil
}
