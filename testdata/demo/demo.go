// Package demo holds the files of the demo's contract, so that `winnow demo` works without a checkout.
package demo

import "embed"

// ContractFile is the name of the contract among Files; it refers to the others.
const ContractFile = "contract.yaml"

// Files are the contract and its schema.
//
//go:embed contract.yaml training.schema.json
var Files embed.FS
