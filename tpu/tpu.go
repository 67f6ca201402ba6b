// Package tpu knows how Google's TPU generations are built: chips to a host, hosts to a pod, and how much memory each has. It is data and nothing else.
//
// A figure has the page that it is from behind it, all of them below cloud.google.com/tpu/docs unless it says otherwise. Where no page tells a
// figure, the comment says "not published", and the field is 0.
package tpu

// A Generation is one kind of TPU. Memory is in bytes, by the unit that the page names: GB is 1e9, GiB is 1<<30.
type Generation struct {
	Name      string
	HostChips int   // of a physical host: all of them to one machine
	VMChips   []int // the sizes of VM that such a host may be cut into, in chips, ascending
	PodChips  int   // that one interconnect joins
	HBM       int64 // of a chip
	HostDRAM  int64 // of a physical host; 0: not published
}

// HasVM says whether there is a VM of so many chips.
func (g Generation) HasVM(chips int) bool {
	for _, n := range g.VMChips {
		if n == chips {
			return true
		}
	}
	return false
}

// Generations lists them, the oldest first. The caller owns the list.
func Generations() []Generation {
	return []Generation{
		{
			Name:      "v4",
			HostChips: 4,        // "How to scale your model", tpus: a tray of 2x2x1 to a host
			VMChips:   []int{4}, // machine type ct4p-hightpu-4t
			PodChips:  4096,     // /v4
			HBM:       32 << 30, // /v4: 32 GiB
			HostDRAM:  0,        // not published
		},
		{
			Name:      "v5e",
			HostChips: 8,              // /v5e
			VMChips:   []int{1, 4, 8}, // /v5e: ct5lp-hightpu-1t, -4t, -8t
			PodChips:  256,            // /v5e
			HBM:       16e9,           // /v5e: 16 GB
			HostDRAM:  512 << 30,      // /v5e: 512 GiB
		},
		{
			Name:      "v5p",
			HostChips: 4,        // /v5p: four chips are a full host
			VMChips:   []int{4}, // /v5p: ct5p-hightpu-4t
			PodChips:  8960,     // /v5p; one job gets 6144 of them at most
			HBM:       95 << 30, // /v5p: 95 GiB; 95 GB in earlier versions of the page
			HostDRAM:  0,        // not published; the VM of all four chips has 448 GB
		},
		{
			Name:      "v6e",
			HostChips: 8,              // /v6e
			VMChips:   []int{1, 4, 8}, // /v6e: ct6e-standard-1t, -4t, -8t
			PodChips:  256,            // /v6e
			HBM:       32e9,           // /v6e: 32 GB; 32 GiB by /tpu7x
			HostDRAM:  1536 << 30,     // /v6e: 1536 GiB
		},
		{
			Name:      "v7x",       // TPU7x, Ironwood
			HostChips: 4,           // GKE's concepts/tpu-ironwood, of a VM; of the host under it: not published
			VMChips:   []int{1, 4}, // machine types tpu7x-standard-1t and -4t
			PodChips:  9216,        // /tpu7x
			HBM:       192 << 30,   // /tpu7x: 192 GiB
			HostDRAM:  0,           // not published; the VM of four chips has 960 GB
		},
	}
}

// Names lists the generations' names, the oldest first.
func Names() []string {
	all := Generations()
	names := make([]string, len(all))
	for i, g := range all {
		names[i] = g.Name
	}
	return names
}

// Lookup gives the generation of that name.
func Lookup(name string) (Generation, bool) {
	for _, g := range Generations() {
		if g.Name == name {
			return g, true
		}
	}
	return Generation{}, false
}
