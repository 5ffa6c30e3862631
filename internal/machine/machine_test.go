package machine

import (
	"testing"
	"testing/fstest"
)

func TestMemoryFollowsTheCgroup(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	meminfo := file("MemTotal:       16777216 kB\nMemFree: 1 kB\n")
	for name, c := range map[string]struct {
		fs   fstest.MapFS
		want uint64
	}{
		"version 2": {fstest.MapFS{
			"proc/self/cgroup": file("0::/kube/pod1\n"), "sys/fs/cgroup/kube/pod1/memory.max": file("536870912\n"), "proc/meminfo": meminfo,
		}, 512 << 20},
		"version 2, an ancestor's is lower": {fstest.MapFS{
			"proc/self/cgroup": file("0::/a/b\n"), "sys/fs/cgroup/a/b/memory.max": file("max\n"), "sys/fs/cgroup/a/memory.max": file("1073741824\n"),
		}, 1 << 30},
		"version 2 in a container": {fstest.MapFS{
			"proc/self/cgroup": file("0::/\n"), "sys/fs/cgroup/memory.max": file("268435456\n"),
		}, 256 << 20},
		"version 1": {fstest.MapFS{
			"proc/self/cgroup": file("5:cpu,cpuacct:/x\n4:memory:/docker/1\n"),
			"sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes": file("805306368\n"),
		}, 768 << 20},
		"version 1 without a limit": {fstest.MapFS{
			"proc/self/cgroup": file("4:memory:/\n"), "sys/fs/cgroup/memory/memory.limit_in_bytes": file("9223372036854771712\n"), "proc/meminfo": meminfo,
		}, 8 << 30},
		"no cgroup": {fstest.MapFS{"proc/meminfo": meminfo}, 8 << 30},
		"nothing":   {fstest.MapFS{}, 1 << 30},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Memory(c.fs); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}
