package schemas

import "testing"

func TestTopicMatch(t *testing.T) {
	for _, c := range []struct {
		topic string
		yes   []string
		no    []string
	}{
		{"flights", []string{"flights"}, []string{"flights2", "Flights", ""}},
		{"/flights/", []string{"flights"}, []string{"flights2", "myflights"}},
		{"/a|b/", []string{"a", "b"}, []string{"ab", "ax", "xb"}},
		{"/^x.*$/", []string{"x", "xy"}, []string{"yx"}},
		{"/.*/", []string{"a", "quarantine", "winnowing", "_x"}, []string{"a.quarantine", "a.verdicts", "winnow.state", "__consumer_offsets"}},
		{"/.*quarantine/", []string{"my-quarantine"}, []string{"my.quarantine"}},
		{"/(?i)abc/", []string{"ABC", "abc"}, nil},
	} {
		topic, err := ParseTopic(c.topic)
		if err != nil || topic.String() != c.topic {
			t.Errorf("%s: %v, %v", c.topic, topic, err)
			continue
		}
		for _, name := range c.yes {
			if !topic.Match(name) {
				t.Errorf("%s does not match %s", c.topic, name)
			}
		}
		for _, name := range c.no {
			if topic.Match(name) {
				t.Errorf("%s matches %s", c.topic, name)
			}
		}
	}
	for _, bad := range []string{"", ".", "..", "a b", "a/b", "/", "//", "/(/", "/^$/", "a.quarantine", "winnow.x", "__x", "/a\\.verdicts/", "/^__x$/"} {
		if topic, err := ParseTopic(bad); err == nil {
			t.Errorf("%q is taken as %v", bad, topic)
		}
	}
}

func TestPointers(t *testing.T) {
	for p, ok := range map[string]bool{"/a": true, "/a/b": true, "/": true, "/a~0b~1c": true, "/é": true, "": false, "a": false, "#/a": false, "/a~": false, "/~2": false} {
		if err := checkPointer(p); (err == nil) != ok {
			t.Errorf("%q: %v", p, err)
		}
	}
	for token, want := range map[string]bool{"0": true, "7": true, "10": true, "-": true, "": false, "01": false, "1a": false, "-1": false} {
		if got := arrayIndex(token); got != want {
			t.Errorf("arrayIndex(%q) = %v", token, got)
		}
	}
}
