package sizer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"

	"github.com/angelerator/tavana/gateway/internal/sqltext"
)

// File is one file or object.
type File struct {
	// Name is as a statement may name it.
	Name string
	Size int64
}

// Store is where files lie.
type Store interface {
	// List returns the files that a name with globs stands for, at most most of them: more says that there are others.
	List(ctx context.Context, glob string, most int) (files []File, more bool, err error)
	// Open reads a file. The caller closes it.
	Open(ctx context.Context, f File) (Reader, error)
}

// Reader reads a file.
type Reader interface {
	io.ReaderAt
	io.Closer
}

// mostFiles is how many files are counted of one name.
const mostFiles = 10_000

// finder finds the files of one statement.
type finder struct {
	s       *Sizer
	catalog Catalog
	reads   sqltext.Reads
	seen    map[string]bool // views that are being looked into, so that none is for ever
	looks   int
	parts   []part
	unknown []string
}

// deepest is how many views may lie over each other.
const deepest = 16

// mostLooks is how many things are looked at that a statement reads, by way of views or itself.
const mostLooks = 1000

func (f *finder) all(ctx context.Context, list []sqltext.Read, depth int) {
	for _, r := range list {
		if f.looks++; f.looks > mostLooks || ctx.Err() != nil {
			f.unknown = []string{"the statement reads too much to be sized"}
			return
		}
		if len(r.Files) > 0 {
			f.files(ctx, r)
			continue
		}
		f.relation(ctx, r, depth)
	}
}

// relation looks at what a relation is made of.
func (f *finder) relation(ctx context.Context, read sqltext.Read, depth int) {
	o := read.Object
	name := strings.TrimPrefix(o.Schema+"."+o.Name, ".")
	if f.seen[name] || depth > deepest {
		return
	}
	f.seen[name] = true
	defer delete(f.seen, name) // what is read twice counts twice
	r, ok := f.s.relations.Get(name)
	if !ok {
		var err error
		if r, err = f.catalog(ctx, o); err != nil {
			f.unknown = append(f.unknown, fmt.Sprintf("what %s is could not be found out: %v", name, err))
			return
		}
		f.s.relations.Add(name, r)
	}
	switch {
	case r.View != "":
		const longest = 256 << 10
		list, err := sqltext.Split(r.View[:min(len(r.View), longest)])
		if err != nil || len(list) != 1 || len(r.View) > longest {
			f.unknown = append(f.unknown, "the view "+name+" could not be read")
			return
		}
		inner := list[0].Reads()
		for n := range inner.Names {
			f.reads.Names[n] = true
		}
		f.reads.Filtered = f.reads.Filtered || inner.Filtered
		if len(inner.List) == 1 && inner.Star && passes(&list[0]) { // what is asked of the view is asked of what it shows, where it names no column itself
			for _, c := range read.Conditions {
				if !inner.Names[c.Column] {
					inner.List[0].Conditions = append(inner.List[0].Conditions, c)
				}
			}
		}
		f.all(ctx, inner.List, depth+1)
	case r.Bytes > 0:
		f.parts = append(f.parts, part{format: sqltext.Parquet, bytes: r.Bytes, files: 1})
	}
}

// passes tells whether a condition on a view's rows may be put to what the view reads: whether each of its rows is of one of those
// alone.
func passes(view *sqltext.Statement) bool {
	for i := range view.Tokens {
		if view.IsAny(i, "OVER", "QUALIFY", "DISTINCT", "LIMIT", "OFFSET", "FETCH", "SAMPLE", "TABLESAMPLE", "PIVOT", "UNPIVOT", "GROUP", "HAVING", "UNION", "INTERSECT", "EXCEPT",
			"COLUMNS", "SUMMARIZE", "DESCRIBE") {
			return false
		}
	}
	return true
}

// files looks at the files of a name.
func (f *finder) files(ctx context.Context, r sqltext.Read) {
	p := part{format: r.Format}
	var largest File
	for _, name := range r.Files {
		glob := name
		if r.Format == sqltext.Delta || r.Format == sqltext.Iceberg {
			glob = strings.TrimRight(name, "/") + "/**/*.parquet"
		}
		files, err := f.s.list(ctx, glob)
		if err != nil {
			f.unknown = append(f.unknown, fmt.Sprintf("the size of %s could not be found out: %v", name, err))
			return
		}
		for _, x := range files {
			if !partitionWanted(x.Name, r.Conditions) {
				p.pruned++
				continue
			}
			p.bytes += uint64(x.Size)
			p.files++
			if x.Size > largest.Size {
				largest = x
			}
		}
	}
	if p.files == 0 && p.pruned == 0 {
		f.unknown = append(f.unknown, "no files were found")
		return
	}
	if largest.Size > 0 && r.Format != sqltext.CSV && r.Format != sqltext.JSON {
		p.columns = f.s.columns(ctx, largest)
	}
	f.parts = append(f.parts, p)
}

func (f *finder) estimate() Estimate {
	if len(f.unknown) > 0 || f.reads.Unknown || len(f.parts) == 0 {
		if len(f.unknown) == 0 {
			return nothingRead()
		}
		return Estimate{Basis: ByDefault, Why: f.unknown}
	}
	return estimate(f.parts, &f.reads)
}

func nothingRead() Estimate {
	return Estimate{Basis: ByDefault, Why: []string{"the statement reads no files that could be found out"}}
}

var errNotAllowed = errors.New("statements may not read there")

