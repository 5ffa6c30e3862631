package gateway

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/angelerator/tavana/gateway/internal/dispatch"
	"github.com/angelerator/tavana/gateway/internal/router"
	"github.com/angelerator/tavana/gateway/internal/scaler"
	"github.com/angelerator/tavana/internal/config"
)

// Where workers come from; see package scaler.
type (
	Fleet  = scaler.Fleet
	Events = scaler.Events
	Resize = scaler.Resize
)

// Scaling is how the number of workers follows the work, where there is a Fleet.
type Scaling struct {
	Rules scaler.Rules
	// Interval is how often is looked whether there should be more workers or fewer.
	Interval time.Duration
}

// Settings adds the rows of s to t.
func (s *Scaling) Settings(t *config.Table) {
	s.Rules = scaler.Defaults()
	r := &s.Rules
	t.Int(&r.Min, "min-workers", 2, "how many workers there are at least").Alias("MIN_WORKERS", nil)
	t.Int(&r.Max, "max-workers", 4, "how many workers there are at most").Alias("MAX_WORKERS", nil)
	t.Duration(&s.Interval, "scaler-interval", 10*time.Second, "how often is looked whether there should be more workers or fewer; at once when statements begin to wait")
	t.Duration(&r.UpWait, "scale-up-wait", r.UpWait, "wait for room past which workers are added though nothing waits any more")
	t.Share(&r.UpCPU, "scale-up-cpu", r.UpCPU, "share of the workers' CPUs in use past which workers are added; not where they share a machine's")
	t.Share(&r.UpMemory, "scale-up-memory", r.UpMemory, "share of the workers' memory in use past which workers are added")
	t.Duration(&r.UpCooldown, "scale-up-cooldown", r.UpCooldown, "time between two additions of workers")
	t.Duration(&r.DownIdle, "scale-down-idle", r.DownIdle, "how long nothing must have waited before half of the workers are taken away")
	t.Share(&r.DownUse, "scale-down-use", r.DownUse, "share of the workers' CPUs and memory in use below which they are taken away")
	t.Duration(&r.DownCooldown, "scale-down-cooldown", r.DownCooldown, "time between two times that workers are taken away")
	t.Share(&r.Saturate, "saturation", r.Saturate, "share of all memory for workers past which workers are added one by one; operators are warned a tenth before")
}

// Names of the metrics that dashboards rely on.
const (
	metricMode          = "tavana_operation_mode"
	metricCeiling       = "tavana_resource_ceiling_mb"
	metricPoolChanges   = "tavana_worker_pool_size_changes_total"
	metricScaleUp       = "tavana_hpa_scale_up_signal"
	metricScaleDown     = "tavana_hpa_scale_down_total"
	metricResizes       = "tavana_vpa_resize_events_total"
	metricScaleDuration = "tavana_scaling_duration_seconds"
)

// scaling makes the number of workers what the scaler decides.
type scaling struct {
	cfg    Scaling
	fleet  Fleet
	router *router.Router
	load   func() dispatch.Load
	log    *slog.Logger
	scaler *scaler.Scaler
	// waits gets one when statements begin to wait.
	waits chan struct{}
	// longest is the longest wait since the last decision. It is run's alone.
	longest time.Duration

	mu      sync.Mutex
	targets []string
	started map[string]time.Time // workers that have been started and not joined
	asked   map[string]bool      // workers that were asked to go, and may have heard it
	ceiling uint64
	mode    scaler.Mode
	last    scaler.Decision
	warned  bool

	poolChanges *prometheus.CounterVec
	up, down    prometheus.Counter
	resizes     *prometheus.CounterVec
	took        *prometheus.HistogramVec
}

