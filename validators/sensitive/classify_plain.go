//go:build !(goexperiment.simd && amd64)

package sensitive

func classify(p []byte) masks { return classifyPlain(p) }
