// Package worker is the query worker: one DuckDB instance behind Arrow Flight.
//
//	Worker      the service: statements, sessions, state, drain
//	execution   one statement at work; outlives its caller while DuckDB drains
//	cursors     statements whose rows are asked for piece by piece; cursor is one, journal its rows on disk
//	results     statements whose rows wait for whoever comes for them
//	ledger      what memory is promised
//	writers     writes to lasting tables, in line
//	owners      whose sessions they are
//	conns       connections, lent to one statement at a time; sessions own theirs
//	guard       what kinds of statement a user may run
//	memory      how much the process may use, and DuckDB's part of it
//	steer       moves that part so that the process keeps to the whole
//	internal/duck   the only importer of DuckDB
//
// Invariants: a caller hears of its cancel within 100 ms; what it left behind is counted until DuckDB has ended it;
// nothing is downloaded; a statement is seen by the guard before it runs. It leaves authentication of users, queueing
// and PostgreSQL's view of things to the gateway.
package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/angelerator/tavana/internal/lifecycle"
	"github.com/angelerator/tavana/internal/seal"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/worker/internal/duck"
)

// Worker serves one DuckDB instance. Make it with New; Run serves until its context ends.
type Worker struct {
	cfg     Config
	log     *slog.Logger
	id      string
	spill   *spillFolder
	in      *duck.Instance
	lis     net.Listener
	clients net.Listener // that come for their rows; nil: none may
	// location is the URL that they come to; empty: none.
	location string
	ledger   ledger
	conns    *conns
	owners   *owners
	staged   staged
	cursors  cursors
	results  results
	// writers is nil where nothing lasts.
	writers *writers

	// limiting is held while the memory limit, or DuckDB's part of it, is changed.
	limiting sync.Mutex

	mu        sync.Mutex
	running   map[string]*execution
	held      int    // calls that hold
	started   uint64 // executions since the start
	remeasure uint64 // how often measureNow was called
	limit     memoryLimit
	draining  bool
	// changed is closed and made anew when the state that Watch sends changes.
	changed chan struct{}
	// stirred wakes steer when something begins to run; it has room for one.
	stirred chan struct{}
	// stopping is closed when the worker stops.
	stopping chan struct{}

	// works counts the executions and closing sessions that hold DuckDB.
	works sync.WaitGroup
	// broken gets the error after which DuckDB can't go on.
	broken chan error
}

// New opens DuckDB (folders, initial SQL, extensions, locks) and then the listener. It fails when anything of it does, so
// that a worker that listens can answer. The caller calls Run, which closes everything.
func New(cfg Config, log *slog.Logger) (*Worker, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	var initSQL []string
	for _, f := range cfg.InitSQL {
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, fmt.Errorf("reading initial SQL: %w", err)
		}
		initSQL = append(initSQL, string(b))
	}
	secrets, buckets, err := cfg.secrets()
	if err != nil {
		return nil, err
	}
	spill, err := newSpillFolder(cfg.SpillDir)
	if err != nil {
		return nil, err
	}
	limit := newMemoryLimit(cfg.memoryTotal())
	in, err := duck.Open(duck.Options{
		Threads: cfg.threads(), MemoryLimit: limit.duckdb, Directory: spill.path, MaxSpill: cfg.SpillMax,
		ExtensionDirectory: cfg.ExtensionsDir, Extensions: cfg.extensions(),
		AllowedDirectories: absolute(append(buckets, cfg.Allow...)), Secrets: secrets, InitSQL: initSQL, Lake: cfg.lake(),
	})
	if err != nil {
		spill.remove()
		return nil, err
	}
	w := &Worker{
		cfg: cfg, log: log, id: filepath.Base(spill.path), spill: spill, in: in, conns: newConns(in, log), owners: newOwners(), limit: limit,
		running: map[string]*execution{}, changed: make(chan struct{}), stirred: make(chan struct{}, 1), stopping: make(chan struct{}), broken: make(chan error, 1),
	}
	w.staged.spools = map[string]*spool{}
	w.results.waiting = map[string]*result{}
	w.cursors.init(cfg, spill.path)
	w.staged.memory.left.Store(int64((limit.total - limit.duckdb) / 4)) // of what is not DuckDB's
	w.ledger.setCapacity(limit.duckdb)
	if lake := cfg.lake(); lake.Metadata != "" {
		w.writers = newWriters(lake)
	}
	w.lis, err = lifecycle.Listen(cfg.Listen, 0o600)
	if err == nil && cfg.DirectListen != "" {
		if w.clients, err = lifecycle.Listen(cfg.DirectListen, 0o666); err == nil {
			address := cfg.DirectListen
			if a, ok := w.clients.Addr().(*net.TCPAddr); ok && strings.HasSuffix(address, ":0") {
				address = a.String()
			}
			w.location = cfg.location(address)
		}
	}
	if err != nil {
		if w.lis != nil {
			_ = w.lis.Close()
		}
		in.Close()
		spill.remove()
		return nil, err
	}
	return w, nil
}

