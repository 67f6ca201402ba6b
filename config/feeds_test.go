package config

import (
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
	"github.com/winnow-data/winnow/tpu"
)

func duration(d time.Duration) strict.Duration { return strict.Duration(d) }

func TestLoadFeeds(t *testing.T) {
	p, faults := load("../testdata/config/good.yaml", env, nil)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	want := []Feed{
		{
			Name: "delay-v1", Team: "delay", Model: "resnet", Topics: []string{"flights"}, Columns: []string{"/distance", "/features/age"},
			Require: Require{Rules: []string{"late", "required"}}, Batch: Batch{Records: 512, Linger: duration(250 * time.Millisecond)}, Shards: 6,
			Simulate: &Simulate{
				TPU: "v5e", Pods: 2, Hosts: 3, Chips: 4, Step: duration(5 * time.Millisecond), Jitter: 0.1,
				Restart: &Restart{Every: duration(time.Minute), For: duration(2 * time.Second)},
			},
		},
		{
			Name: "cancel-v1", Team: "unknown", Model: "cancel-v1", Topics: []string{"flights"}, Require: Require{All: true},
			Batch: Batch{Records: 1024, Linger: duration(time.Second)}, Shards: 1,
			Simulate: &Simulate{TPU: "v5p", Pods: 1, Hosts: 1, Chips: 4, Step: duration(2 * time.Millisecond)},
		},
		{
			Name: "idle", Team: "unknown", Model: "idle", Topics: []string{"flights"},
			Batch: Batch{Records: 1024}, Shards: 2,
		},
	}
	if !reflect.DeepEqual(p.Feeds, want) {
		t.Errorf("got  %+v\nwant %+v", p.Feeds, want)
	}
	if p.Host.Memory != 1<<30 || Default().Host.Memory != 2<<30 {
		t.Errorf("got %s, by default %s", p.Host.Memory, Default().Host.Memory)
	}
}

// What a command makes of nothing is what a file says with nothing.
func TestNewFeed(t *testing.T) {
	dir := writeFiles(t, txtar.Parse([]byte(`
-- pipeline.yaml --
kafka: {brokers: ["a:1"]}
contracts: [c.yaml]
feeds:
  - {name: a, topics: [t]}
  - {name: b, topics: [t], simulate: {}}
  - {name: c, topics: [t], simulate: {tpu: v7x}}
-- c.yaml --
winnow: 1
topics: [t]
schema: {properties: {x: {}}}
`)))
	p, faults := load(filepath.Join(dir, "pipeline.yaml"), env, nil)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for i, generation := range []string{"-", "", "v7x"} {
		want := NewFeed(p.Feeds[i].Name, "t")
		if generation != "-" {
			s := NewSimulate(generation)
			want.Simulate = &s
		}
		if !reflect.DeepEqual(p.Feeds[i], want) {
			t.Errorf("got  %+v\nwant %+v", p.Feeds[i], want)
		}
	}
	if a, b := p.Feeds[1].Simulate.Chips, p.Feeds[2].Simulate.Chips; a != 8 || b != 4 {
		t.Errorf("%d and %d chips", a, b)
	}
}

// feedPipeline is a pipeline without a file, whose one contract is for the topic t.
func feedPipeline(t *testing.T, schema string, feeds ...Feed) *Pipeline {
	t.Helper()
	dir := writeFiles(t, &txtar.Archive{Files: []txtar.File{{Name: "c.yaml", Data: []byte("winnow: 1\ntopics: [t]\nschema: " + schema + "\n")}}})
	c, faults := schemas.LoadContract(filepath.Join(dir, "c.yaml"), schemas.ContractOptions{})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	p := Default()
	p.Kafka.Brokers, p.Contracts, p.Feeds = []string{"b:1"}, []*schemas.Contract{c}, feeds
	return &p
}

