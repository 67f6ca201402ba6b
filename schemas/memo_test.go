package schemas

import "testing"

// TestMemo follows a map through puts, among them of what is there, and resets.
func TestMemo(t *testing.T) {
	m := newMemo()
	for round := range 5 {
		if round == 3 {
			m.epoch = ^uint32(0) // the next reset begins anew
		}
		m.reset()
		want := make(map[uint64]int32)
		for i := range 3000 * (5 - round) {
			key := memoKey(&node{id: 1 + i%7}, i/9, mode(i%3))
			if _, known := want[key]; known {
				continue
			}
			if v, known := m.get(key); known || v != 0 {
				t.Fatalf("round %d: %x is %d, %v before it is put", round, key, v, known)
			}
			want[key] = int32(i)
			m.put(key, -1)
			m.put(key, int32(i))
		}
		if m.used != len(want) {
			t.Fatalf("round %d: %d used, want %d", round, m.used, len(want))
		}
		for key, v := range want {
			if got, known := m.get(key); !known || got != v {
				t.Fatalf("round %d: %x: %d, %v", round, key, got, known)
			}
		}
	}
}
