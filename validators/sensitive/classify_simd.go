//go:build goexperiment.simd && amd64

package sensitive

import "simd/archsimd"

// hasAVX2 says that the processor can do what classify needs.
var hasAVX2 = archsimd.X86.AVX2()

// classify is classifyPlain, 32 bytes at a time (49 % of BenchmarkScan/training).
func classify(p []byte) masks {
	if !hasAVX2 {
		return classifyPlain(p)
	}
	_ = p[chunk-1]
	d0, l0 := classifyVector((*[chunk / 2]uint8)(p))
	d1, l1 := classifyVector((*[chunk / 2]uint8)(p[chunk/2:]))
	archsimd.ClearAVXUpperBits()
	return masks{digits: d0 | d1<<(chunk/2), letters: l0 | l1<<(chunk/2)}
}

func classifyVector(p *[chunk / 2]uint8) (digits, letters uint64) {
	x := archsimd.LoadUint8x32(p).AsInt8x32()
	// A digit less '0' and 128 is among the ten least that there are.
	d := x.Sub(archsimd.BroadcastInt8x32('0' - 128)).Less(archsimd.BroadcastInt8x32(10 - 128))
	// Doubled, a byte's bit of 64 is its sign.
	l := x.Add(x).Less(archsimd.BroadcastInt8x32(0))
	return uint64(d.ToBits()), uint64(l.ToBits())
}