// list returns the files that a name stands for, which may have globs in it.
func (s *Sizer) list(ctx context.Context, glob string) ([]File, error) {
	store, glob, err := s.store(glob)
	if err != nil {
		return nil, err
	}
	if files, ok := s.listings.Get(glob); ok {
		return files, nil
	}
	list, err, _ := s.listing.Do(glob, func() (any, error) {
		files, _, err := store.List(ctx, glob, mostFiles)
		if err == nil {
			s.listings.Add(glob, files)
		}
		return files, err
	})
	files, _ := list.([]File)
	return files, err
}

// store returns where a file is, and its whole name.
func (s *Sizer) store(name string) (Store, string, error) {
	scheme := ""
	if i := strings.Index(name, "://"); i >= 0 {
		scheme = name[:i+3]
	} else {
		abs, err := filepath.Abs(name)
		if err != nil {
			return nil, "", err
		}
		name = abs
	}
	store := s.cfg.Stores[scheme]
	if store == nil {
		return nil, "", fmt.Errorf("files at %s are not known here", scheme)
	}
	if strings.Contains(name, "/../") || strings.HasSuffix(name, "/..") || scheme != "" && strings.Contains(name, "?") && strings.Contains(name, "=") {
		return nil, "", errNotAllowed
	}
	for _, prefix := range s.cfg.Allow {
		if strings.HasPrefix(name, prefix) {
			return store, name, nil
		}
	}
	return nil, "", errNotAllowed
}

// partitionWanted tells whether a file may have rows that meet the conditions, by the partitions in its name: a folder year=2024
// has no rows of another year.
func partitionWanted(name string, conditions []sqltext.Condition) bool {
	if len(conditions) == 0 {
		return true
	}
	for dir := path.Dir(name); ; {
		key, value, ok := strings.Cut(path.Base(dir), "=")
		if ok {
			if v, err := url.PathUnescape(value); err == nil {
				value = v
			}
			for _, c := range conditions {
				if strings.EqualFold(c.Column, key) && !meets(value, c) {
					return false
				}
			}
		}
		up := path.Dir(dir)
		if up == dir || up == "." {
			return true
		}
		dir = up
	}
}

// meets tells whether a partition's value meets a condition.
func meets(value string, c sqltext.Condition) bool {
	for _, want := range c.Values {
		order := strings.Compare(value, want)
		a, err := strconv.ParseFloat(value, 64)
		b, err2 := strconv.ParseFloat(want, 64)
		if err == nil && err2 == nil {
			order = 0
			if a < b {
				order = -1
			} else if a > b {
				order = 1
			}
		}
		switch c.Op {
		case "=":
			if order == 0 {
				return true
			}
		case "<":
			if order < 0 {
				return true
			}
		case "<=":
			if order <= 0 {
				return true
			}
		case ">":
			if order > 0 {
				return true
			}
		case ">=":
			if order >= 0 {
				return true
			}
		}
	}
	return false
}

// Columns are the columns of a Parquet file, by their names in lower case.
type Columns struct {
	packed, whole       map[string]int64 // bytes, compressed and not
	allPacked, allWhole int64
}

// wanted returns the share of the file's bytes that a statement reads, and how many times larger they are without compression.
func (c *Columns) wanted(r *sqltext.Reads) (share, packed float64) {
	if c.allPacked == 0 {
		return 1, 0
	}
	var p, w int64
	for name := range c.packed {
		if r.Star || r.Names[name] {
			p += c.packed[name]
			w += c.whole[name]
		}
	}
	if p == 0 { // count(*) reads the footers alone
		return 0, 0
	}
	return float64(p) / float64(c.allPacked), float64(w) / float64(p)
}

// columns reads the footer of a Parquet file; nil: it could not be read, which the statement itself will say.
func (s *Sizer) columns(ctx context.Context, f File) *Columns {
	if c, ok := s.footers.Get(f.Name); ok {
		return c
	}
	store, _, err := s.store(f.Name)
	if err != nil {
		return nil
	}
	r, err := store.Open(ctx, f)
	if err != nil {
		return nil
	}
	defer r.Close()
	c, err := readColumns(r, f.Size)
	if err != nil {
		s.footers.AddFor(f.Name, nil, keepFailure)
		return nil
	}
	s.footers.Add(f.Name, c)
	return c
}

// mostFooter is how large a footer is read.
const mostFooter = 32 << 20

// readColumns reads the sizes of columns from a Parquet file's footer.
func readColumns(r io.ReaderAt, size int64) (c *Columns, err error) {
	defer func() {
		if x := recover(); x != nil { // the library trusts its files
			c, err = nil, fmt.Errorf("reading a Parquet footer: %v", x)
		}
	}()
	var tail [8]byte
	if _, err := r.ReadAt(tail[:], size-int64(len(tail))); err != nil {
		return nil, err
	}
	length := int64(tail[0]) | int64(tail[1])<<8 | int64(tail[2])<<16 | int64(tail[3])<<24
	if string(tail[4:]) != "PAR1" || length > min(size, mostFooter) {
		return nil, errors.New("this is no Parquet file, or its footer is too large")
	}
	// arrow-go's reader registers extension types, process-wide, with which batches are decoded otherwise.
	p, err := parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.SkipMagicBytes(true))
	if err != nil {
		return nil, err
	}
	c = &Columns{packed: map[string]int64{}, whole: map[string]int64{}}
	for _, g := range p.Metadata().RowGroups {
		for i := range g.Columns {
			chunk := &g.Columns[i].MetaData
			if len(chunk.PathInSchema) == 0 {
				return nil, errors.New("a column has no name")
			}
			top := strings.ToLower(chunk.PathInSchema[0])
			c.packed[top] += chunk.TotalCompressedSize
			c.whole[top] += chunk.TotalUncompressedSize
			c.allPacked += chunk.TotalCompressedSize
			c.allWhole += chunk.TotalUncompressedSize
		}
	}
	return c, nil
}
