package tpu

import (
	"reflect"
	"slices"
	"testing"
)

// The figures as people know them, so that a slip of the finger is seen.
func TestLookup(t *testing.T) {
	for _, want := range []Generation{
		{"v4", 4, []int{4}, 16 * 16 * 16, 34_359_738_368, 0},
		{"v5e", 8, []int{1, 4, 8}, 16 * 16, 16_000_000_000, 549_755_813_888},
		{"v5p", 4, []int{4}, 16 * 20 * 28, 102_005_473_280, 0},
		{"v6e", 8, []int{1, 4, 8}, 16 * 16, 32_000_000_000, 1_649_267_441_664},
		{"v7x", 4, []int{1, 4}, 9216, 206_158_430_208, 0},
	} {
		if got, ok := Lookup(want.Name); !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v, %v\nwant %+v", got, ok, want)
		}
	}
	for _, name := range []string{"", "V4", "v3", "v5", "tpu7x"} {
		if g, ok := Lookup(name); ok || g.Name != "" {
			t.Errorf("%q is %+v", name, g)
		}
	}
	if want := []string{"v4", "v5e", "v5p", "v6e", "v7x"}; !slices.Equal(Names(), want) {
		t.Errorf("got %v, want %v", Names(), want)
	}
}

// What must hold of any generation, also of one that is added.
func TestGenerations(t *testing.T) {
	for _, g := range Generations() {
		if !slices.IsSorted(g.VMChips) || !slices.Contains(g.VMChips, g.HostChips) || g.VMChips[len(g.VMChips)-1] > g.HostChips {
			t.Errorf("%s: VMs of %v chips of a host of %d", g.Name, g.VMChips, g.HostChips)
		}
		for n := -1; n <= g.HostChips+1; n++ {
			if g.HasVM(n) != slices.Contains(g.VMChips, n) || g.HasVM(n) && g.HostChips%n != 0 {
				t.Errorf("%s: a VM of %d chips: %v", g.Name, n, g.HasVM(n))
			}
		}
		if g.PodChips%g.HostChips != 0 || g.PodChips < g.HostChips {
			t.Errorf("%s: a pod of %d chips is not of whole hosts", g.Name, g.PodChips)
		}
		if g.HBM < 1e9 || g.HostDRAM != 0 && g.HostDRAM < g.HBM*int64(g.HostChips) {
			t.Errorf("%s: %d bytes a chip, %d a host", g.Name, g.HBM, g.HostDRAM)
		}
	}
	Generations()[0].VMChips[0] = 99
	if g := Generations()[0]; g.HasVM(99) {
		t.Error("the list is not the caller's own")
	}
}