// absolute makes local paths absolute, with a slash at the end so that /data does not allow /database; URLs stay.
func absolute(paths []string) []string {
	out := make([]string, 0, len(paths))
	for _, p := range paths {
		if !strings.Contains(p, "://") {
			if abs, err := filepath.Abs(p); err == nil {
				p = abs
			}
		}
		out = append(out, strings.TrimRight(p, "/")+"/")
	}
	return out
}

// Run serves until ctx ends, then drains: no new work, what runs may finish within the grace, then it is cancelled. It
// returns nil after an orderly stop, and an error that names what did not stop, or what broke.
func (w *Worker) Run(ctx context.Context) error {
	srv := servers{workerapi.NewServer(w, w.cfg.Token)}
	w.log.Info("worker ready", "worker", w.id, "listen", w.cfg.Listen, "duckdb", duck.Version(),
		"memory_limit", w.limit.total, "duckdb_memory_limit", w.limit.duckdb, "threads", w.cfg.threads())
	served := make(chan error, 2)
	go func() { served <- srv[0].Serve(w.lis) }()
	if w.clients != nil {
		direct := workerapi.NewDirectServer(w, seal.New(w.cfg.FlightSecret))
		srv = append(srv, direct)
		go func() { served <- direct.Serve(w.clients) }()
	}

	if w.cfg.OwnProcess {
		// When memory runs out on the machine, it is a worker that goes, not the gateway: a query can only hurt its worker.
		if err := os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0o644); err != nil {
			w.log.Debug("raising oom_score_adj failed", "error", err)
		}
	}

	steering, stop := context.WithCancel(context.Background())
	var steered sync.WaitGroup
	steered.Go(func() { w.steer(steering) })
	stopSteering := func() { stop(); steered.Wait() }

	var cause error
	select {
	case <-ctx.Done():
	case cause = <-w.broken:
		w.log.Error("worker is broken", "error", cause)
	case cause = <-served:
	}
	err := errors.Join(cause, w.shutDown(srv, cause == nil, stopSteering))
	stopSteering()
	return err
}

// servers are those of gateways and of clients.
type servers []*grpc.Server

// gracefulStop takes no new calls, and waits for those under way.
func (s servers) gracefulStop() {
	var all sync.WaitGroup
	for _, g := range s {
		all.Go(g.GracefulStop)
	}
	all.Wait()
}

func (s servers) stop() {
	for _, g := range s {
		g.Stop()
	}
}

// shutDown stops in the order in which things depend on each other: no new statements, then the calls under way (rows
// that DuckDB has given may still wait for their reader), then the connections, then DuckDB.
func (w *Worker) shutDown(srv servers, graceful bool, stopSteering func()) error {
	w.setDraining()
	close(w.stopping) // Watch streams end
	answered := make(chan struct{})
	go func() { srv.gracefulStop(); close(answered) }()
	grace := time.Duration(0)
	if graceful {
		grace = w.cfg.DrainTimeout
	}
	select {
	case <-answered:
	case <-time.After(grace):
		w.cancelAll()
		// Those that are cancelled say so at once, unless their reader does not read.
		const patience = time.Second
		select {
		case <-answered:
		case <-time.After(patience):
			srv.stop()
			<-answered
		}
	}
	w.closeCursors(func(*cursor) bool { return true }, errDraining())
	w.dropResults(func(*result) bool { return true }, errDraining())
	w.conns.closeSessions(func() func() { w.works.Add(1); return w.works.Done })
	ended := make(chan struct{})
	go func() { w.works.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		// DuckDB still runs in C: closing it under its feet would crash, so the process just ends.
		return errors.New("statements did not stop within 10s of being cancelled")
	}
	stopSteering() // it asks DuckDB
	w.conns.closeIdle()
	w.in.Close()
	w.spill.remove()
	return nil
}
