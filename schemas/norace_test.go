//go:build !race

package schemas_test

const underRace = false
