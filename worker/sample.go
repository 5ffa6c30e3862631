package worker

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/angelerator/tavana/internal/config"
	"github.com/angelerator/tavana/worker/internal/duck"
)

// SampleConfig says what sample data to write.
type SampleConfig struct {
	Dir           string
	ExtensionsDir string
	ScaleFactor   string
}

// Settings adds the rows of sample-data to t.
func (c *SampleConfig) Settings(t *config.Table) {
	t.String(&c.Dir, "dir", "", "folder to write to")
	t.String(&c.ExtensionsDir, "extensions-dir", defaultExtensionsDir(), "folder with DuckDB's extensions").ShowDefault("extensions beside the program")
	t.String(&c.ScaleFactor, "scale-factor", "0.1", "TPC-H scale factor: 1 is about 250 MB of Parquet")
}

// tpchTables are the tables of TPC-H; lineitem is partitioned by the year it was shipped in, so that a filter on
// l_shipyear shows what partitions are for.
var tpchTables = []string{"customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier"}

// SampleViews is the file, in the sample's folder, of the SQL that shows the data as views in schema tpch.
const SampleViews = "views.sql"

// WriteSample writes TPC-H as Parquet files and their views under cfg.Dir, unless they are there already. The folder
// appears whole or not at all.
func WriteSample(cfg SampleConfig) error {
	if cfg.Dir == "" {
		return errors.New("dir: must not be empty")
	}
	if _, err := strconv.ParseFloat(cfg.ScaleFactor, 64); err != nil {
		return fmt.Errorf("scale-factor: %q is not a number", cfg.ScaleFactor)
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, SampleViews)); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), ".sample-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	work := filepath.Join(tmp, "work")
	in, err := duck.OpenUnlocked(duck.Options{
		MemoryLimit: 2 << 30, Threads: 2, Directory: work, MaxSpill: 20 << 30,
		ExtensionDirectory: cfg.ExtensionsDir, Extensions: []string{"tpch"},
	})
	if err != nil {
		return err
	}
	defer in.Close()
	if err := in.Exec("CALL dbgen(sf = " + cfg.ScaleFactor + ")"); err != nil {
		return fmt.Errorf("making TPC-H: %w", err)
	}
	var views strings.Builder
	views.WriteString("CREATE SCHEMA tpch;\n")
	for _, t := range tpchTables {
		if err := in.Exec(exportSQL(t, tmp)); err != nil {
			return fmt.Errorf("writing %s: %w", t, err)
		}
		fmt.Fprintf(&views, "CREATE VIEW tpch.%s AS SELECT * FROM read_parquet(%s);\n", t, duck.Quote(filesOf(t, dir)))
	}
	if err := os.WriteFile(filepath.Join(tmp, SampleViews), []byte(views.String()), 0o644); err != nil {
		return err
	}
	in.Close()
	if err := os.Chmod(tmp, 0o755); err != nil {
		return err
	}
	return os.Rename(tmp, dir)
}

func exportSQL(table, dir string) string {
	if table == "lineitem" {
		return "COPY (SELECT *, year(l_shipdate) AS l_shipyear FROM lineitem ORDER BY l_orderkey, l_linenumber) TO " + duck.Quote(filepath.Join(dir, table)) +
			" (FORMAT parquet, PARTITION_BY (l_shipyear))"
	}
	return "COPY (FROM " + table + " ORDER BY 1) TO " + duck.Quote(filepath.Join(dir, table+".parquet")) + " (FORMAT parquet)"
}

func filesOf(table, dir string) string {
	if table == "lineitem" {
		return filepath.Join(dir, table, "*", "*.parquet")
	}
	return filepath.Join(dir, table+".parquet")
}
