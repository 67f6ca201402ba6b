package judge

import (
	"strings"
	"testing"
	"time"

	"github.com/winnow-data/winnow"
)

// signs finds every @, as a detector of addresses would.
type signs struct{}

func (signs) Scan(doc []byte, dst []winnow.Span) []winnow.Span {
	for i, c := range doc {
		if c == '@' {
			dst = append(dst, winnow.Span{Type: "email", Start: i, End: i + 1})
		}
	}
	return dst
}

type maskAll struct{}

func (maskAll) Action(string, string) winnow.Action { return winnow.ActionMask }

// The time for a record must grow with its size, not with its square: twice the findings in twice the bytes may take some
// three times as long, and not four and more each time. 16 MiB, the limit, would take hours.
func TestManyFindingsTakeNoSquare(t *testing.T) {
	plan := loadPlan(t, contractText)
	plan.NewScanner, plan.Policy = func() winnow.Scanner { return signs{} }, maskAll{}
	took := func(n int) time.Duration {
		j := New(plan, nil)
		doc := []byte(`{"id":1,"mail":"x","more":["` + strings.Repeat(`a@b.co","`, n) + `"]}`)
		begin := time.Now()
		j.Add(&winnow.Record{Value: doc})
		j.Finish()
		t.Logf("%d findings in %d KiB: %s", n, len(doc)>>10, time.Since(begin))
		return time.Since(begin)
	}
	took(100)
	small, large := took(2000), took(16000)
	if large > 24*small {
		t.Errorf("8 times the record takes %.0f times as long", float64(large)/float64(small))
	}
}

// surfaces: "user: numbers as their JSON text".
func TestANumberAsItsText(t *testing.T) {
	plan := loadPlan(t, strings.Replace(contractText, "user: {pointer: /id}", "user: {pointer: /score}", 1))
	j := New(plan, nil)
	for _, text := range []string{"12345678", "1.0", "9007199254740993"} {
		j.Add(&winnow.Record{Value: []byte(`{"id":1,"score":` + text + `}`)})
		j.Finish()
		if v := j.Verdict(0); string(v.User) != text {
			t.Errorf("the user is %s, and was written %s", v.User, text)
		}
		j.Reset()
	}
}
