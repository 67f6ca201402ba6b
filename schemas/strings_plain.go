//go:build !(goexperiment.simd && amd64)

package schemas

func scanString(doc []byte, i int) (end int, saw uint8) { return scanStringPlain(doc, i) }

func runeCount(s []byte) int { return runeCountPlain(s) }
