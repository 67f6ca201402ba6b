package winnow_test

import (
	"testing"

	"github.com/winnow-data/winnow"
)

func TestFaults(t *testing.T) {
	fs := winnow.Faults{
		{File: "b", Line: 2, Column: 1, Problem: "late"},
		{File: "b", Line: 1, Column: 7, Problem: "odd", Warning: true},
		{File: "a", Problem: "whole", Fix: "do this"},
	}
	want := "a: whole: do this\nb:2:1: late"
	if err := fs.Err(); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if got := fs.Warnings().Error(); got != "b:1:7: warning: odd" {
		t.Errorf("got %s", got)
	}
	if winnow.Faults(nil).Err() != nil || fs.Warnings().Err() != nil {
		t.Error("no faults are an error")
	}
	more := fs.Also(winnow.Faults{{File: "b", Line: 2, Column: 1, Problem: "again"}, {File: "b", Line: 1, Column: 7, Problem: "worse"},
		{File: "a", Problem: "another"}})
	if got := more.Err().Error(); got != "a: whole: do this\na: another\nb:1:7: worse\nb:2:1: late" {
		t.Errorf("got %s", got)
	}
}
