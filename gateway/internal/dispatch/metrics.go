package dispatch

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/angelerator/tavana/gateway/internal/router"
	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// The names that dashboards rely on.
const (
	metricQueryDuration = "tavana_query_duration_seconds"
	metricActiveQueries = "tavana_active_queries"
	metricQueryErrors   = "tavana_query_errors_total"
	metricQueueDepth    = "tavana_query_queue_depth"
	metricQueueWait     = "tavana_query_queue_wait_seconds"
	metricExpectedWait  = "tavana_estimated_wait_ms"
	metricRejected      = "tavana_query_queue_rejected_total"
	metricScanned       = "tavana_data_scanned_bytes"
	metricRetries       = "tavana_query_memory_retries_total"
	metricCapacity      = "tavana_available_capacity_mb"
	metricWorkerCPU     = "tavana_worker_cpu_usage_percent"
	metricWorkerCount   = "tavana_worker_count"
	metricWorkerMemory  = "tavana_worker_memory_bytes"
	metricRowsSent      = "tavana_query_rows_total"
	metricCursors       = "tavana_active_cursors"
	metricCursorFetches = "tavana_cursor_fetch_count"
	metricCursorRows    = "tavana_cursor_rows_fetched"
	metricCursorSpool   = "tavana_cursor_spooled_bytes"
)

type metrics struct {
	duration  prometheus.Histogram
	active    prometheus.Gauge
	errors    *prometheus.CounterVec
	queueWait prometheus.Histogram
	rows      prometheus.Counter
	rejected  prometheus.Counter
	scanned   prometheus.Counter
	retries   prometheus.Counter

	cursors                   prometheus.Gauge
	cursorFetches, cursorRows prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, d *Dispatcher) *metrics {
	m := &metrics{
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: metricQueryDuration, Help: "Time from a query's arrival to its last row.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800},
		}),
		active: prometheus.NewGauge(prometheus.GaugeOpts{Name: metricActiveQueries, Help: "Queries that wait or run."}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: metricQueryErrors, Help: "Queries that failed, by the class of their SQLSTATE (its first two characters).",
		}, []string{"class"}),
		queueWait: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: metricQueueWait, Help: "Time that queries waited for room on a worker.",
			Buckets: []float64{.001, .01, .1, .5, 1, 5, 10, 30, 60, 120, 300},
		}),
		rows: prometheus.NewCounter(prometheus.CounterOpts{Name: metricRowsSent, Help: "Rows sent to clients."}),

		rejected: prometheus.NewCounter(prometheus.CounterOpts{
			Name: metricRejected, Help: "Queries that left the queue without having run, because queue-timeout or worker-wait had passed. None is refused for want of room.",
		}),
		scanned: prometheus.NewCounter(prometheus.CounterOpts{
			Name: metricScanned, Help: "Bytes of files that finished queries have read, by the files' sizes and the columns that the queries name.",
		}),
		retries: prometheus.NewCounter(prometheus.CounterOpts{
			Name: metricRetries, Help: "Times that a query ran out of memory before its first row and was run again with more.",
		}),

		cursors:       prometheus.NewGauge(prometheus.GaugeOpts{Name: metricCursors, Help: "Cursors that are open, row-limited portals among them."}),
		cursorFetches: prometheus.NewCounter(prometheus.CounterOpts{Name: metricCursorFetches, Help: "FETCH and MOVE statements."}),
		cursorRows:    prometheus.NewCounter(prometheus.CounterOpts{Name: metricCursorRows, Help: "Rows read from cursors."}),
	}
	reg.MustRegister(m.duration, m.active, m.errors, m.queueWait, m.rows, m.rejected, m.retries, m.scanned, m.cursors, m.cursorFetches, m.cursorRows,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: metricQueueDepth, Help: "Queries that wait for room on a worker."},
			func() float64 { return float64(d.queue.Len()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: metricExpectedWait, Help: "How long a query that came now would wait for room, at the pace at which others have got it; 0: not at all, or not known."},
			func() float64 { return float64(d.queue.Expected().Milliseconds()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: metricWorkerCount, Help: "Workers that take queries."},
			func() float64 {
				return float64(len(d.router.Candidates(func(*router.Worker) bool { return false })))
			}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: metricCapacity, Help: "Memory, in MB of 1000000 bytes, that workers have promised to no query."},
			func() float64 { return d.sum(free) / 1e6 }),
		&workerMetrics{
			d:      d,
			memory: prometheus.NewDesc(metricWorkerMemory, "Resident memory of a worker.", []string{"worker"}, nil),
			cpu:    prometheus.NewDesc(metricWorkerCPU, "CPU use of a worker over the last second; 100: one core.", []string{"worker"}, nil),
		},
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: metricCursorSpool, Help: "Bytes of cursors' rows on the workers' disks."},
			func() float64 { return d.sum((*workerpb.State).GetSpooled) }),
	)
	return m
}

// Load is what waits for any worker.
type Load struct {
	// Waiting is how many, and Wait the longest wait since Load was called before.
	Waiting int
	Wait    time.Duration
}

// Load returns what waits now. It is called by one.
func (d *Dispatcher) Load() Load { return Load{d.queue.Len(), d.queue.Longest()} }

// workerMetrics are what is told of each worker.
type workerMetrics struct {
	d           *Dispatcher
	memory, cpu *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (m *workerMetrics) Describe(out chan<- *prometheus.Desc) {
	out <- m.memory
	out <- m.cpu
}

// Collect implements prometheus.Collector.
func (m *workerMetrics) Collect(out chan<- prometheus.Metric) {
	for _, w := range m.d.router.Workers() {
		if st := w.State(); st != nil {
			out <- prometheus.MustNewConstMetric(m.memory, prometheus.GaugeValue, float64(st.GetResident()), w.Name())
			out <- prometheus.MustNewConstMetric(m.cpu, prometheus.GaugeValue, cpuPercent(st), w.Name())
		}
	}
}

// cpuPercent is a worker's CPU use; 100: one core.
func cpuPercent(st *workerpb.State) float64 { return 100 * st.GetCpu() }

// free is what a worker has promised to nobody, in bytes.
func free(st *workerpb.State) uint64 {
	return st.GetDuckdbMemoryLimit() - min(st.GetReserved(), st.GetDuckdbMemoryLimit())
}

// sum adds up what the workers say.
func (d *Dispatcher) sum(of func(*workerpb.State) uint64) float64 {
	sum := 0.0
	for _, w := range d.router.Workers() {
		sum += float64(of(w.State()))
	}
	return sum
}

// finished counts the end of a query.
func (m *metrics) finished(started time.Time, rows uint64, err error) {
	m.active.Dec()
	m.duration.Observe(time.Since(started).Seconds())
	m.rows.Add(float64(rows))
	if err != nil {
		m.errors.WithLabelValues(string(pgerror.CodeOf(err)[:2])).Inc()
	}
}
