package config

import (
	"fmt"
	"math"
	"net"
	"strconv"
	"strings"
	"time"
)

// String adds a text setting.
func (t *Table) String(p *string, name, def, help string) *Setting {
	*p = def
	return t.Add((*stringValue)(p), name, help)
}

// Int adds a whole-number setting.
func (t *Table) Int(p *int, name string, def int, help string) *Setting {
	*p = def
	return t.Add((*intValue)(p), name, help)
}

// Bool adds a switch.
func (t *Table) Bool(p *bool, name string, def bool, help string) *Setting {
	*p = def
	return t.Add((*boolValue)(p), name, help)
}

// Duration adds a time span, written as Go does: 300ms, 5m.
func (t *Table) Duration(p *time.Duration, name string, def time.Duration, help string) *Setting {
	*p = def
	return t.Add((*durationValue)(p), name, help)
}

// Bytes adds a size: a number of bytes, or with a unit (KB, MB, GB decimal, KiB, MiB, GiB binary).
func (t *Table) Bytes(p *uint64, name string, def uint64, help string) *Setting {
	*p = def
	return t.Add((*bytesValue)(p), name, help)
}

// Share adds a share of a whole, from 0 to 1.
func (t *Table) Share(p *float64, name string, def float64, help string) *Setting {
	*p = def
	return t.Add((*shareValue)(p), name, help)
}

// List adds a setting of several texts: the flag repeated, or one value with commas.
func (t *Table) List(p *[]string, name string, def []string, help string) *Setting {
	*p = def
	return t.Add(&listValue{p}, name, help)
}

// Port makes of an address and another port the address with that port: for aliases such as PG_PORT.
func Port(current, port string) string {
	host, _, err := net.SplitHostPort(current)
	if err != nil {
		host = ""
	}
	return net.JoinHostPort(host, port)
}

// Milliseconds makes a duration of a number of milliseconds: for aliases such as QUEUE_TIMEOUT_MS.
func Milliseconds(_, ms string) string { return ms + "ms" }

// Seconds makes a duration of a number of seconds: for aliases such as CURSOR_IDLE_TIMEOUT_SECS.
func Seconds(_, s string) string { return s + "s" }

type stringValue string

func (v *stringValue) String() string     { return string(*v) }
func (v *stringValue) Set(s string) error { *v = stringValue(s); return nil }

type intValue int

func (v *intValue) String() string { return strconv.Itoa(int(*v)) }
func (v *intValue) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil {
		return fmt.Errorf("%q is not a whole number", s)
	}
	*v = intValue(n)
	return nil
}

type boolValue bool

func (v *boolValue) String() string   { return strconv.FormatBool(bool(*v)) }
func (v *boolValue) IsBoolFlag() bool { return true }
func (v *boolValue) Set(s string) error {
	b, err := strconv.ParseBool(s)
	if err != nil {
		return fmt.Errorf("%q is neither true nor false", s)
	}
	*v = boolValue(b)
	return nil
}

type durationValue time.Duration

func (v *durationValue) String() string {
	s := time.Duration(*v).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func (v *durationValue) Set(s string) error {
	d, err := time.ParseDuration(s)
	if err != nil {
		return fmt.Errorf("%q is not a duration such as 300ms or 5m", s)
	}
	*v = durationValue(d)
	return nil
}

type bytesValue uint64

var units = []struct {
	name string
	size uint64
}{
	{"KiB", 1 << 10},
	{"MiB", 1 << 20},
	{"GiB", 1 << 30},
	{"TiB", 1 << 40},
	{"KB", 1e3},
	{"MB", 1e6},
	{"GB", 1e9},
	{"TB", 1e12},
	{"B", 1},
}

func (v *bytesValue) String() string {
	n := uint64(*v)
	if n == 0 {
		return "0"
	}
	for i := len(units) - 1; i >= 0; i-- {
		u := units[i]
		if u.size > 1 && n%u.size == 0 && n/u.size < 1<<10 {
			return strconv.FormatUint(n/u.size, 10) + u.name
		}
	}
	return strconv.FormatUint(n, 10)
}

func (v *bytesValue) Set(s string) error {
	text, size := strings.TrimSpace(s), uint64(1)
	for _, u := range units {
		if len(text) > len(u.name) && strings.EqualFold(text[len(text)-len(u.name):], u.name) {
			text, size = strings.TrimSpace(text[:len(text)-len(u.name)]), u.size
			break
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f < 0 || math.IsNaN(f) || f*float64(size) >= math.MaxInt64 {
		return fmt.Errorf("%q is not a size such as 512MB or 2GiB", s)
	}
	*v = bytesValue(f * float64(size))
	return nil
}

type shareValue float64

func (v *shareValue) String() string { return strconv.FormatFloat(float64(*v), 'g', -1, 64) }

func (v *shareValue) Set(s string) error {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= 0 && f <= 1) {
		return fmt.Errorf("%q is not a share from 0 to 1", s)
	}
	*v = shareValue(f)
	return nil
}

type listValue struct{ p *[]string }

func (v *listValue) String() string { return strings.Join(*v.p, ",") }
func (v *listValue) Set(s string) error {
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			*v.p = append(*v.p, part)
		}
	}
	return nil
}
