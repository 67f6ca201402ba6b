package schemas

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// A Topic is one entry of a contract's topics: a name, or a regular expression that a whole name must match.
type Topic struct {
	text string
	re   *regexp.Regexp // nil for a name
}

var kafkaName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,249}$`)

// ParseTopic reads a topic's name, or a regular expression (RE2) between slashes. It refuses what Kafka would not take as a
// name, and what names one of winnow's own topics and nothing else.
func ParseTopic(s string) (Topic, error) {
	if len(s) >= 2 && s[0] == '/' && s[len(s)-1] == '/' {
		re, err := regexp.Compile(`^(?:` + s[1:len(s)-1] + `)$`)
		if err != nil {
			return Topic{}, fmt.Errorf("is no regular expression that RE2 has: %s", innermost(err, s[1:len(s)-1]))
		}
		if strings.Trim(s[1:len(s)-1], "^$") == "" {
			return Topic{}, errors.New("the regular expression matches no topic's name")
		}
		if name, ok := literal(s[1 : len(s)-1]); ok && OwnTopic(name) {
			return Topic{}, errors.New("names one of winnow's own topics")
		}
		return Topic{text: s, re: re}, nil
	}
	switch {
	case !kafkaName.MatchString(s) || s == "." || s == "..":
		return Topic{}, errors.New("is no name of a Kafka topic: letters, digits, dots, underscores and hyphens, at most 249")
	case OwnTopic(s):
		return Topic{}, errors.New("names one of winnow's own topics")
	}
	return Topic{text: s}, nil
}

// innermost says what is wrong with the expression as the person wrote it, without our anchors.
func innermost(err error, expr string) string {
	if _, plain := regexp.Compile(expr); plain != nil {
		err = plain
	}
	return strings.TrimPrefix(err.Error(), "error parsing regexp: ")
}

// literal returns the one string that the expression matches, if there is just one.
func literal(expr string) (string, bool) {
	re, err := regexp.Compile(strings.TrimSuffix(strings.TrimPrefix(expr, "^"), "$"))
	if err != nil {
		return "", false
	}
	return re.LiteralPrefix()
}

// OwnTopic reports whether name is a topic of winnow's own, or of Kafka's: what ends in .quarantine or .verdicts, or begins with
// winnow. or two underscores. No contract covers such a topic.
func OwnTopic(name string) bool {
	return strings.HasSuffix(name, ".quarantine") || strings.HasSuffix(name, ".verdicts") ||
		strings.HasPrefix(name, "winnow.") || strings.HasPrefix(name, "__")
}

// Match reports whether the entry covers the topic name. A regular expression never matches one of winnow's own topics,
// whatever it says: "/.*/" is every topic but those.
func (t Topic) Match(name string) bool {
	if t.re == nil {
		return name == t.text
	}
	return !OwnTopic(name) && t.re.MatchString(name)
}

// Name returns the topic's name, and false for a regular expression.
func (t Topic) Name() (string, bool) { return t.text, t.re == nil }

// String gives the entry as it is written.
func (t Topic) String() string { return t.text }
