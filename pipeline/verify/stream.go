package verify

import (
	"errors"
	"iter"
)

// A stream lets a scan be read at the pace of another: what it calls back with is pulled. An item is borrowed until it is dropped.
type stream[T any] struct {
	pull func() (T, error, bool)
	stop func()
	head T
	have bool
	done bool
}

// newStream makes a stream of what scan yields. scan ends with errEnough when yield gives that.
func newStream[T any](scan func(yield func(T) error) error) *stream[T] {
	s := new(stream[T])
	s.pull, s.stop = iter.Pull2(func(yield func(T, error) bool) {
		err := scan(func(item T) error {
			if !yield(item, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			var none T
			yield(none, err)
		}
	})
	return s
}

// errEnough ends a scan that nobody reads any further.
var errEnough = errors.New("enough")

// peek gives the item at the head, nil at the end.
func (s *stream[T]) peek() (*T, error) {
	if !s.have && !s.done {
		var err error
		if s.head, err, s.have = s.pull(); err != nil {
			s.have, s.done = false, true
			return nil, err
		}
		s.done = !s.have
	}
	if !s.have {
		return nil, nil
	}
	return &s.head, nil
}

func (s *stream[T]) drop() { s.have = false }
