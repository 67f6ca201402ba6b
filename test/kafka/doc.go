// Package kafka tests the built winnow, as a process, against real Apache Kafka.
//
// The tests carry the build tag kafka and are run by `make test-kafka`. They know winnow only by its promises: the
// command line, the pipeline file, the topics, the HTTP API and the metrics. They look at Kafka through franz-go and
// kcat, which share no code with winnow.
package kafka
