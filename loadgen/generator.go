package loadgen

import (
	"math/rand/v2"
	"strconv"
)

// recent is how many good records a duplicate is chosen from. It is small against the window of the contract's duplicate
// rule, so that a duplicate finds its original there even when the records are spread over partitions.
const recent = 256

// idSize is that of a UUID's text.
const idSize = 36

// near is how many records ago the original of a duplicate may be.
const near = 2000

type goodID struct {
	text [idSize]byte
	seq  uint64
}

// A Generator makes records. It belongs to one goroutine. What it makes depends on its Config alone, and on the clock
// where there is one.
type Generator struct {
	cfg      Config
	rng      rand.PCG
	pool     *pool
	faults   []planter
	spoil    uint64 // a record is spoilt where 32 random bits are below it
	frame    uint64 // a good record is framed, likewise
	seq      uint64
	next     int // fault that comes next
	draft    draft
	scratch  []byte
	key      []byte
	ids      [recent]goodID
	good     int // how many ids were kept
	millis   int64
	second   int64 // of dateTime
	dateTime []byte
	user     int
	team     int
	null     bool // the record is Kafka's null
}

// New makes a Generator. A Config that is not valid gives no faults where it is wrong: see Config.Validate.
func New(cfg Config) *Generator {
	if cfg.Users <= 0 {
		cfg.Users = DefaultUsers
	}
	g := &Generator{cfg: cfg, spoil: threshold(cfg.Faults), frame: threshold(cfg.Framed), second: -1}
	g.pool = newPool(cfg.Users, rand.NewPCG(cfg.Seed, 1))
	g.rng.Seed(cfg.Seed, 2)
	g.draft.names = fieldNames()
	for _, p := range planters() {
		if cfg.wants(p.Kind) && (p.lines || !cfg.Lines) {
			g.faults = append(g.faults, p)
		}
	}
	if cfg.Lines {
		g.frame = 0
	}
	if n := uint64(len(g.faults)); n > 0 {
		g.next = int(cfg.Seed % n)
	} else {
		g.spoil = 0
	}
	return g
}

func threshold(share float64) uint64 {
	if !(share > 0) {
		return 0
	}
	return uint64(min(share, 1) * (1 << 32))
}

// Next appends a record to dst and returns it: value is what was appended, and shares dst's memory where there is room. A
// nil value is Kafka's null. key is the record's id, good until the next call. label is what was planted, the zero Fault for
// a good record. team and user are those of the record, or what they would be if it were not spoilt.
func (g *Generator) Next(dst []byte) (value, key []byte, label Fault, team, user string) {
	start := len(dst)
	dst, fault := g.append(dst)
	if !g.null {
		value = dst[start:]
	}
	if fault != nil {
		label = fault.Fault
	}
	return value, g.key, label, g.pool.teamNames[g.team], g.pool.userNames[g.user]
}

// append is Next for those who fill one large buffer. fault is nil for a good record; g.null says that what was appended, nothing,
// is null and not empty.
func (g *Generator) append(dst []byte) ([]byte, *planter) {
	var fault *planter
	dice := g.rng.Uint64()
	if dice>>32 < g.spoil {
		fault = g.pick()
	}
	g.null = false
	g.write(fault)
	g.seq++
	start := len(dst)
	if fault == nil {
		if dice&(1<<32-1) < g.frame {
			dst = append(dst, 0, 0, 0, 0, 7)
		}
		g.remember()
		return g.draft.append(dst), nil
	}
	if fault.edit != nil {
		fault.edit(g, &g.draft)
		g.key = append(g.key[:0], g.id()...)
	}
	dst = g.draft.append(dst)
	if fault.finish != nil {
		dst = fault.finish(g, dst, start)
	}
	return dst, fault
}

// pick takes the next fault in turn. A duplicate needs an original: where there is none nearby, the record stays good and becomes it.
func (g *Generator) pick() *planter {
	fault := &g.faults[g.next]
	g.next = (g.next + 1) % len(g.faults)
	if fault.Kind == kindDuplicate && !g.hasOriginal() {
		return nil
	}
	return fault
}

func (g *Generator) remember() {
	id := &g.ids[g.good%recent]
	copy(id.text[:], g.key)
	id.seq = g.seq
	g.good++
}

