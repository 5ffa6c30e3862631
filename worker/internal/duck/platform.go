package duck

import "runtime"

// Platform returns DuckDB's name of this platform, as its extension folders use it.
func Platform() string {
	os := runtime.GOOS
	if os == "darwin" {
		os = "osx"
	}
	return os + "_" + runtime.GOARCH
}
