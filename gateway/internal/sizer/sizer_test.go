package sizer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/angelerator/tavana/gateway/internal/sqltext"
)

func reads(t testing.TB, sql string) (*sqltext.Statement, sqltext.Reads) {
	t.Helper()
	list, err := sqltext.Split(sql)
	if err != nil || len(list) != 1 {
		t.Fatal(sql, err)
	}
	return &list[0], list[0].Reads()
}

// store has files of given sizes.
type store struct {
	files map[string][]File
	lists int
	err   error
	wait  chan struct{} // nil: it answers at once
}

func (s *store) List(ctx context.Context, glob string, _ int) ([]File, bool, error) {
	s.lists++
	if s.wait != nil {
		select {
		case <-s.wait:
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
	}
	return s.files[glob], false, s.err
}

func (s *store) Open(context.Context, File) (Reader, error) { return nil, errors.New("closed") }

func noCatalog(context.Context, sqltext.Object) (Relation, error) { return Relation{}, nil }

func size1(t testing.TB, z *Sizer, sql string, c Catalog) Estimate {
	t.Helper()
	st, r := reads(t, sql)
	return z.Size(t.Context(), FingerprintOf(st, &r, ""), r, c)
}

func newSizer(t testing.TB, s Store) *Sizer {
	z := New(Config{Stores: map[string]Store{"s3://": s}, Allow: []string{"s3://b/"}})
	t.Cleanup(z.Close)
	return z
}

const gb = 1_000_000_000

// Partitions are chosen by constants, which the fingerprint leaves out.
func TestConstantsChooseFiles(t *testing.T) {
	z := newSizer(t, &store{files: map[string][]File{"s3://b/*/x.csv": {{"s3://b/y=1/x.csv", gb}, {"s3://b/y=2/x.csv", 3 * gb}}}})
	for sql, want := range map[string]uint64{
		"SELECT * FROM 's3://b/*/x.csv' WHERE y = 1": gb, "SELECT * FROM 's3://b/*/x.csv' WHERE y = 2": 3 * gb,
	} {
		if e := size1(t, z, sql, noCatalog); e.Scans != want {
			t.Errorf("%s: %+v", sql, e)
		}
	}
}

// A view that is read twice is sized for both.
func TestAViewThatIsReadTwice(t *testing.T) {
	z := newSizer(t, &store{files: map[string][]File{"s3://b/*/x.csv": {{"s3://b/y=1/x.csv", gb}, {"s3://b/y=2/x.csv", 3 * gb}}}})
	views := func(context.Context, sqltext.Object) (Relation, error) {
		return Relation{View: "CREATE VIEW v AS SELECT * FROM 's3://b/*/x.csv';"}, nil
	}
	for sql, want := range map[string]uint64{
		"SELECT * FROM v WHERE y = 1":                                       gb,
		"SELECT * FROM v WHERE y = 1 AND z IN (SELECT z FROM v)":            5 * gb,
		"SELECT * FROM v WHERE y = 1 UNION ALL SELECT * FROM v WHERE y > 1": 4 * gb,
	} {
		if e := size1(t, z, sql, views); e.Scans != want {
			t.Errorf("%s: %+v", sql, e)
		}
	}
}

// Views that read each other many times over are given up.
func TestViewsOverViews(t *testing.T) {
	z := newSizer(t, &store{})
	views := func(_ context.Context, o sqltext.Object) (Relation, error) {
		n, err := strconv.Atoi(o.Name[1:])
		if err != nil || n == 0 {
			return Relation{View: "CREATE VIEW v0 AS SELECT 1"}, nil
		}
		below := fmt.Sprintf("v%d", n-1)
		return Relation{View: "CREATE VIEW v AS SELECT 1 FROM " + strings.Join([]string{below, below, below, below}, ", ")}, nil
	}
	z.cfg.Patience = time.Minute
	if e := size1(t, z, "SELECT * FROM v15", views); e.Basis != ByDefault || !strings.Contains(e.Why[0], "too much") {
		t.Errorf("%+v", e)
	}
}

// A condition on what a view makes of its rows leaves out no files.
func TestConditionsOnViews(t *testing.T) {
	z := newSizer(t, &store{files: map[string][]File{"s3://b/*/x.csv": {{"s3://b/y=1/x.csv", gb}, {"s3://b/y=2/x.csv", 3 * gb}}}})
	views := func(_ context.Context, o sqltext.Object) (Relation, error) {
		more := map[string]string{"plain": "", "windowed": " QUALIFY row_number() OVER (PARTITION BY id) = 1", "few": " LIMIT 10"}[o.Name]
		return Relation{View: "CREATE VIEW v AS SELECT * FROM 's3://b/*/x.csv'" + more}, nil
	}
	for name, want := range map[string]uint64{"plain": gb, "windowed": 4 * gb, "few": 4 * gb} {
		if e := size1(t, z, "SELECT * FROM "+name+" WHERE y = 1", views); e.Scans != want {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

// What could not be found out once is looked for again soon.
func TestFailuresAreNotBelievedForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{files: map[string][]File{"s3://b/x.csv": {{"s3://b/x.csv", gb}}}, err: errors.New("away")}
		z := newSizer(t, s)
		const sql = "SELECT * FROM 's3://b/x.csv'"
		if e := size1(t, z, sql, noCatalog); e.Basis != ByDefault {
			t.Errorf("%+v", e)
		}
		s.err = nil
		time.Sleep(keepFailure + time.Second)
		if e := size1(t, z, sql, noCatalog); e.Basis != ByFiles {
			t.Errorf("%+v", e)
		}
	})
}

func TestCacheIsBoundedByWeight(t *testing.T) {
	c := newCache[int, []File](100, time.Hour)
	c.weigh(func(f []File) int { return len(f) }, 10)
	for i := range 5 {
		c.Add(i, make([]File, 4))
	}
	c.Add(4, make([]File, 3))
	for i := range 5 {
		if _, ok := c.Get(i); ok != (i > 2) {
			t.Errorf("%d is there: %v", i, ok)
		}
	}
	c.Add(9, make([]File, 1000)) // it is alone
	if _, ok := c.Get(9); !ok || c.lru.Len() != 1 || c.weight != 1000 {
		t.Errorf("%v, %d of weight %d", ok, c.lru.Len(), c.weight)
	}
}

// Folders that lead back to themselves are not walked, and a walk ends with its context.
func TestLocalListings(t *testing.T) {
	dir := t.TempDir()
	if err := errors.Join(os.Symlink(dir, filepath.Join(dir, "a")), os.Symlink(dir, filepath.Join(dir, "b")), os.WriteFile(filepath.Join(dir, "x.csv"), []byte("a"), 0o600), os.Symlink(filepath.Join(dir, "x.csv"), filepath.Join(dir, "y.tsv"))); err != nil {
		t.Fatal(err)
	}
	files, _, err := Local{}.List(t.Context(), dir+"/**/*.csv", 100)
	if err != nil || len(files) != 1 || files[0] != (File{filepath.Join(dir, "x.csv"), 1}) {
		t.Errorf("%v, %v", files, err)
	}
	for glob, want := range map[string]string{"/*.tsv": "/y.tsv", "/*/x.csv": "/a/x.csv"} { // links are followed that a pattern names
		if files, _, err := (Local{}).List(t.Context(), dir+glob, 100); err != nil || len(files) == 0 || files[0] != (File{dir + want, 1}) {
			t.Errorf("%s: %v, %v", glob, files, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if files, _, err := (Local{}).List(ctx, dir+"/**/*.csv", 100); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", files, err)
	}
}

// The product description's formula, for each kind of file.
func TestFormula(t *testing.T) {
	s := &store{files: map[string][]File{
		"s3://b/*.parquet": {{"s3://b/1.parquet", gb}, {"s3://b/2.parquet", gb}},
		"s3://b/x.csv":     {{"s3://b/x.csv", gb}},
		"s3://b/x.json":    {{"s3://b/x.json", gb}},
		"s3://b/small.csv": {{"s3://b/small.csv", 1000}},
		"s3://b/d/**/*.parquet": {
			{"s3://b/d/y=2023/1.parquet", gb}, {"s3://b/d/y=2024/1.parquet", gb}, {"s3://b/d/y=2024/2.parquet", gb}, {"s3://b/d/y=2025/1.parquet", gb},
		},
	}}
	views := func(_ context.Context, o sqltext.Object) (Relation, error) {
		switch o.Name {
		case "v":
			return Relation{View: "CREATE VIEW v AS SELECT * FROM read_csv('s3://b/x.csv');"}, nil
		case "w":
			return Relation{View: "CREATE VIEW w AS SELECT * FROM v WHERE a = 1;"}, nil
		case "loop":
			return Relation{View: "CREATE VIEW loop AS SELECT * FROM loop;"}, nil
		case "lasting":
			return Relation{Bytes: 4 * gb}, nil
		case "broken":
			return Relation{}, errors.New("no answer")
		}
		return Relation{}, nil
	}
	for sql, want := range map[string]struct {
		bytes, scans uint64
		basis        Basis
	}{
		"SELECT * FROM read_parquet('s3://b/*.parquet')":                      {2 * gb * 3 / 10 * 3 / 2, 2 * gb, ByFiles},
		"SELECT * FROM 's3://b/*.parquet' WHERE a = 1":                        {2 * gb * 3 / 10 * 3 / 4, 2 * gb, ByFiles},
		"SELECT * FROM 's3://b/x.csv'":                                        {gb * 3 / 2, gb, ByFiles},
		"SELECT * FROM 's3://b/x.json'":                                       {gb * 8 / 10 * 3 / 2, gb, ByFiles},
		"SELECT * FROM 's3://b/x.csv', 's3://b/x.json'":                       {gb * 18 / 10 * 3 / 2, 2 * gb, ByFiles},
		"SELECT * FROM 's3://b/small.csv'":                                    {least, 1000, ByFiles},
		"SELECT * FROM v":                                                     {gb * 3 / 2, gb, ByFiles},
		"SELECT * FROM w":                                                     {gb * 3 / 4, gb, ByFiles},
		"WITH w AS (SELECT 1 AS a) SELECT * FROM w":                           {0, 0, ByDefault},
		"SELECT * FROM lasting":                                               {4 * gb * 3 / 10 * 3 / 2, 4 * gb, ByFiles},
		"SELECT * FROM delta_scan('s3://b/d')":                                {4 * gb * 3 / 10 * 3 / 2, 4 * gb, ByFiles},
		"SELECT * FROM 's3://b/d/**/*.parquet' WHERE y = 2024":                {2 * gb * 3 / 10 * 3 / 4, 2 * gb, ByFiles},
		"SELECT * FROM 's3://b/d/**/*.parquet' WHERE Y >= 2024":               {3 * gb * 3 / 10 * 3 / 4, 3 * gb, ByFiles},
		"SELECT * FROM 's3://b/d/**/*.parquet' WHERE y IN (2023, '2025')":     {2 * gb * 3 / 10 * 3 / 4, 2 * gb, ByFiles},
		"SELECT * FROM 's3://b/d/**/*.parquet' WHERE y BETWEEN 2023 AND 2024": {3 * gb * 3 / 10 * 3 / 4, 3 * gb, ByFiles},
		"SELECT * FROM 's3://b/d/**/*.parquet' WHERE y = 2024 OR true":        {4 * gb * 3 / 10 * 3 / 4, 4 * gb, ByFiles},
		"SELECT 1":                                                 {0, 0, ByDefault},
		"SELECT * FROM nothing":                                    {0, 0, ByDefault},
		"SELECT * FROM loop":                                       {0, 0, ByDefault},
		"SELECT * FROM broken":                                     {0, 0, ByDefault},
		"SELECT * FROM 's3://other/x.csv'":                         {0, 0, ByDefault},
		"SELECT * FROM 's3://b/../other/x.csv'":                    {0, 0, ByDefault},
		"SELECT * FROM '/etc/x.csv'":                               {0, 0, ByDefault},
		"SELECT * FROM 's3://b/x.csv' JOIN read_csv($1) USING (a)": {0, 0, ByDefault},
	} {
		e := size1(t, newSizer(t, s), sql, views)
		near := func(a, b uint64) bool { return max(a, b)-min(a, b) < 1000 }
		if !near(e.Bytes, want.bytes) || !near(e.Scans, want.scans) || e.Basis != want.basis || len(e.Why) == 0 {
			t.Errorf("%s: %+v, want %+v", sql, e, want)
		}
	}
}

// What was found out is not asked for again, until it is too old.
func TestWhatIsKnownIsNotAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{files: map[string][]File{"s3://b/x.csv": {{"s3://b/x.csv", gb}}}}
		z := newSizer(t, s)
		for _, sql := range []string{"SELECT a FROM 's3://b/x.csv' WHERE a = 1", "SELECT a FROM 's3://b/x.csv' WHERE a = 2", "SELECT b FROM 's3://b/x.csv'"} {
			size1(t, z, sql, noCatalog)
		}
		s.files["s3://b/x.csv"][0].Size = 2 * gb
		time.Sleep(5 * time.Minute)
		if e := size1(t, z, "SELECT b FROM 's3://b/x.csv'", noCatalog); s.lists != 1 || e.Scans != gb {
			t.Errorf("%+v after %d listings", e, s.lists)
		}
		time.Sleep(time.Second)
		if e := size1(t, z, "SELECT b FROM 's3://b/x.csv'", noCatalog); s.lists != 2 || e.Scans != 2*gb {
			t.Errorf("%+v after %d listings", e, s.lists)
		}
	})
}

