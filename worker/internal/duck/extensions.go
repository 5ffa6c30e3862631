package duck

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// pinned has the SHA-256 of each extension that this program is made for, as PLATFORM/NAME.duckdb_extension.
//
//go:embed extensions.sha256
var pinned string

const extensionSuffix = ".duckdb_extension"

func (o *Options) extensionFile(name string) string {
	return filepath.Join(o.ExtensionDirectory, Version(), Platform(), name+extensionSuffix)
}

// pinnedExtensions tells whether all extensions are those that this program is made for, to the byte. DuckDB need not check
// their signatures then, which it does with a SHA-256 in plain C: two seconds for all of them, each time a database opens.
// One that is not known, or not the same, leaves the check to DuckDB.
func (o *Options) pinnedExtensions() (bool, error) {
	want := map[string]string{}
	for line := range strings.Lines(pinned) {
		if f := strings.Fields(line); len(f) == 2 {
			want[f[1]] = f[0]
		}
	}
	for _, name := range o.Extensions {
		sum, ok := want[Platform()+"/"+name+extensionSuffix]
		if !ok {
			return false, nil
		}
		got, err := fileSum(o.extensionFile(name))
		if err != nil {
			return false, fmt.Errorf("loading extension %s: %w", name, err)
		}
		if got != sum {
			return false, nil
		}
	}
	return true, nil
}

func fileSum(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