func newScaling(cfg Scaling, fleet Fleet, r *router.Router, reg prometheus.Registerer, log *slog.Logger) *scaling {
	s := &scaling{
		cfg: cfg, fleet: fleet, router: r, log: log, scaler: scaler.New(cfg.Rules), waits: make(chan struct{}, 1), started: map[string]time.Time{}, asked: map[string]bool{},
		poolChanges: prometheus.NewCounterVec(prometheus.CounterOpts{Name: metricPoolChanges, Help: "Times that workers were added (up) or taken away (down)."}, []string{"direction"}),
		up:          prometheus.NewCounter(prometheus.CounterOpts{Name: metricScaleUp, Help: "Times that there was a reason for more workers, whether there was room for them or not."}),
		down:        prometheus.NewCounter(prometheus.CounterOpts{Name: metricScaleDown, Help: "Times that workers were taken away."}),
		resizes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: metricResizes, Help: "Changes of a worker's memory, by what was the reason and whether it could be had.",
		}, []string{"reason", "outcome"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: metricScaleDuration, Help: "Time until a started worker took queries (start), and until a worker's memory was changed (resize).",
			Buckets: []float64{.001, .01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120},
		}, []string{"kind"}),
	}
	reg.MustRegister(s.poolChanges, s.up, s.down, s.resizes, s.took,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: metricMode, Help: "0: there is room for more workers (Scaling). 1: there is hardly any (Saturation)."},
			func() float64 { return float64(s.now()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: metricCeiling, Help: "Memory there is for workers in all, in MB of 1000000 bytes."}, func() float64 {
			s.mu.Lock()
			defer s.mu.Unlock()
			return float64(s.ceiling) / 1e6
		}),
	)
	r.OnState(s.joined)
	fleet.Follow(Events{Workers: s.workers, Resized: s.resized})
	return s
}

func (s *scaling) now() scaler.Mode {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mode
}

// waiting is called when statements begin to wait for room.
func (s *scaling) waiting() {
	select {
	case s.waits <- struct{}{}:
	default:
	}
}

// why says why there is no room.
func (s *scaling) why() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(s.started) > 0:
		return "scaling: more workers are being started"
	case s.mode == scaler.Saturation, s.last.Reason == scaler.AtCeiling:
		return "saturated: there is no memory for more workers"
	case s.last.Reason == scaler.AtMaximum:
		return "saturated: there are as many workers as there may be"
	}
	return "all workers are busy"
}

// workers hears which workers there are.
func (s *scaling) workers(targets []string) {
	s.mu.Lock()
	for _, t := range targets {
		if !slices.Contains(s.targets, t) {
			s.started[t] = time.Now()
		}
	}
	maps.DeleteFunc(s.started, func(t string, _ time.Time) bool { return !slices.Contains(targets, t) })
	maps.DeleteFunc(s.asked, func(t string, _ bool) bool { return !slices.Contains(targets, t) })
	s.targets = targets
	s.mu.Unlock()
	if err := s.router.Set(targets); err != nil {
		s.log.Error("following the workers failed", "error", err)
	}
}

// joined hears of a worker's states.
func (s *scaling) joined(w *router.Worker) {
	if !w.Available() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.started[w.Target]; ok {
		delete(s.started, w.Target)
		s.took.WithLabelValues("start").Observe(time.Since(at).Seconds())
	}
}

func (s *scaling) resized(r Resize) {
	outcome := "changed"
	if r.From == r.To {
		outcome = "refused"
	}
	s.resizes.WithLabelValues(r.Reason, outcome).Inc()
	s.took.WithLabelValues("resize").Observe(r.Took.Seconds())
}

// patience is how long statements must wait before their wait is a reason for more workers: a worker takes longer to start than
// most statements to run, and a line that is gone by then needed none.
const patience = 100 * time.Millisecond

// run decides every interval, and when statements wait, until ctx ends.
func (s *scaling) run(ctx context.Context) {
	tick := time.NewTicker(s.cfg.Interval)
	defer tick.Stop()
	look := time.NewTimer(0) // at the ceiling
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			look.Reset(s.lookUp(ctx))
			continue
		case <-tick.C:
		case <-s.waits:
			select {
			case <-time.After(patience):
			case <-ctx.Done():
				return
			}
		}
		s.decide(ctx)
	}
}

// lookUp looks how much there is for workers in all, and returns when to look again.
func (s *scaling) lookUp(ctx context.Context) time.Duration {
	ceiling, err := s.fleet.Ceiling(ctx)
	if err != nil {
		s.log.Warn("looking how much memory there is for workers failed", "error", err)
	} else {
		s.mu.Lock()
		s.ceiling = ceiling
		s.mu.Unlock()
	}
	o := s.observe()
	s.setMode(o)
	return s.scaler.LookAgain(o)
}

