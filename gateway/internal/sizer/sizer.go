// Package sizer estimates what memory a statement needs before it runs.
//
//	statement ─► sqltext.Reads ─► relations ─► files ─► formula ─► Estimate
//	                              (Catalog)    (Store)      ▲
//	                 measured peaks of statements like it ──┘
//
//	sizer.go     the road: patience, what is learned; cache.go: what is remembered
//	formula.go   the numbers, pure
//	files.go     which files there are: globs, partitions, footers
//	local.go, s3.go   where they lie
//
// Invariants: an estimate takes no longer than the patience, and what comes too late is there for the next one; nothing is looked
// at that statements may not read; an estimate never fails: at worst it is the default.
package sizer

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"

	"github.com/angelerator/tavana/gateway/internal/sqltext"
)

// Config is what a Sizer is made of.
type Config struct {
	// Stores are where files lie, by what a name of theirs begins with: "s3://", or "" for this machine.
	Stores map[string]Store
	// Allow are folders and URL prefixes, each with a slash at its end, outside of which nothing is looked at.
	Allow []string
	// Patience is how long an estimate may take; then the default applies. Default: 200 ms.
	Patience time.Duration
	// Keep is how long what was found out is believed. Default: 5 minutes.
	Keep time.Duration
}

// Relation is what a name in a statement stands for.
type Relation struct {
	// View is the query of a view; "": it is a table.
	View string
	// Bytes is the size of a table's Parquet files.
	Bytes uint64
}

// Catalog tells what a relation is; the zero Relation: that is not known. It asks a worker.
type Catalog func(ctx context.Context, o sqltext.Object) (Relation, error)

// Basis is what an estimate is based on.
type Basis string

// The bases.
const (
	// ByDefault: nothing is known, or not yet.
	ByDefault Basis = "default"
	// ByFiles: on the sizes of the files that are read.
	ByFiles Basis = "files"
	// ByPeak: on what statements like it have needed.
	ByPeak Basis = "learned"
)

// Estimate is what a statement will need.
type Estimate struct {
	// Bytes is the memory; 0: the worker's default share.
	Bytes uint64
	Basis Basis
	// Scans is how many bytes of files it reads; 0: none, or that is not known.
	Scans uint64
	// Why says how the estimate came about, in lines for people.
	Why []string
}

// Sizer estimates. It is safe for concurrent use.
type Sizer struct {
	cfg Config

	estimates cache[estimateKey, Estimate]
	listings  cache[string, []File]
	footers   cache[string, *Columns]
	relations cache[string, Relation]
	scans     cache[Fingerprint, uint64] // of the last statement of each
	peaks     *lru.Cache[Fingerprint, peak]
	flight    singleflight.Group // estimates under way
	listing   singleflight.Group // listings under way
	finding   chan struct{}      // one for each estimate under way

	background sync.WaitGroup
	ctx        context.Context
	stop       context.CancelFunc
}

// peak is what statements of a fingerprint have needed.
type peak struct {
	bytes uint64
	runs  int
}

// How many entries the caches have.
const (
	keptEstimates = 4096
	keptListings  = 1024
	keptFiles     = 200_000 // of all listings
	keptFooters   = 1024
	keptRelations = 4096
	keptPeaks     = 16384
)

// mostFinding is how many estimates are made at once: others wait, or do without.
const mostFinding = 16

// keepFailure is for how long is believed what failed.
const keepFailure = 30 * time.Second

// estimateKey is what an estimate depends on: partitions are chosen by constants, which the fingerprint leaves out.
type estimateKey struct {
	fp         Fingerprint
	conditions string
}

func keyOf(fp Fingerprint, reads *sqltext.Reads) estimateKey {
	var b strings.Builder
	for i, r := range reads.List {
		for _, c := range r.Conditions {
			fmt.Fprintf(&b, "%d %s %s %q\n", i, c.Column, c.Op, c.Values)
		}
	}
	const long = 1 << 10
	if b.Len() > long {
		sum := sha256.Sum256([]byte(b.String()))
		return estimateKey{fp, string(sum[:])}
	}
	return estimateKey{fp, b.String()}
}

// New returns a Sizer. Close ends what it still does.
func New(cfg Config) *Sizer {
	if cfg.Patience == 0 {
		cfg.Patience = 200 * time.Millisecond
	}
	if cfg.Keep == 0 {
		cfg.Keep = 5 * time.Minute
	}
	peaks, err := lru.New[Fingerprint, peak](keptPeaks)
	if err != nil {
		panic(err) // the size is ours
	}
	s := &Sizer{
		cfg: cfg, peaks: peaks,
		estimates: newCache[estimateKey, Estimate](keptEstimates, cfg.Keep),
		listings:  newCache[string, []File](keptListings, cfg.Keep),
		footers:   newCache[string, *Columns](keptFooters, cfg.Keep),
		relations: newCache[string, Relation](keptRelations, cfg.Keep),
		scans:     newCache[Fingerprint, uint64](keptEstimates, 24*time.Hour),
		finding:   make(chan struct{}, mostFinding),
	}
	s.listings.weigh(func(f []File) int { return 1 + len(f) }, keptFiles)
	s.ctx, s.stop = context.WithCancel(context.Background())
	return s
}

