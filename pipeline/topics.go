package pipeline

import (
	"context"
	"fmt"
	"strconv"

	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// ensureVerdicts makes the verdict log's topic, with its source's partition count and replication, or checks the one that is there.
func (g *Gate) ensureVerdicts(ctx context.Context, topic string) error {
	client, name := g.cfg.Client, verdicts.Topic(topic)
	all, err := client.Topics(ctx, topic, name)
	if err != nil {
		return err
	}
	source, ok := all[topic]
	if !ok {
		return fmt.Errorf("topic %s is gone", topic)
	}
	log, exists := all[name]
	if !exists {
		retention := strconv.FormatInt(g.cfg.VerdictRetention.Milliseconds(), 10)
		_, err := client.EnsureTopic(ctx, name, source.Partitions, source.Replication,
			map[string]string{"cleanup.policy": "delete", "retention.ms": retention})
		return err
	}
	if log.Partitions < source.Partitions {
		if err := client.AddPartitions(ctx, name, source.Partitions); err != nil && !g.has(ctx, name, source.Partitions) {
			return err
		}
	}
	config, err := client.TopicConfig(ctx, name)
	if err != nil {
		return err
	}
	if policy := config["cleanup.policy"]; policy != "" && policy != "delete" {
		return fmt.Errorf("%s has cleanup.policy=%s, which deletes verdicts: set it to delete", name, policy)
	}
	return nil
}

// has says that a topic has n partitions or more: another winnow may have added them in the same moment.
func (g *Gate) has(ctx context.Context, topic string, n int) bool {
	all, err := g.cfg.Client.Topics(ctx, topic)
	return err == nil && all[topic].Partitions >= n
}
