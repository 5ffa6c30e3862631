package main

import (
	"context"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// whole is a `tavana up`, whose workers come, go, grow and shrink.
type whole struct {
	process *process
	addr    string
	http    string
	dir     string
}

func (e *env) startUp(ctx context.Context, flags ...string) (*whole, error) {
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return nil, err
	}
	pg, err := freePort()
	if err != nil {
		return nil, err
	}
	web, err := freePort()
	if err != nil {
		return nil, err
	}
	w := &whole{addr: net.JoinHostPort("127.0.0.1", pg), http: net.JoinHostPort("127.0.0.1", web), dir: dir}
	w.process, err = start(filepath.Join(e.bin, "tavana"), nil, append([]string{
		"up", "--pg-listen", w.addr, "--http-listen", w.http, "--flight-listen", "", "--data", dir, "--lake-metadata", "none", "--allow", e.sf1,
		"--init-sql", filepath.Join(e.sf1, "views.sql"),
	}, flags...)...)
	if err != nil {
		return nil, err
	}
	return w, (&tavana{addr: w.addr}).await(ctx)
}

func (w *whole) stop() {
	w.process.stop()
	_ = os.RemoveAll(w.dir)
}

func (w *whole) connect(ctx context.Context) (*pgconn.PgConn, error) {
	return connect(ctx, w.addr)
}

// rows returns a query's rows.
func (w *whole) rows(ctx context.Context, sql string) ([][]string, error) {
	c, err := w.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close(ctx)
	results, err := c.Exec(ctx, sql).ReadAll()
	if err != nil {
		return nil, err
	}
	var out [][]string
	for _, r := range results[len(results)-1].Rows {
		line := make([]string, len(r))
		for i, v := range r {
			line[i] = string(v)
		}
		out = append(out, line)
	}
	return out, nil
}

// metrics returns all samples, those of one name added up.
func (w *whole) metrics() (map[string]float64, error) {
	resp, err := http.Get("http://" + w.http + "/metrics")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for _, m := range regexp.MustCompile(`(?m)^(\w+)(?:\{[^}]*\})? (\S+)$`).FindAllStringSubmatch(string(body), -1) {
		v, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			return nil, err
		}
		out[m[1]] += v
	}
	return out, nil
}

// moment is what a timeline has of a moment.
type moment struct {
	at                                time.Duration
	waiting, running, workers, memory float64 // memory in MB
}

// follow notes what happens until stop is closed, and returns it.
func (w *whole) follow(stop <-chan struct{}) <-chan []moment {
	out := make(chan []moment, 1)
	go func() {
		began := time.Now()
		tick := time.NewTicker(250 * time.Millisecond)
		defer tick.Stop()
		var list []moment
		for {
			if m, err := w.metrics(); err == nil {
				waits := m["tavana_query_queue_depth"]
				list = append(list, moment{time.Since(began), waits, m["tavana_active_queries"] - waits, m["tavana_worker_count"], m["tavana_worker_memory_bytes"] / 1e6})
			}
			select {
			case <-tick.C:
			case <-stop:
				out <- list
				return
			}
		}
	}()
	return out
}

// timeline draws what happened: a strip for each of queue, running queries, workers and memory.
func timeline(title string, list []moment) string {
	const width, strip, left, gap = 900, 80, 150, 26
	var b strings.Builder
	text := func(x, y int, style, s string) {
		fmt.Fprintf(&b, `<text x="%d" y="%d" %s>%s</text>`+"\n", x, y, style, html.EscapeString(s))
	}
	text(16, 24, `font-size="16" font-weight="bold"`, title)
	total := list[len(list)-1].at.Seconds()
	y := 44
	for _, s := range []struct {
		name, color string
		of          func(moment) float64
	}{
		{"waiting", "#b45309", func(m moment) float64 { return m.waiting }},
		{"running", "#0a7d55", func(m moment) float64 { return m.running }},
		{"workers", "#1d4ed8", func(m moment) float64 { return m.workers }},
		{"resident memory, MB", "#6b21a8", func(m moment) float64 { return m.memory }},
	} {
		high := 1.0
		for _, m := range list {
			high = max(high, s.of(m))
		}
		text(16, y+strip/2, "", s.name)
		text(left-8, y+10, `text-anchor="end" fill="#666"`, strconv.FormatFloat(high, 'f', 0, 64))
		text(left-8, y+strip, `text-anchor="end" fill="#666"`, "0")
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" fill="#f5f7f9"/>`+"\n", left, y, width-left-16, strip)
		var points []string
		for i, m := range list {
			x := float64(left) + m.at.Seconds()/total*float64(width-left-16)
			at := float64(y+strip) - s.of(m)/high*strip
			if i > 0 { // as steps: nothing is known of what is between
				points = append(points, fmt.Sprintf("%.1f,%.1f", x, float64(y+strip)-s.of(list[i-1])/high*strip))
			}
			points = append(points, fmt.Sprintf("%.1f,%.1f", x, at))
		}
		fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n", strings.Join(points, " "), s.color)
		y += strip + gap
	}
	for i := range 6 {
		at := float64(i) / 5
		text(left+int(at*float64(width-left-40)), y, `fill="#666"`, fmt.Sprintf("%.0f s", at*total))
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`+"\n"+
		`<rect width="100%%" height="100%%" fill="white"/>`+"\n%s</svg>\n", width, y+16, b.String())
}
