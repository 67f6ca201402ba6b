// Package kafkaproc runs real Apache Kafka brokers as plain Java processes on loopback, for tests and for the
// tutorial. It needs a Java 17 runtime and Maven on the PATH, and nothing else: no Docker, no installed Kafka.
//
// [Jars] gets the broker by Maven once and keeps it in the user's cache folder. [Start] formats a KRaft cluster whose
// processes are broker and controller at once, starts it on free ports and waits until every broker answers. When
// the program that started a cluster dies, however it dies, its brokers die with it.
package kafkaproc
