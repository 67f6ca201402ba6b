package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/winnow-data/winnow"
)

// The exit codes that scripts rely on.
const (
	exitNo      = 1 // records failed, the ledger contradicts itself, not found
	exitWrong   = 2 // the command, the configuration or a contract is wrong
	exitOutside = 3 // something outside could not be reached or read
)

// An exitError ends winnow with a code of its own. A nil err says that everything was told already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// no, wrong and outside wrap err for the exit code of their name.
func no(err error) error      { return &exitError{exitNo, err} }
func wrong(err error) error   { return &exitError{exitWrong, err} }
func outside(err error) error { return &exitError{exitOutside, err} }

// exitCode tells err to w, as a person reads it, and gives the code to end with.
func exitCode(w io.Writer, err error) int {
	if err == nil {
		return 0
	}
	code := exitWrong // cobra's own errors: an unknown flag, a missing argument
	var exit *exitError
	if errors.As(err, &exit) {
		code = exit.code
		if exit.err == nil {
			return code
		}
	}
	var faults winnow.Faults
	if errors.As(err, &faults) {
		for _, f := range faults {
			fmt.Fprintln(w, f)
		}
		return code
	}
	fmt.Fprintln(w, "winnow:", err)
	return code
}