// A listing that hangs holds a statement for the patience alone, and is there for the next one.
func TestASlowListing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{files: map[string][]File{"s3://b/x.csv": {{"s3://b/x.csv", gb}}}, wait: make(chan struct{})}
		z := newSizer(t, s)
		began := time.Now()
		if e := size1(t, z, "SELECT * FROM 's3://b/x.csv'", noCatalog); e.Basis != ByDefault || e.Bytes != 0 || time.Since(began) != 200*time.Millisecond {
			t.Errorf("%+v after %v", e, time.Since(began))
		}
		close(s.wait)
		synctest.Wait()
		if e := size1(t, z, "SELECT * FROM 's3://b/x.csv'", noCatalog); e.Basis != ByFiles || s.lists != 1 {
			t.Errorf("%+v after %d listings", e, s.lists)
		}
	})
}

// One that never ends is given up, and Close does not wait for it.
func TestAListingThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{wait: make(chan struct{})}
		z := newSizer(t, s)
		size1(t, z, "SELECT * FROM 's3://b/x.csv'", noCatalog)
		time.Sleep(45 * time.Second)
		if e := size1(t, z, "SELECT * FROM 's3://b/x.csv'", noCatalog); e.Basis != ByDefault || !strings.Contains(e.Why[0], "deadline") {
			t.Errorf("%+v", e)
		}
	})
}

