package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/metadata"
)

// leaderPoll is how often EnsureTopic looks whether a new topic's partitions have leaders.
const leaderPoll = 50 * time.Millisecond

// TopicInfo is what a topic is like.
type TopicInfo struct {
	Partitions  int
	Replication int  // of the first partition
	Internal    bool // one of Kafka's own
}

// Topics describes the named topics, all topics when no name is given, as a broker knows them now. Topics that do not
// exist are absent; asking does not create them.
func (c *Client) Topics(ctx context.Context, names ...string) (map[string]TopicInfo, error) {
	meta, err := c.metadata(ctx, names)
	if err != nil {
		return nil, fmt.Errorf("cannot look up topics: %w", err)
	}
	topics := make(map[string]TopicInfo, len(meta.Topics))
	for i := range meta.Topics {
		t := &meta.Topics[i]
		switch code := kafka.Error(t.ErrorCode); {
		case code == kafka.UnknownTopicOrPartition || code == kafka.LeaderNotAvailable && len(t.Partitions) == 0:
			continue
		case code != 0 && code != kafka.LeaderNotAvailable:
			return nil, fmt.Errorf("cannot look up topic %q: %w", t.Name, code)
		}
		info := TopicInfo{Partitions: len(t.Partitions), Internal: t.IsInternal}
		for _, p := range t.Partitions {
			if p.PartitionIndex == 0 {
				info.Replication = len(p.ReplicaNodes)
			}
		}
		topics[t.Name] = info
	}
	return topics, nil
}

// EnsureTopic creates a topic unless it exists, and waits until every partition of it has a leader. It says whether it
// created the topic. A topic that exists stays as it is, whatever its partitions and configuration.
func (c *Client) EnsureTopic(ctx context.Context, name string, partitions, replication int,
	config map[string]string) (created bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	meta, err := c.metadata(ctx, []string{name})
	if err == nil && !hasTopic(meta) {
		created, err = c.createTopic(ctx, name, partitions, replication, config)
	}
	if err != nil {
		return false, fmt.Errorf("cannot create topic %q: %w", name, err)
	}
	if err := c.awaitLeaders(ctx, name); err != nil {
		return created, fmt.Errorf("cannot find the leaders of topic %q: %w", name, err)
	}
	return created, nil
}

func (c *Client) createTopic(ctx context.Context, name string, partitions, replication int,
	config map[string]string) (bool, error) {
	topic := kafka.TopicConfig{Topic: name, NumPartitions: partitions, ReplicationFactor: replication}
	for k, v := range config {
		topic.ConfigEntries = append(topic.ConfigEntries, kafka.ConfigEntry{ConfigName: k, ConfigValue: v})
	}
	res, err := c.kafka.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{topic}})
	if err == nil {
		err = res.Errors[name]
	}
	if errors.Is(err, kafka.TopicAlreadyExists) {
		return false, nil
	}
	return err == nil, err
}

func (c *Client) awaitLeaders(ctx context.Context, name string) error {
	ticker := time.NewTicker(leaderPoll)
	defer ticker.Stop()
	for {
		meta, err := c.metadata(ctx, []string{name})
		switch {
		case err != nil && !IsRetriable(err):
			return err
		case err == nil && hasTopic(meta) && hasLeaders(&meta.Topics[0]):
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		}
	}
}

func hasTopic(meta *metadata.Response) bool {
	return len(meta.Topics) == 1 && kafka.Error(meta.Topics[0].ErrorCode) != kafka.UnknownTopicOrPartition
}

func hasLeaders(t *metadata.ResponseTopic) bool {
	return len(t.Partitions) > 0 && !slices.ContainsFunc(t.Partitions, func(p metadata.ResponsePartition) bool {
		return p.ErrorCode != 0 || p.LeaderID < 0
	})
}

// TopicConfig returns a topic's configuration: its own settings, and the defaults that apply. Settings that Kafka keeps
// to itself are empty.
func (c *Client) TopicConfig(ctx context.Context, name string) (map[string]string, error) {
	res, err := c.kafka.DescribeConfigs(ctx, &kafka.DescribeConfigsRequest{
		Resources: []kafka.DescribeConfigRequestResource{{ResourceType: kafka.ResourceTypeTopic, ResourceName: name}},
	})
	if err == nil && len(res.Resources) != 1 {
		err = errors.New("the broker answered about something else")
	}
	if err == nil {
		err = res.Resources[0].Error
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the configuration of topic %q: %w", name, err)
	}
	config := make(map[string]string, len(res.Resources[0].ConfigEntries))
	for _, e := range res.Resources[0].ConfigEntries {
		config[e.ConfigName] = e.ConfigValue
	}
	return config, nil
}

// metadata asks a broker, where kafka-go would answer from its memory. No names mean all topics.
func (c *Client) metadata(ctx context.Context, names []string) (*metadata.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	res, err := c.transport.RoundTrip(ctx, c.addr, &fresh{clientID: c.clientID, names: names})
	if err != nil {
		return nil, err
	}
	return res.(freshAnswer).Response, nil
}

// fresh is a request for metadata that goes to a broker: kafka-go would know a metadata.Request and answer it itself.
type fresh struct {
	clientID string
	names    []string
	version  int16
}

// freshAnswer is a metadata.Response that kafka-go does not know for one.
type freshAnswer struct{ *metadata.Response }

// ApiKey is protocol.Message's.
func (r *fresh) ApiKey() protocol.ApiKey { return protocol.Metadata }

// Required is protocol.RawExchanger's.
func (r *fresh) Required(versions map[protocol.ApiKey]int16) bool {
	r.version = versions[protocol.Metadata]
	return true
}

// RawExchange is protocol.RawExchanger's.
func (r *fresh) RawExchange(rw io.ReadWriter) (protocol.Message, error) {
	req := &metadata.Request{}
	if len(r.names) > 0 {
		req.TopicNames = r.names
	}
	msg, err := protocol.RoundTrip(rw, r.version, correlation, r.clientID, req)
	if err != nil {
		return nil, err
	}
	return freshAnswer{msg.(*metadata.Response)}, nil
}

var _ protocol.RawExchanger = (*fresh)(nil)
