package sizer

import (
	"fmt"

	"github.com/angelerator/tavana/gateway/internal/sqltext"
)

// The numbers of the product description's formula: raw size × ratio × share of the columns × selectivity × safety.
const (
	ratioLeast, ratioUsual, ratioMost = .2, .3, .4 // of Parquet: what becomes working set of the files' bytes
	ratioCSV, ratioJSON               = 1.0, .8
	selectivity                       = .5 // where there is a filter
	safety                            = 1.5
	// learnedSafety is the safety factor of what was measured.
	learnedSafety = 1.25
	// least is what any statement needs: buffers for a few threads.
	least = 32 << 20
)

// part is what is read of one kind.
type part struct {
	format sqltext.Format
	// bytes is the files' size, and files how many there are; pruned were left out.
	bytes         uint64
	files, pruned int
	// columns describes the columns of a Parquet file; nil: that is not known.
	columns *Columns
}

// ratio is the share of the files' bytes that becomes working set.
func (p *part) ratio(share, packed float64) float64 {
	switch p.format {
	case sqltext.CSV:
		return ratioCSV
	case sqltext.JSON:
		return ratioJSON
	}
	if share == 0 || packed == 0 {
		return ratioUsual
	}
	// What is packed twice as small becomes twice as much of it.
	return min(max(ratioLeast*packed, ratioLeast), ratioMost)
}

// estimate returns what parts need in all.
func estimate(parts []part, reads *sqltext.Reads) Estimate {
	e := Estimate{Basis: ByFiles}
	need := 0.0
	for i := range parts {
		p := &parts[i]
		share, packed := 1.0, 0.0
		if p.columns != nil {
			share, packed = p.columns.wanted(reads)
		}
		ratio := p.ratio(share, packed)
		if p.format == sqltext.CSV || p.format == sqltext.JSON {
			share = 1
		}
		set := float64(p.bytes) * ratio * share
		e.Scans += uint64(float64(p.bytes) * share)
		line := fmt.Sprintf("%s of %s in %d files", size(p.bytes), p.format, p.files)
		if p.pruned > 0 {
			line += fmt.Sprintf(" (%d more are of other partitions)", p.pruned)
		}
		line += fmt.Sprintf(", × %.2g as working set", ratio)
		if share < 1 {
			line += fmt.Sprintf(", × %.2g for the columns", share)
		}
		if reads.Filtered {
			set *= selectivity
			line += fmt.Sprintf(", × %.2g for the filter", selectivity)
		}
		e.Why = append(e.Why, line)
		need += set
	}
	e.Bytes = max(uint64(need*safety), least)
	e.Why = append(e.Why, fmt.Sprintf("in all × %.2g for safety, and %s at least", safety, size(least)))
	return e
}

// fromPeak returns the estimate of a statement whose like have needed bytes.
func fromPeak(bytes uint64, runs int) Estimate {
	e := Estimate{Basis: ByPeak, Bytes: max(uint64(float64(bytes)*learnedSafety), least)}
	times := "one run"
	if runs > 1 {
		times = fmt.Sprintf("%d runs", runs)
	}
	e.Why = []string{fmt.Sprintf("learned of %s: statements like it have needed up to about %s, × %.3g for safety, and %s at least", times, size(bytes), learnedSafety, size(least))}
	switch {
	case runs == 0:
		e.Why = []string{fmt.Sprintf("one like it has run out of memory: %s", size(e.Bytes))}
	case bytes == 0:
		e.Why = []string{fmt.Sprintf("learned of %s: statements like it have needed too little to be measured: %s", times, size(least))}
	}
	return e
}

// size writes a number of bytes for people.
func size(n uint64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.0f kB", float64(n)/1e3)
}
