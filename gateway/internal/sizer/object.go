package sizer

import (
	"context"
	"io"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// place divides scheme://bucket/key. base is what is before the key.
func place(name string) (bucket, key, base string) {
	scheme, rest, _ := strings.Cut(name, "://")
	bucket, key, _ = strings.Cut(rest, "/")
	return bucket, key, scheme + "://" + bucket + "/"
}

// beforeGlob returns what all keys begin with that a key with globs stands for.
func beforeGlob(key string) string { return key[:strings.IndexAny(key, "*?[")] }

// matches gathers the objects of a listing that a key with globs stands for.
type matches struct {
	glob, base string
	most, seen int
	files      []File
}

// add takes the next object of the listing, and tells whether there is to be another one: of a listing where little matches not all
// is looked at.
func (m *matches) add(key string, size int64) bool {
	if m.seen++; m.seen > 10*m.most || len(m.files) == m.most {
		return false
	}
	if ok, err := doublestar.Match(m.glob, key); err == nil && ok {
		m.files = append(m.files, File{m.base + key, size})
	}
	return true
}

// ranger gets pieces of objects, from a byte up to another one. The caller closes what it gets.
type ranger interface {
	get(ctx context.Context, bucket, key string, at, end int64) (io.ReadCloser, error)
}

// object reads an object piece by piece.
type object struct {
	ctx  context.Context // the estimate's
	of   ranger
	file File
}

// ReadAt implements io.ReaderAt.
func (o *object) ReadAt(b []byte, at int64) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	bucket, key, _ := place(o.file.Name)
	end := min(at+int64(len(b)), o.file.Size)
	if at >= end {
		return 0, io.EOF
	}
	body, err := o.of.get(o.ctx, bucket, key, at, end)
	if err != nil {
		return 0, err
	}
	defer body.Close()
	n, err := io.ReadFull(body, b[:end-at])
	if err == nil && n < len(b) {
		err = io.EOF
	}
	return n, err
}

// Close implements io.Closer.
func (o *object) Close() error { return nil }