func (s *scaling) setMode(o scaler.Observation) {
	mode, warn := s.scaler.Mode(o)
	s.mu.Lock()
	before, warned := s.mode, s.warned
	s.mode, s.warned = mode, warn
	s.mu.Unlock()
	switch {
	case mode != before:
		s.log.Warn("mode changed", "mode", mode, "used", o.Used, "ceiling", o.Ceiling)
	case warn && !warned:
		s.log.Warn("workers may use nearly all memory there is for them", "used", o.Used, "ceiling", o.Ceiling)
	}
}

// observe returns what there is.
func (s *scaling) observe() scaler.Observation {
	load := s.load()
	s.longest = max(s.longest, load.Wait)
	o := scaler.Observation{Waiting: load.Waiting, Wait: s.longest, Used: s.fleet.Used(), Size: s.fleet.Size()}
	var used, limit, cores, threads float64
	draining := 0
	for _, w := range s.router.Workers() {
		st := w.State()
		if st == nil {
			continue
		}
		if st.GetDraining() {
			draining++
			continue
		}
		o.Workers++
		o.Running += len(st.GetQueries())
		used, limit = used+float64(st.GetUsed()), limit+float64(st.GetMemoryLimit())
		cores, threads = cores+st.GetCpu(), threads+float64(st.GetThreads())
	}
	if o.Waiting > 0 && o.Workers > 0 {
		o.Slots = max(o.Running/o.Workers, 1) // somebody waits, so they run what they can
	}
	if limit > 0 {
		o.Memory = used / limit
	}
	if all := s.fleet.Cores(); all > 0 {
		threads, o.SharedCPU = min(threads, all), true
	}
	if threads > 0 {
		o.CPU = cores / threads
	}
	s.mu.Lock()
	o.Coming, o.Ceiling = max(len(s.targets)-o.Workers-draining, 0), s.ceiling
	s.mu.Unlock()
	return o
}

// stopAsked stops workers that have heard that they can go, though they could not say so.
func (s *scaling) stopAsked() {
	for _, w := range s.router.Workers() {
		s.mu.Lock()
		asked := s.asked[w.Target]
		s.mu.Unlock()
		if asked && w.State().GetDraining() {
			s.fleet.Stop(w.Target)
		}
	}
}

// decide looks once, and does what is decided.
func (s *scaling) decide(ctx context.Context) {
	s.stopAsked()
	o := s.observe()
	s.longest = 0
	s.setMode(o)
	d := s.scaler.Decide(time.Now(), o)
	s.mu.Lock()
	before := s.last
	s.last = d
	s.mu.Unlock()
	switch {
	case d.Change > 0:
		s.log.Info("adding workers", "workers", d.Change, "reason", d.Reason, "waiting", o.Waiting)
		s.up.Inc()
		s.poolChanges.WithLabelValues("up").Inc()
		s.fleet.Start(d.Change)
	case d.Change < 0:
		s.remove(ctx, -d.Change, d.Reason)
	case d.Reason == scaler.AtCeiling, d.Reason == scaler.AtMaximum:
		s.up.Inc()
		if before != d {
			s.log.Warn("more workers are needed than there can be", "reason", d.Reason, "waiting", o.Waiting)
		}
	}
}

// drainPatience is how long a worker may take to say whether it can go.
const drainPatience = 5 * time.Second

// remove takes n workers away that nothing would miss, the youngest first.
func (s *scaling) remove(ctx context.Context, n int, reason scaler.Reason) {
	removed := 0
	list := s.router.Workers()
	for i := len(list) - 1; i >= 0 && removed < n; i-- {
		w := list[i]
		if !w.Available() {
			continue
		}
		asking, cancel := context.WithTimeout(ctx, drainPatience)
		drains, err := w.Client.DrainIdle(asking)
		cancel()
		if err != nil { // it may go all the same
			s.mu.Lock()
			s.asked[w.Target] = true
			s.mu.Unlock()
		}
		if err != nil || !drains {
			continue
		}
		s.fleet.Stop(w.Target)
		removed++
	}
	if removed == 0 {
		return
	}
	s.log.Info("taking workers away", "workers", removed, "reason", reason)
	s.down.Inc()
	s.poolChanges.WithLabelValues("down").Inc()
}