func TestARefusedListing(t *testing.T) {
	z := newSizer(t, &store{err: errors.New("403")})
	if e := size1(t, z, "SELECT * FROM 's3://b/x.csv'", noCatalog); e.Basis != ByDefault || !strings.Contains(e.Why[0], "403") {
		t.Errorf("%+v", e)
	}
}

// What statements like it have needed corrects the estimate: at once upwards, slowly downwards.
func TestLearning(t *testing.T) {
	z := newSizer(t, &store{files: map[string][]File{"s3://b/x.csv": {{"s3://b/x.csv", gb}}}})
	st, r := reads(t, "SELECT * FROM 's3://b/x.csv' WHERE a = 1")
	fp := FingerprintOf(st, &r, "")
	for i, c := range []struct{ peak, want uint64 }{{0, least}, {800_000_000, 1_000_000_000}, {400_000_000, 875_000_000}, {0, 656_250_000}, {4 * gb, 5 * gb}} {
		z.Learn(fp, c.peak)
		if e := size1(t, z, "SELECT * FROM 's3://b/x.csv' WHERE a = 2", noCatalog); e.Bytes != c.want || e.Basis != ByPeak {
			t.Errorf("%d: %+v, want %d", i, e, c.want)
		}
	}
}

// Who ran out of memory needs more than it had, and so do those like it.
func TestLearningOfWhoRanOut(t *testing.T) {
	z := newSizer(t, &store{})
	st, r := reads(t, "SELECT 1")
	fp := FingerprintOf(st, &r, "")
	if _, ok := z.Learned(fp); ok {
		t.Error("nothing has run")
	}
	z.LearnShort(fp, 400_000_000)
	z.LearnShort(fp, 100_000_000) // a smaller one says nothing new
	if e, ok := z.Learned(fp); !ok || e.Bytes != 800_000_000 || !strings.Contains(e.Why[0], "run out") {
		t.Errorf("%+v", e)
	}
	z.Learn(fp, 500_000_000)
	if e, _ := z.Learned(fp); e.Bytes >= 800_000_000 || e.Bytes < 500_000_000 {
		t.Errorf("%+v", e)
	}
}

