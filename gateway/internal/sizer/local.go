package sizer

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Local has the files of this machine.
type Local struct{}

var _ Store = Local{}

// List implements Store.
func (Local) List(ctx context.Context, glob string, most int) (files []File, more bool, err error) {
	if !hasGlob(glob) {
		info, err := os.Stat(glob)
		if err != nil {
			return nil, false, err
		}
		return []File{{glob, info.Size()}}, false, nil
	}
	base, pattern := doublestar.SplitPattern(glob)
	err = doublestar.GlobWalk(ending{os.DirFS(base), ctx}, pattern, func(name string, d fs.DirEntry) error {
		info, err := d.Info()
		if err == nil && info.Mode()&fs.ModeSymlink != 0 {
			info, err = os.Stat(filepath.Join(base, name))
		}
		if err != nil || !info.Mode().IsRegular() {
			return nil // it went meanwhile, or is none
		}
		if len(files) == most {
			more = true
			return errEnough
		}
		files = append(files, File{filepath.Join(base, name), info.Size()})
		return nil
	}, follow(pattern)...)
	switch {
	case errors.Is(err, errEnough):
		err = nil
	case err == nil:
		err = ctx.Err() // then not all was seen
	}
	return files, more, err
}

// follow returns how symbolic links are taken: as DuckDB does, which follows those that a part of the pattern names.
func follow(pattern string) []doublestar.GlobOption {
	if strings.Contains(pattern, "**") {
		return []doublestar.GlobOption{doublestar.WithNoFollow()}
	}
	return nil
}

// ending is a file system in which nothing more is found once ctx ends.
type ending struct {
	fs.FS
	ctx context.Context
}

// ReadDir implements fs.ReadDirFS.
func (e ending) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := e.ctx.Err(); err != nil {
		return nil, err
	}
	return fs.ReadDir(e.FS, name)
}

// Stat implements fs.StatFS.
func (e ending) Stat(name string) (fs.FileInfo, error) {
	if err := e.ctx.Err(); err != nil {
		return nil, err
	}
	return fs.Stat(e.FS, name)
}

var errEnough = errors.New("enough")

// Open implements Store.
func (Local) Open(_ context.Context, f File) (Reader, error) { return os.Open(f.Name) }

// hasGlob tells whether a name stands for several.
func hasGlob(name string) bool { return strings.ContainsAny(name, "*?[") }