func TestValidateFeedsWithoutFile(t *testing.T) {
	job := NewSimulate("v5e")
	good := NewFeed("good", "t")
	good.Simulate = &job
	p := feedPipeline(t, "{properties: {x: {type: integer}}}", good)
	if faults := p.Validate(); len(faults) > 0 {
		t.Errorf("a good one: %v", faults)
	}

	worse := NewSimulate("v9")
	worse.Jitter, worse.Hosts, worse.Restart = math.NaN(), 2, &Restart{Every: -1}
	bad := Feed{Name: "", Topics: nil, Columns: []string{"/x"}, Require: Require{Rules: []string{"r"}}, Batch: Batch{Linger: -1}, Simulate: &worse}
	huge := NewFeed("huge", "t")
	huge.Columns, huge.Require, huge.Batch.Records, huge.Shards = []string{"/y"}, Require{Rules: []string{"r"}}, maxBatch, maxShards
	p.Feeds = []Feed{bad, huge}
	p.Host.Memory = maxMemory
	if got, want := p.Validate().Error(), `feeds[0].name cannot be "": letters, digits, dots, underscores and hyphens, at most 100
feeds[0].team is empty: say whose feed it is, or take the key out
feeds[0].topics is empty: name at least one
feeds[0].batch.records is 0: it must be from 1 to 1048576
feeds[0].batch.linger is -1ns: it must be from 0s to 1h
there is no TPU "v9": did you mean v4?
feeds[0].simulate.jitter is NaN: it must be from 0 to 1
feeds[0].simulate.restart.every is -1ns: it must be longer than that
feeds[0].simulate.restart.for is 0s: it must be longer than that
feeds[0].shards is 0: it must be from 1 to 4096
the contract c gives "/y" no column: did you mean /x?
no contract of the feed's topics has a rule "r": name a rule of theirs (by its name, where it has one), a keyword of JSON Schema, or a detector of sensitive data`; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A contract that the caller's check finds wrong is not said to be missing.
func TestFeedOfContractWithFaults(t *testing.T) {
	dir := writeFiles(t, txtar.Parse([]byte(`
-- pipeline.yaml --
kafka: {brokers: ["a:1"]}
contracts: [c.yaml]
feeds: [{name: f, topics: [t], columns: [/z], require: [r]}]
-- c.yaml --
winnow: 1
topics: [t]
schema: {properties: {x: {}}}
`)))
	_, faults := load(filepath.Join(dir, "pipeline.yaml"), env, func(*schemas.Contract) winnow.Faults {
		return winnow.Faults{{Problem: "wrong"}}
	})
	if got := text(faults, dir); got != "wrong\n" {
		t.Errorf("got %s", got)
	}
}

func TestFeedColumns(t *testing.T) {
	p := feedPipeline(t, `{properties: {b: {}, "a/b~": {type: integer}, s: {type: object, properties: {k: {}}}}}`)
	all, some := NewFeed("all", "nothing", "t"), NewFeed("some", "t")
	some.Columns = []string{"/s/k", "/b"}
	for _, c := range []struct {
		feed Feed
		want []string
	}{
		{all, []string{"/b", "/a~1b~0", "/s"}},
		{some, []string{"/s/k", "/b"}},
		{NewFeed("none", "nothing"), nil},
	} {
		if got := p.FeedColumns(&c.feed); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.feed.Name, got, c.want)
		}
	}
	all.Columns = p.FeedColumns(&all)
	all.Topics = []string{"t"}
	p.Feeds = []Feed{all}
	if faults := p.Validate(); len(faults) > 0 {
		t.Errorf("the columns that there are: %v", faults)
	}
}

func TestLongTypesAreCut(t *testing.T) {
	if long := shown("struct {" + strings.Repeat("ä", 100) + "}"); len([]rune(long)) != 81 || !strings.HasSuffix(long, "ä…") {
		t.Errorf("got %s", long)
	}
	if short := shown("list of string"); short != "list of string" {
		t.Errorf("got %s", short)
	}
}