func TestFingerprints(t *testing.T) {
	of := func(sql, context string) Fingerprint {
		st, r := reads(t, sql)
		return FingerprintOf(st, &r, context)
	}
	same := of("SELECT a FROM t WHERE b = 1 AND c = 'x'", "")
	for _, sql := range []string{"select A from T where B = 22 and C = 'y'", "SELECT a FROM t WHERE b = $1 AND c = $2"} {
		if of(sql, "") != same {
			t.Errorf("%s is another", sql)
		}
	}
	for _, sql := range []string{"SELECT a FROM u WHERE b = 1 AND c = 'x'", `SELECT "A" FROM t WHERE b = 1 AND c = 'x'`} {
		if of(sql, "") == same {
			t.Errorf("%s is the same", sql)
		}
	}
	if of("SELECT a FROM t WHERE b = 1 AND c = 'x'", "other") == same {
		t.Error("another path is the same")
	}
	if of("SELECT a FROM 'x.csv'", "") == of("SELECT a FROM 'y.csv'", "") {
		t.Error("another file is the same")
	}
}

// writeParquet writes n rows of a wide and a narrow column.
func writeParquet(t testing.TB, n int) []byte {
	type row struct {
		Narrow int64  `parquet:"Narrow,plain"`
		Wide   string `parquet:"wide,plain"`
	}
	var buf bytes.Buffer
	w := parquet.NewGenericWriter[row](&buf)
	for i := range n {
		if _, err := w.Write([]row{{int64(i * i), strings.Repeat(string(rune('a'+i*7%26)), 90) + strings.Repeat("x", i%10)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// Real files: globs, and columns by the footers.
func TestLocalFiles(t *testing.T) {
	dir := t.TempDir()
	data := writeParquet(t, 10_000)
	for _, name := range []string{"y=1/a.parquet", "y=2/b.parquet", "y=2/deep/c.parquet", "y=2/not.csv"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	z := New(Config{Stores: map[string]Store{"": Local{}}, Allow: []string{dir + "/"}})
	defer z.Close()
	one := uint64(len(data))
	for sql, want := range map[string]uint64{
		"SELECT * FROM '" + dir + "/y=1/a.parquet'":            one,
		"SELECT * FROM '" + dir + "/*/*.parquet'":              2 * one,
		"SELECT * FROM '" + dir + "/**/*.parquet'":             3 * one,
		"SELECT * FROM '" + dir + "/**/*.parquet' WHERE y = 1": one,
		"SELECT * FROM '" + dir + "/y=[13]/?.parquet'":         one,
		"SELECT narrow, wide FROM '" + dir + "/y=1/a.parquet'": one,
		"SELECT count(*) FROM '" + dir + "/y=1/a.parquet'":     0,
		"SELECT * FROM '" + dir + "/nothing/*.parquet'":        0,
	} {
		e := size1(t, z, sql, noCatalog)
		if e.Scans > want || e.Scans < want*9/10 { // but for the footer
			t.Errorf("%s: %+v, want %d", sql, e, want)
		}
	}
	if e := size1(t, z, "SELECT sum(narrow) FROM '"+dir+"/y=1/a.parquet'", noCatalog); e.Scans == 0 || e.Scans > one*2/3 {
		t.Errorf("one of two columns: %+v of %d", e, one)
	}
	if e := size1(t, z, "SELECT * FROM '"+filepath.Dir(dir)+"/x.parquet'", noCatalog); e.Basis != ByDefault {
		t.Errorf("outside of what may be read: %+v", e)
	}
}

func FuzzFooter(f *testing.F) {
	f.Add(writeParquet(f, 10))
	f.Add([]byte("PAR1....PAR1"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = readColumns(bytes.NewReader(data), int64(len(data)))
	})
}

func BenchmarkSize(b *testing.B) {
	z := newSizer(b, &store{files: map[string][]File{"s3://b/x.csv": {{"s3://b/x.csv", gb}}}})
	st, _ := reads(b, "SELECT l_returnflag, sum(l_quantity), avg(l_tax) FROM 's3://b/x.csv' WHERE l_shipdate > '1994-01-01' GROUP BY 1 ORDER BY 1")
	for b.Loop() {
		r := st.Reads()
		z.Size(b.Context(), FingerprintOf(st, &r, ""), r, noCatalog)
	}
}
