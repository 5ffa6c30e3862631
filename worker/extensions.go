package worker

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/angelerator/tavana/worker/internal/duck"
)

// extensions returns the names to load, those that others need first: iceberg needs avro, delta on S3 needs httpfs.
func (c *Config) extensions() []string {
	switch {
	case len(c.Extensions) == 1 && c.Extensions[0] == "none":
		return nil
	case len(c.Extensions) == 1 && c.Extensions[0] == "all":
		files, _ := filepath.Glob(filepath.Join(c.ExtensionsDir, duck.Version(), duck.Platform(), "*.duckdb_extension"))
		names := make([]string, len(files))
		for i, f := range files {
			names[i] = strings.TrimSuffix(filepath.Base(f), ".duckdb_extension")
		}
		return inLoadOrder(names)
	}
	return inLoadOrder(c.Extensions)
}

func inLoadOrder(names []string) []string {
	first := []string{"httpfs", "avro", "aws", "azure"}
	rank := func(n string) int {
		if i := slices.Index(first, n); i >= 0 {
			return i
		}
		return len(first)
	}
	out := slices.Clone(names)
	slices.SortFunc(out, func(a, b string) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return out
}
