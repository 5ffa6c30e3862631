package lifecycle

import (
	"os"
	"slices"
	"sync"
	"time"
)

// Files tells when one of some files has changed. It is safe for concurrent use.
type Files struct {
	paths []string

	mu      sync.Mutex
	stamps  []stamp // when they were looked at last
	checked time.Time
}

type stamp struct {
	at   time.Time
	size int64
}

// WatchFiles returns Files that tell of changes from now on. Empty paths name nothing.
func WatchFiles(paths ...string) *Files {
	f := &Files{paths: paths}
	f.stamps = f.now()
	return f
}

// checkEvery is how often at most the files are looked at: not at each call.
const checkEvery = time.Second

// Changed tells whether a file has changed since Changed told so last.
func (f *Files) Changed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.checked) < checkEvery {
		return false
	}
	f.checked = time.Now()
	stamps := f.now()
	changed := !slices.Equal(stamps, f.stamps)
	f.stamps = stamps
	return changed
}

func (f *Files) now() []stamp {
	out := make([]stamp, len(f.paths))
	for i, p := range f.paths {
		if st, err := os.Stat(p); p != "" && err == nil {
			out[i] = stamp{st.ModTime(), st.Size()}
		}
	}
	return out
}
