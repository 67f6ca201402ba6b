package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// Streams. What they send is made once for all of them, and only while there is one.
const (
	maxStreams  = 64
	liveEvery   = time.Second
	liveShare   = 50 // making it for those that listen may take a fiftieth of the time
	streamBeat  = 10 * time.Second
	streamWrite = 10 * time.Second // a client that does not take an event within this has gone
)

// A hub hands the newest event to all streams. A stream that is slow misses events; none waits for another.
type hub struct {
	ended chan struct{} // closed when the server ends: streams must not hold that up

	mu      sync.Mutex
	streams int
	event   []byte
	at      time.Time
	next    chan struct{} // closed when there is a newer event
}

func newHub() *hub { return &hub{ended: make(chan struct{}), next: make(chan struct{})} }

// enter counts a stream in; false: there are enough.
func (h *hub) enter() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.streams == maxStreams {
		return false
	}
	h.streams++
	return true
}

func (h *hub) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.streams--
}

func (h *hub) watched() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.streams > 0
}

func (h *hub) publish(event []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.set(event)
}

func (h *hub) set(event []byte) {
	h.event, h.at = event, time.Now()
	close(h.next)
	h.next = make(chan struct{})
}

// first gives a stream that begins its first event, made anew where the last is old, and what tells of the next.
func (h *hub) first(fresh func() []byte) (event []byte, next <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.event == nil || time.Since(h.at) > liveEvery {
		h.set(fresh())
	}
	return h.event, h.next
}

func (h *hub) newest() (event []byte, next <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.event, h.next
}

// liveEvent writes how things are as a server-sent event.
func (s *Server) liveEvent() []byte {
	body, err := json.Marshal(s.readLive(time.Now()))
	if err != nil { // a NaN from someone: the page keeps what it has
		return []byte("event: trouble\ndata: {}\n\n")
	}
	var b bytes.Buffer
	b.Grow(len(body) + 32)
	b.WriteString("event: live\ndata: ") // JSON has no line breaks
	b.Write(body)
	b.WriteString("\n\n")
	return b.Bytes()
}

func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	if !known(w, r) {
		return
	}
	if !s.hub.enter() {
		w.Header().Set("Retry-After", "10")
		problem(w, r, http.StatusServiceUnavailable, "there are as many streams as this server takes: close a page, or ask /api/v1/live")
		return
	}
	defer s.hub.leave()
	out := http.NewResponseController(w)
	// The server's limits are on requests that end. Without this one a stream would be over after the time to read a request.
	_ = out.SetReadDeadline(time.Time{})
	send := func(event []byte) bool {
		_ = out.SetWriteDeadline(time.Now().Add(streamWrite))
		_, err := w.Write(event)
		return err == nil && out.Flush() == nil
	}
	event, next := s.hub.first(s.liveEvent)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // proxies that hold an answer back until it is whole
	beat := time.NewTicker(streamBeat)
	defer beat.Stop()
	for ok := send([]byte("retry: 2000\n\n")) && send(event); ok; {
		select {
		case <-r.Context().Done():
			return
		case <-s.hub.ended:
			return
		case <-next:
			event, next = s.hub.newest()
			ok = send(event)
			beat.Reset(streamBeat)
		case <-beat.C:
			ok = send([]byte(": still here\n\n"))
		}
	}
}
