package api

// Feeds is the answer of /api/v1/feeds: what the models train on, and the host memory that all feeds share.
type Feeds struct {
	Memory Memory `json:"memory"`
	Feeds  []Feed `json:"feeds"` // as configured
}

// Memory is the one budget of the cache and all feeds' buffers, in bytes. Cache is the part of Used that the cache of ranges just judged holds.
type Memory struct {
	Limit int64 `json:"limit"`
	Used  int64 `json:"used"`
	Cache int64 `json:"cache"`
}

// Feed is how far one feed is. Records are counted since this process started.
type Feed struct {
	Name          string   `json:"name"`
	Team          string   `json:"team"`
	Model         string   `json:"model"`
	Topics        []string `json:"topics"`
	Columns       []string `json:"columns"` // JSON Pointers; empty = all
	Require       []string `json:"require"` // "all", or rules: records that these tagged are excluded
	BatchRecords  int      `json:"batch_records"`
	LingerSeconds float64  `json:"linger_seconds"`
	Shards        int      `json:"shards"`
	Step          int64    `json:"step"`     // steps planned so far
	Records       int64    `json:"records"`  // handed out
	Planned       int64    `json:"planned"`  // records in steps planned
	Excluded      int64    `json:"excluded"` // records that passed the gate, but not what the feed requires
	Failed        int64    `json:"failed"`   // failed records in the ranges planned
	Behind        int64    `json:"behind"`   // offsets between the feed's position and the gate's
	Depth         int      `json:"depth"`    // batches that it means to have ready
	Ready         int      `json:"ready"`    // batches that are
	BufferBytes   int64    `json:"buffer_bytes"`
	RangesCache   int64    `json:"ranges_cache"` // ranges taken from the cache
	RangesKafka   int64    `json:"ranges_kafka"` // ranges read from Kafka again
	// The wait for a batch by those who asked for one; null before anybody did.
	WaitP50Seconds *float64 `json:"wait_p50_seconds"`
	WaitP99Seconds *float64 `json:"wait_p99_seconds"`
	// The time from a record's Kafka timestamp to its batch being ready, the oldest record's of each batch; null before there was one.
	ReadyP50Seconds *float64 `json:"ready_p50_seconds"`
	ReadyP99Seconds *float64 `json:"ready_p99_seconds"`
	// Cause is what a reader waits for: "gate", "kafka" or "budget"; empty when a batch is ready. Trouble is why the feed stands still; empty if
	// it does not.
	Cause     string         `json:"cause"`
	Trouble   string         `json:"trouble"`
	Positions []FeedPosition `json:"positions"`
}

// FeedPosition is the next offset of a partition that a feed has not planned.
type FeedPosition struct {
	Topic     string `json:"topic"`
	Partition int    `json:"partition"`
	Offset    int64  `json:"offset"`
}