func TestLeastBytes(t *testing.T) {
	p := feedPipeline(t, `{properties: {
  i: {type: integer}, f: {type: number}, b: {type: boolean}, s: {type: string}, any: {}, l: {type: array, items: {type: integer}},
  o: {type: object, properties: {i: {type: integer}, b: {type: boolean}}},
  e: {enum: [a]}, t: {type: string, format: date-time}, d: {type: number, multipleOf: 0.1}, m: {type: object, additionalProperties: {type: integer}}}}`)
	const text = 32 + 16*8 + 1 // an offset, 16 bytes, and whether it is null
	for _, c := range []struct {
		columns []string
		bits    int64 // a row
	}{
		{[]string{"/i"}, 65},
		{[]string{"/f", "/b"}, 65 + 2},
		{[]string{"/s"}, text},
		{[]string{"/any", "/l"}, 2 * text},
		{[]string{"/o"}, 1 + 65 + 2},
		{[]string{"/o/b"}, 2},
		{[]string{"/none"}, 0},
		{[]string{"/*"}, text},
		{[]string{"/o", "/o/*"}, 1 + 65 + 2 + text},
		{[]string{"/e", "/t", "/d", "/m"}, 33 + 65 + 129 + text},
		{nil, 65 + 65 + 2 + 3*text + 1 + 65 + 2 + 33 + 65 + 129 + text},
	} {
		f := NewFeed("f", "t")
		f.Columns, f.Shards, f.Batch.Records = c.columns, 3, 1000
		if got, want := f.LeastBytes(p.Contracts[0].Program), 3*(1000*c.bits/8)+4<<20; got != want {
			t.Errorf("%v: got %d, want %d", c.columns, got, want)
		}
	}
	largest := NewFeed("f", "t")
	largest.Shards, largest.Batch.Records = maxShards, maxBatch
	if got := largest.LeastBytes(p.Contracts[0].Program); got < int64(maxMemory)/8 || got > math.MaxInt64/1024 {
		t.Errorf("the largest feed needs %d", got)
	}
	if got := largest.LeastBytes(nil); got != 4<<20 {
		t.Errorf("without a program: %d", got)
	}
	if a, b, c := mebibytes(1), mebibytes(1<<20), mebibytes(math.MaxInt64); a != 1<<20 || b != 1<<20 || c < 0 {
		t.Errorf("rounded up: %d %d %d", a, b, c)
	}
}

// The file's choices of generations are those that there are, and every VM size of each is taken, in pods as large as can be.
func TestGenerations(t *testing.T) {
	field, _ := reflect.TypeFor[Simulate]().FieldByName("TPU")
	if got := strings.Split(field.Tag.Get("enum"), ","); !slices.Equal(got, tpu.Names()) {
		t.Errorf("the file takes %v of %v", got, tpu.Names())
	}
	for _, g := range tpu.Generations() {
		for chips := 1; chips <= g.HostChips+1; chips++ {
			s := NewSimulate(g.Name)
			s.Chips = chips
			s.Hosts = min(g.PodChips, maxChips) / chips
			f := NewFeed("f", "t")
			f.Simulate, f.Shards = &s, s.Hosts
			p := feedPipeline(t, "{properties: {x: {type: integer}}}", f)
			p.Host.Memory = 1 << 36
			if faults := p.Validate(); (len(faults) == 0) != g.HasVM(chips) {
				t.Errorf("%s with %d chips: %v", g.Name, chips, faults)
			}
			s.Hosts = g.PodChips/chips + 1
			f.Shards = s.Hosts
			if text := fmt.Sprint(feedPipeline(t, "{properties: {x: {}}}", f).Validate()); g.HasVM(chips) && s.Hosts <= maxChips && !strings.Contains(text, "more than a pod of "+g.Name) {
				t.Errorf("%s with %d hosts of %d chips: %s", g.Name, s.Hosts, chips, text)
			}
		}
	}
}