// Close ends what is still looked up, and waits for it.
func (s *Sizer) Close() {
	s.stop()
	s.background.Wait()
}

// Fingerprint names statements that differ in their constants alone. Names of files are no constants.
type Fingerprint [16]byte

// FingerprintOf returns the fingerprint of a statement in a context, such as a search path.
func FingerprintOf(st *sqltext.Statement, reads *sqltext.Reads, context string) Fingerprint {
	files := map[string]bool{}
	for _, r := range reads.List {
		for _, f := range r.Files {
			files[f] = true
		}
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00", context)
	for i, t := range st.Tokens {
		word := st.Raw(i)
		switch t.Kind {
		case sqltext.Word:
			word = strings.ToLower(word)
		case sqltext.String:
			if !files[sqltext.Unquote(word)] {
				word = "?"
			}
		case sqltext.Number, sqltext.Param:
			word = "?"
		}
		fmt.Fprintf(h, "%s\x00", word)
	}
	return Fingerprint(h.Sum(nil)[:16])
}

// Learned returns what statements of a fingerprint have needed; false: none has run.
func (s *Sizer) Learned(fp Fingerprint) (Estimate, bool) {
	p, ok := s.peaks.Get(fp)
	if !ok {
		return Estimate{}, false
	}
	return fromPeak(p.bytes, p.runs), true
}

// Size estimates what a statement needs.
func (s *Sizer) Size(ctx context.Context, fp Fingerprint, reads sqltext.Reads, c Catalog) Estimate {
	key := keyOf(fp, &reads)
	files, known := s.estimates.Get(key)
	if e, ok := s.Learned(fp); ok {
		if e.Scans = files.Scans; !known {
			e.Scans, _ = s.scans.Get(fp)
		}
		return e
	}
	if known {
		return files
	}
	if len(reads.List) == 0 {
		return nothingRead()
	}
	found := s.flight.DoChan(string(fp[:])+key.conditions, func() (any, error) {
		s.background.Add(1)
		defer s.background.Done()
		const longest = 30 * time.Second
		ctx, cancel := context.WithTimeout(s.ctx, longest)
		defer cancel()
		select {
		case s.finding <- struct{}{}:
			defer func() { <-s.finding }()
		case <-ctx.Done():
			return Estimate{Basis: ByDefault, Why: []string{"too many statements are being sized"}}, nil
		}
		e, failed := s.find(ctx, reads, c)
		s.scans.Add(fp, e.Scans)
		if failed {
			s.estimates.AddFor(key, e, keepFailure)
		} else {
			s.estimates.Add(key, e)
		}
		return e, nil
	})
	patience := time.NewTimer(s.cfg.Patience)
	defer patience.Stop()
	select {
	case r := <-found:
		return r.Val.(Estimate)
	case <-patience.C:
		return Estimate{Basis: ByDefault, Why: []string{fmt.Sprintf("finding out what the statement reads takes longer than %s", s.cfg.Patience)}}
	case <-ctx.Done():
		return Estimate{Basis: ByDefault}
	}
}

// LearnShort notes that a statement had so many bytes and ran out of them: it needs more, and so do those like it that wait.
func (s *Sizer) LearnShort(fp Fingerprint, had uint64) {
	const more = 2 / learnedSafety
	if p, _ := s.peaks.Get(fp); float64(p.bytes) < more*float64(had) {
		s.peaks.Add(fp, peak{uint64(more * float64(had)), p.runs})
	}
}

// Learn notes what a statement has needed: bytes of memory, 0 for too little to be measured.
func (s *Sizer) Learn(fp Fingerprint, bytes uint64) {
	p, ok := s.peaks.Get(fp)
	if ok && bytes < p.bytes {
		// It may have been less this time by chance, or for the constants: what is learned shrinks slowly.
		const share = .25
		bytes = p.bytes - uint64(share*float64(p.bytes-bytes))
	}
	s.peaks.Add(fp, peak{bytes, p.runs + 1})
}

// find looks at what a statement reads; failed: not all of it could be found out, now.
func (s *Sizer) find(ctx context.Context, reads sqltext.Reads, c Catalog) (e Estimate, failed bool) {
	defer func() {
		if x := recover(); x != nil { // of a view's text, which nobody has run here; singleflight would end the process
			e, failed = Estimate{Basis: ByDefault, Why: []string{fmt.Sprintf("sizing the statement failed: %v", x)}}, true
		}
	}()
	f := finder{s: s, catalog: c, reads: reads, seen: map[string]bool{}}
	f.all(ctx, reads.List, 0)
	return f.estimate(), len(f.unknown) > 0
}
