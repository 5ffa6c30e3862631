package main

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

// report collects rows.
type report struct {
	Date    string `json:"date"`
	Machine string `json:"machine"`
	Rows    []row  `json:"rows"`
}

// row is one figure, with its peer's where there is one.
type row struct {
	Name  string  `json:"name"`
	Unit  string  `json:"unit"`
	Value float64 `json:"value"`
	Peer  string  `json:"peer,omitempty"`
	// PeerValue and Ratio (Value / PeerValue) are there with a peer.
	PeerValue float64 `json:"peer_value,omitempty"`
	Ratio     float64 `json:"ratio,omitempty"`
	Goal      string  `json:"goal,omitempty"`
	Met       *bool   `json:"met,omitempty"`
}

// goal is what a ratio (with a peer) or a value (without) should be.
type goal struct {
	text  string
	met   func(row) bool
	value bool // of the value, though there is a peer
}

var none = goal{}

func judged(r row, onValue bool) float64 {
	if r.Peer != "" && !onValue {
		return r.Ratio
	}
	return r.Value
}

func atLeast(x float64) goal {
	return goal{fmt.Sprintf("≥ %g", x), func(r row) bool { return judged(r, false) >= x }, false}
}

func atMost(x float64) goal {
	return goal{fmt.Sprintf("≤ %g", x), func(r row) bool { return judged(r, false) <= x }, false}
}

// limit is a bound of the value itself.
func limit(x float64) goal {
	return goal{fmt.Sprintf("≤ %g", x), func(r row) bool { return judged(r, true) <= x }, true}
}

func newReport() *report {
	return &report{Date: time.Now().Format(time.DateOnly), Machine: fmt.Sprintf("%s, %d cores, %s", cpuModel(), runtime.NumCPU(), runtime.GOOS+"/"+runtime.GOARCH)}
}

func cpuModel() string {
	b, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(b)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
		}
	}
	return "unknown CPU"
}

func (r *report) add(name, unit string, value float64, peer string, peerValue float64, g goal) {
	x := row{Name: name, Unit: unit, Value: value, Peer: peer, PeerValue: peerValue, Goal: g.text}
	if peerValue > 0 {
		x.Ratio = value / peerValue
	}
	if g.met != nil {
		met := g.met(x)
		x.Met = &met
	}
	if g.value {
		x.Goal += " " + unit
	}
	r.Rows = append(r.Rows, x)
}

func (r *report) bound(name, unit string, value float64, g goal) { r.add(name, unit, value, "", 0, g) }

func (x row) verdict() string {
	switch {
	case x.Met == nil:
		return ""
	case *x.Met:
		return "yes"
	}
	return "NO"
}

func (r *report) table(out io.Writer) {
	fmt.Fprintf(out, "%s · %s\n\n", r.Date, r.Machine)
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "measure\tTavana\tunit\tpeer\tits figure\tratio\tgoal\tmet")
	for _, x := range r.Rows {
		peer, ratio := "", ""
		if x.Peer != "" {
			peer, ratio = fmt.Sprintf("%.3g", x.PeerValue), fmt.Sprintf("%.2f", x.Ratio)
		}
		fmt.Fprintf(w, "%s\t%.3g\t%s\t%s\t%s\t%s\t%s\t%s\n", x.Name, x.Value, x.Unit, x.Peer, peer, ratio, x.Goal, x.verdict())
	}
	_ = w.Flush()
}

// write writes report.json and report.svg into dir.
func (r *report) write(dir string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "report.json"), append(b, '\n'), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "report.svg"), []byte(r.picture()), 0o644)
}

// picture draws each pair of figures as two bars, the longer of them the full width.
func (r *report) picture() string {
	const width, bar, left = 900, 14, 330
	var b strings.Builder
	y := 54
	text := func(x, y int, style, s string) {
		fmt.Fprintf(&b, `<text x="%d" y="%d" %s>%s</text>`+"\n", x, y, style, html.EscapeString(s))
	}
	text(16, 24, `font-size="16" font-weight="bold"`, "Tavana beside its peers, one run")
	text(16, 42, `fill="#666"`, r.Date+" · "+r.Machine)
	for _, x := range r.Rows {
		if x.Peer == "" {
			continue
		}
		high := max(x.Value, x.PeerValue)
		y += 18
		text(16, y+12, "", x.Name)
		for i, v := range []struct {
			value float64
			color string
			who   string
		}{{x.Value, "#0a7d55", "Tavana"}, {x.PeerValue, "#b9c3cc", x.Peer}} {
			w := int(v.value / high * (width - left - 230))
			fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`+"\n", left, y+i*bar, w, bar-2, v.color)
			text(left+w+6, y+i*bar+11, `fill="#333"`, fmt.Sprintf("%.3g %s  %s", v.value, x.Unit, v.who))
		}
		y += 2 * bar
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`+"\n"+
		`<rect width="100%%" height="100%%" fill="white"/>`+"\n%s</svg>\n", width, y+24, b.String())
}
