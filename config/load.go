package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
)

// Load reads the pipeline file and the contracts that it names, fills in ${VAR} from the environment and ${file:path} from
// files, and validates the whole. The faults are all that there are, in the file and in its contracts, warnings among them; the pipeline is
// nil when any of them is not a warning.
//
// check looks at each contract beyond what its loading does, even where that has found faults, so that all are told at once: it compiles the rules. It may
// be nil.
func Load(file string, check func(*schemas.Contract) winnow.Faults) (*Pipeline, winnow.Faults) {
	return load(file, os.LookupEnv, check)
}

func load(file string, lookup func(string) (string, bool), check func(*schemas.Contract) winnow.Faults) (*Pipeline, winnow.Faults) {
	data, err := strict.ReadFile(file)
	if err != nil {
		return nil, winnow.Faults{strict.At(file, nil, "cannot read the file: "+reason(err), "")}
	}
	root, faults := strict.Parse(file, data)
	if root == nil {
		return nil, faults
	}
	dir := filepath.Dir(file)
	faults = append(faults, strict.Expand(file, root, lookup, func(path string) ([]byte, error) {
		return strict.ReadFile(within(dir, path))
	})...)
	f := defaults()
	faults = append(faults, strict.Decode(file, root, &f)...)
	if t := f.Kafka.TLS; t != nil {
		t.CA, t.Cert, t.Key = within(dir, t.CA), within(dir, t.Cert), within(dir, t.Key)
	}
	p := f.pipeline()
	p.File, p.root = file, root
	l := loader{p: &p, dir: dir, check: check, faults: faults}
	before := len(l.faults)
	p.Contracts = l.contracts("contracts", f.Contracts)
	l.lost = l.faults[before:].Err() != nil
	p.Former = l.contracts("former_contracts", f.Former)
	l.validate()
	if l.faults.Err() != nil {
		return nil, l.faults
	}
	return &p, l.faults
}

// within makes path, if there is one, relative to dir.
func within(dir, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

type loader struct {
	p      *Pipeline
	dir    string
	check  func(*schemas.Contract) winnow.Faults
	lost   bool // some contract could not be had
	faults winnow.Faults
}

// contracts loads what the globs of a key match, each file once.
func (l *loader) contracts(key string, globs []string) (contracts []*schemas.Contract) {
	var files []string
	for i, glob := range globs {
		at := strict.Lookup(l.p.root, key, fmt.Sprint(i))
		if glob == "" {
			l.faults = append(l.faults, strict.At(l.p.File, at, "an empty name of a contract", "name a file, or take it out"))
			continue
		}
		found, err := filepath.Glob(within(l.dir, glob))
		switch {
		case err != nil:
			l.faults = append(l.faults, strict.At(l.p.File, at, strict.Show(at)+" is no pattern of file names", "close its brackets"))
		case len(found) == 0:
			l.faults = append(l.faults, strict.At(l.p.File, at, "no contract matches "+strict.Show(at), "paths are taken from the folder of this file"))
		}
		for _, f := range found {
			if !slices.Contains(files, f) {
				files = append(files, f)
			}
		}
	}
	for _, f := range files {
		c, faults := schemas.LoadContract(f, schemas.ContractOptions{})
		if c != nil && l.check != nil {
			faults = faults.Also(l.check(c))
		}
		l.faults = append(l.faults, faults...)
		if faults.Err() == nil {
			contracts = append(contracts, c)
		}
	}
	return contracts
}

// validate adds Validate's faults, but those of values of which there is a fault already.
func (l *loader) validate() {
	v := &validator{p: l.p, known: make(map[place]bool), lost: l.lost || len(l.p.Contracts) == 0}
	for _, f := range l.faults {
		if !f.Warning {
			v.known[place{f.File, f.Line, f.Column}] = true
		}
	}
	v.all()
	l.faults = append(l.faults, v.faults...)
	// A contract that did not load, or a list that is none, is no lack of contracts.
	if at := l.p.at("contracts"); len(l.p.Contracts) == 0 && at.Kind == yaml.SequenceNode && len(at.Content) == 0 {
		l.faults = append(l.faults, strict.At(l.p.File, at, "contracts is empty", "name at least one file"))
	}
}
