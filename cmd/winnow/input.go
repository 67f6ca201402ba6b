package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// openInput opens a file, or standard input for "-", and takes away its compression: by its first bytes, not by its name.
func openInput(name string, stdin io.Reader) (io.ReadCloser, error) {
	raw := io.NopCloser(stdin)
	if name != "-" {
		f, err := os.Open(filepath.Clean(name))
		if err != nil {
			return nil, outside(fmt.Errorf("cannot read the input: %w", err))
		}
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return nil, errors.Join(outside(fmt.Errorf("cannot read the input: %s is a directory", name)), f.Close())
		}
		raw = f
	}
	r := bufio.NewReaderSize(raw, 1<<20)
	head, _ := r.Peek(4) // a shorter input is not compressed, and an error comes again when it is read
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, errors.Join(outside(fmt.Errorf("cannot read the input: %w", err)), raw.Close())
		}
		return closing{z, raw}, nil
	case bytes.Equal(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, errors.Join(outside(fmt.Errorf("cannot read the input: %w", err)), raw.Close())
		}
		return closing{z.IOReadCloser(), raw}, nil
	}
	return closing{io.NopCloser(r), raw}, nil
}

type closing struct {
	io.ReadCloser
	raw io.Closer
}

func (c closing) Close() error { return errors.Join(c.ReadCloser.Close(), c.raw.Close()) }

// lines calls f for each line of NDJSON, without its end, counted from 1; an empty line is an empty record. A line longer than limit is
// cut a little behind it, so that it is judged to be too large and no more of it is held. A line is good until flush returns, which is called
// before its memory is used again, and at the end.
func lines(r io.Reader, limit int, f func(n int64, line []byte) error, flush func() error) error {
	block := make([]byte, 0, 1<<20)
	var n int64
	for used, eof := 0, false; !eof; {
		block = block[:copy(block[:cap(block)], block[used:])]
		used = 0
		var err error
		if block, eof, err = fill(r, block); err != nil {
			return outside(fmt.Errorf("cannot read the input: %w", err))
		}
		cut := false
		for used < len(block) && !cut {
			end := bytes.IndexByte(block[used:], '\n')
			rest := len(block) - used
			if end < 0 {
				if cut = rest > limit; !cut && !eof {
					break
				}
				end = rest
			}
			n++
			if err := f(n, bytes.TrimSuffix(block[used:used+end], []byte{'\r'})); err != nil {
				return err
			}
			used = min(used+end+1, len(block))
		}
		if err := flush(); err != nil {
			return err
		}
		if cut && !eof {
			if eof, err = skipLine(r); err != nil {
				return outside(fmt.Errorf("cannot read the input: %w", err))
			}
		}
		if used == 0 && len(block) == cap(block) {
			block = append(make([]byte, 0, 2*cap(block)), block...)
		}
	}
	return nil
}

// fill reads until block is full or the input ends.
func fill(r io.Reader, block []byte) ([]byte, bool, error) {
	for len(block) < cap(block) {
		n, err := r.Read(block[len(block):cap(block)])
		block = block[:len(block)+n]
		if errors.Is(err, io.EOF) {
			return block, true, nil
		}
		if err != nil {
			return block, false, err
		}
	}
	return block, false, nil
}

// skipLine reads to the end of a line byte by byte: what comes behind it belongs to the next one.
func skipLine(r io.Reader) (eof bool, err error) {
	b := make([]byte, 1)
	for {
		n, err := r.Read(b)
		switch {
		case n == 1 && b[0] == '\n':
			return false, nil
		case errors.Is(err, io.EOF):
			return true, nil
		case err != nil:
			return false, err
		}
	}
}