func (g *Generator) hasOriginal() bool {
	return g.good > 0 && g.seq-g.ids[(g.good-1)%recent].seq < near
}

// original is the id of a good record nearby.
func (g *Generator) original() []byte {
	last := g.good - 1
	i := last - int(g.rng.Uint64()%uint64(min(g.good, recent)))
	if g.seq-g.ids[i%recent].seq >= near {
		i = last
	}
	return g.ids[i%recent].text[:]
}

// id is the draft's id without its quotes, or the last one where a fault has taken it away.
func (g *Generator) id() []byte {
	if id := g.draft.tokens[fieldID]; len(id) == idSize+2 {
		return id[1 : idSize+1]
	}
	return g.key
}

// write drafts a good record. fault only says whose it is: faults are not spread evenly in real life either, so a few users make
// more of them than their share.
func (g *Generator) write(fault *planter) {
	d, p := &g.draft, g.pool
	d.reset()
	g.scratch = g.scratch[:0]
	r1, r2 := g.rng.Uint64(), g.rng.Uint64()

	d.tokens[fieldID] = g.token(func(b []byte) []byte { return appendID(b, r1, g.seq) })
	g.key = append(g.key[:0], g.id()...)
	g.stamp()
	g.user = int((r2 & 0xffff) * (r2 >> 16 & 0xffff) * uint64(len(p.users)) >> 32) // low numbers more often
	if fault != nil && r1&3 == 0 {
		g.user = int(r2>>32) % min(3, len(p.users))
	}
	g.team = g.user % len(p.teams)
	d.tokens[fieldTeam], d.tokens[fieldUser] = p.teams[g.team], p.users[g.user]
	d.tokens[fieldModel] = p.models[r2>>32%uint64(len(p.models))]
	d.tokens[fieldVersion] = p.version
	d.tokens[fieldLabel] = p.digits[r2>>34%10][2:]
	d.tokens[fieldScore] = g.token(func(b []byte) []byte { return append(append(b, "0."...), p.digits[r2>>38%1000]...) })
	d.tokens[fieldWeight] = p.weights[r2>>48%uint64(len(p.weights))]
	d.tokens[fieldTokens] = g.token(func(b []byte) []byte { return strconv.AppendUint(b, 8*(1+r2>>54), 10) })
	g.features()
	g.prose(r1)
	g.context(r1 >> 24)
}

// token makes a JSON text in the scratch.
func (g *Generator) token(f func([]byte) []byte) []byte {
	start := len(g.scratch)
	g.scratch = f(g.scratch)
	return g.scratch[start:len(g.scratch):len(g.scratch)]
}

func (g *Generator) features() {
	r1, r2 := g.rng.Uint64(), g.rng.Uint64()
	g.draft.tokens[fieldFeatures] = g.token(func(b []byte) []byte {
		b = append(b, '[')
		for i := range 6 {
			if r1&1 == 1 {
				b = append(b, '-')
			}
			b = append(b, byte('0'+r1>>1&7), '.')
			b = append(b, g.pool.digits[r2>>(10*i)&1023%1000]...)
			b = append(b, ',')
			r1 >>= 4
		}
		b[len(b)-1] = ']'
		return b
	})
}

func (g *Generator) prose(r uint64) {
	p := g.pool
	g.draft.tokens[fieldText] = g.token(func(b []byte) []byte {
		b = append(b, p.openings[r&63]...)
		return append(b, p.endings[r>>6&63]...)
	})
}

func (g *Generator) context(r uint64) {
	d, p := &g.draft, g.pool
	d.tokens[fieldIP] = p.ips[r&1023]
	d.tokens[fieldPage] = p.pages[r>>10&1023]
	d.tokens[fieldIP6], d.tokens[fieldContact] = nil, nil
	if r>>20&15 == 0 {
		d.tokens[fieldIP6] = p.ip6s[r>>24&255]
	}
	if r>>20&15 == 1 {
		d.tokens[fieldContact] = p.contacts[r>>24&63]
	}
	lang := r >> 28 & 31 // one in 32 is null
	if lang != 7 {
		lang %= 7
	}
	d.tokens[fieldLang] = p.langs[lang]
	d.tokens[fieldSession] = g.token(func(b []byte) []byte {
		b = append(b, '"', 's')
		return append(appendHex(b, r, 6), '"')
	})
}
