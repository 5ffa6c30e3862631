package workertest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// Root returns the repository's folder.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}

// Binary returns a program that `make build` has built.
func Binary(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join(Root(), "bin", name)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is missing: run make build extensions", path)
	}
	return path
}

// Process is a real worker as a child process.
type Process struct {
	Target string

	t    testing.TB
	cmd  *exec.Cmd
	once sync.Once
	log  bytes.Buffer
}

// StartProcess starts bin/tavana-worker with further flags and Token, waits until it answers, and ends it with the test.
func StartProcess(t testing.TB, flags ...string) *Process {
	t.Helper()
	return StartProcessAt(t, "unix://"+filepath.Join(t.TempDir(), "w.sock"), flags...)
}

// StartProcessAt is StartProcess at a given target.
func StartProcessAt(t testing.TB, target string, flags ...string) *Process {
	t.Helper()
	return startProcess(t, target, nil, flags)
}

// StartProcessOnMount is StartProcess in a mount namespace of its own, where folder is an empty file system of size bytes.
func StartProcessOnMount(t testing.TB, folder string, size int, flags ...string) *Process {
	t.Helper()
	needsNamespaces(t, "-rm")
	mount := fmt.Sprintf(`mkdir -p "$0" && mount -t tmpfs -o size=%d none "$0" && exec "$@"`, size)
	return startProcess(t, "unix://"+filepath.Join(t.TempDir(), "w.sock"), []string{"unshare", "-rm", "sh", "-c", mount, folder}, flags)
}

// StartProcessReadOnly is StartProcess in a mount namespace of its own, where folder can't be written to.
func StartProcessReadOnly(t testing.TB, folder string, flags ...string) *Process {
	t.Helper()
	needsNamespaces(t, "-rm")
	const mount = `mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"`
	return startProcess(t, "unix://"+filepath.Join(t.TempDir(), "w.sock"), []string{"unshare", "-rm", "sh", "-c", mount, folder}, flags)
}

// S3 is a bucket on a real S3 server.
type S3 struct {
	Bucket, AccessKey, SecretKey string
	// Dir is the server's folder: the bucket's objects are files below Dir/Bucket.
	Dir string
}

// StartProcessWithS3 is StartProcess in a network namespace of its own, which has nothing but loopback, beside an S3
// server with one bucket at 127.0.0.1:7070.
func StartProcessWithS3(t testing.TB, s *S3, flags ...string) *Process {
	t.Helper()
	needsNamespaces(t, "--map-root-user", "--net", "--pid", "--fork", "--kill-child")
	s.Dir, s.Bucket, s.AccessKey, s.SecretKey = t.TempDir(), "lake", "test-key", "test-secret-key"
	if err := os.Mkdir(filepath.Join(s.Dir, s.Bucket), 0o755); err != nil {
		t.Fatal(err)
	}
	server := filepath.Join(Root(), ".cache", "bin", "versitygw")
	if _, err := os.Stat(server); err != nil {
		t.Fatalf("%s is missing: run make tools", server)
	}
	const both = `ip link set lo up && { ROOT_ACCESS_KEY="$2" ROOT_SECRET_KEY="$3" "$0" --quiet --port 127.0.0.1:7070 --region us-east-1 posix --sidecar "$4" "$1" >/dev/null & }
until (exec 3<>/dev/tcp/127.0.0.1/7070) 2>/dev/null; do sleep 0.02; done
shift 4 && exec "$@"`
	wrapper := []string{"unshare", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "bash", "-c", both, server, s.Dir, s.AccessKey, s.SecretKey, t.TempDir()}
	flags = append(flags, "--s3-endpoint", "http://127.0.0.1:7070", "--s3-bucket", s.Bucket, "--s3-path-style=true",
		"--s3-access-key", s.AccessKey, "--s3-secret-key", s.SecretKey)
	return startProcess(t, "unix://"+filepath.Join(t.TempDir(), "w.sock"), wrapper, flags)
}

// Serve serves the bucket to this process as well, until the test ends, and returns the URL.
func (s *S3) Serve(t testing.TB) string {
	t.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := lis.Addr().String() // free a moment ago
	_ = lis.Close()
	cmd := exec.Command(filepath.Join(Root(), ".cache", "bin", "versitygw"), "--quiet", "--port", addr, "--region", "us-east-1", "posix", "--sidecar", t.TempDir(), s.Dir)
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+s.AccessKey, "ROOT_SECRET_KEY="+s.SecretKey)
	cmd.SysProcAttr = childAttributes()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			_ = c.Close()
			return "http://" + addr
		}
		if time.Now().After(deadline) {
			t.Fatalf("the S3 server does not answer: %v", err)
		}
	}
}

// needsNamespaces skips a test where this user may not make namespaces: some containers forbid it.
func needsNamespaces(t testing.TB, flags ...string) {
	t.Helper()
	if out, err := exec.Command("unshare", append(flags, "true")...).CombinedOutput(); err != nil {
		t.Skipf("unshare %v: %v: %s", flags, err, out)
	}
}

func startProcess(t testing.TB, target string, wrapper, flags []string) *Process {
	t.Helper()
	p := &Process{t: t, Target: target}
	args := append(wrapper, Binary(t, "tavana-worker"), "--listen", target, "--worker-token", Token, "--spill-dir", t.TempDir(), "--memory", "1GiB")
	args = append(args, flags...)
	p.cmd = exec.Command(args[0], args[1:]...)
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
	p.cmd.SysProcAttr = childAttributes()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("worker's log:\n%s", p.log.String())
		}
	})
	p.awaitAnswer()
	return p
}

func (p *Process) awaitAnswer() {
	p.t.Helper()
	c, err := workerapi.Dial(p.Target, Token)
	if err != nil {
		p.t.Fatal(err)
	}
	defer c.Close()
	for deadline := time.Now().Add(30 * time.Second); ; {
		ctx, cancel := context.WithTimeout(p.t.Context(), time.Second)
		_, err = c.Prepare(ctx, &workerpb.PrepareRequest{QueryId: "ready", Sql: "SELECT 1", User: &workerpb.User{}})
		cancel()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("the worker does not answer: %v", err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Kill ends the process at once, without a word to anyone.
func (p *Process) Kill() { p.end(syscall.SIGKILL) }

// Stop asks the process to end, and returns how it did.
func (p *Process) Stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	var err error
	p.once.Do(func() { err = p.cmd.Wait() })
	return err
}

func (p *Process) end(sig syscall.Signal) {
	_ = p.cmd.Process.Signal(sig)
	p.once.Do(func() { _ = p.cmd.Wait() })
}

// PID returns the process's id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Held returns the process's resident memory in bytes and how many files and sockets it has open.
func (p *Process) Held() (resident int64, files int) {
	p.t.Helper()
	proc := fmt.Sprintf("/proc/%d/", p.cmd.Process.Pid)
	b, err := os.ReadFile(proc + "statm")
	if err != nil {
		p.t.Fatal(err)
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(b), &size, &pages); err != nil {
		p.t.Fatal(err)
	}
	list, err := os.ReadDir(proc + "fd")
	if err != nil {
		p.t.Fatal(err)
	}
	return pages * int64(os.Getpagesize()), len(list)
}
