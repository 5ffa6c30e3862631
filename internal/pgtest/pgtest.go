// Package pgtest starts a real PostgreSQL to compare with, in tests and benchmarks: a server of its own in a temporary
// folder, on a loopback port, gone with Stop.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// User, Password and Database are those of the servers that Start starts, and of `tavana up` without a users file.
const (
	User     = "tavana"
	Password = "tavana"
	Database = "tavana"
)

// Server is a running PostgreSQL.
type Server struct {
	// Addr is its host:port.
	Addr string

	dir string
	cmd *exec.Cmd
}

// ErrNotInstalled says that there is no PostgreSQL 15 here; scripts/test-tools.sh installs it.
var ErrNotInstalled = errors.New("PostgreSQL 15 is not installed")

// binDir finds initdb and postgres.
func binDir() (string, error) {
	for _, pattern := range []string{"/usr/lib/postgresql/15/bin", "/opt/homebrew/opt/postgresql@15/bin", "/usr/local/opt/postgresql@15/bin"} {
		if _, err := os.Stat(filepath.Join(pattern, "initdb")); err == nil {
			return pattern, nil
		}
	}
	return "", ErrNotInstalled
}

// Start starts a server whose superuser is User with Password, and that has Database. settings are further lines
// name=value of its configuration. The caller calls Stop.
func Start(ctx context.Context, settings ...string) (*Server, error) {
	bin, err := binDir()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pgtest-")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir}
	if err := s.start(ctx, bin, settings); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, bin string, settings []string) error {
	cred, err := credential()
	if err != nil {
		return err
	}
	data, pwfile := filepath.Join(s.dir, "data"), filepath.Join(s.dir, "password")
	if err := os.WriteFile(pwfile, []byte(Password+"\n"), 0o644); err != nil {
		return err
	}
	if err := os.Chmod(s.dir, 0o755); err != nil {
		return err
	}
	if err := os.Mkdir(data, 0o700); err != nil {
		return err
	}
	if cred != nil {
		if err := os.Chown(data, int(cred.Uid), int(cred.Gid)); err != nil {
			return err
		}
	}
	run := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(bin, name), args...)
		cmd.Dir = data
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred}
		cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TZ=UTC")
		return cmd
	}
	initdb := run("initdb", "-D", data, "-U", User, "--pwfile", pwfile, "--auth", "scram-sha-256", "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	s.Addr = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	args := []string{"-D", data, "-c", "listen_addresses=127.0.0.1", "-c", "port=" + strconv.Itoa(port), "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "timezone=UTC"}
	for _, set := range settings {
		args = append(args, "-c", set)
	}
	s.cmd = run("postgres", args...)
	if err := s.cmd.Start(); err != nil {
		return err
	}
	return s.createDatabase(ctx)
}

// createDatabase waits until the server answers, and makes the database.
func (s *Server) createDatabase(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		conn, err := pgconn.Connect(ctx, s.url("postgres"))
		if err == nil {
			defer conn.Close(ctx)
			_, err = conn.Exec(ctx, "CREATE DATABASE "+Database).ReadAll()
			return err
		}
		if ctx.Err() != nil {
			return fmt.Errorf("PostgreSQL did not start: %w", err)
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

func (s *Server) url(db string) string {
	return fmt.Sprintf("postgres://%s:%s@%s/%s?sslmode=disable", User, Password, s.Addr, db)
}

// URL returns a connection string of the server's Database.
func (s *Server) URL() string { return s.url(Database) }

// Stop ends the server and removes its folder.
func (s *Server) Stop() {
	if s.cmd != nil && s.cmd.Process != nil {
		_ = s.cmd.Process.Signal(syscall.SIGINT) // a fast shutdown
		_ = s.cmd.Wait()
	}
	_ = os.RemoveAll(s.dir)
}

// credential returns whom to run the server as: PostgreSQL refuses to run as root.
func credential() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("there is no user to run PostgreSQL as")
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
