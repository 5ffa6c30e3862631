package session

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/internal/pgerror"
)

// Settings are a session's run-time parameters.
type Settings struct {
	// values differ from the defaults, by parameter name in lower case. The map is never changed once it is here, so that
	// a transaction can keep the old one.
	values map[string]string
	// start are the values that the client connected with: what RESET goes back to.
	start map[string]string
	fixed map[string]string

	// before is values when the block began; nil outside a block. local are the parameters under SET LOCAL, with the value
	// to go back to when the block commits.
	before map[string]string
	local  map[string]string

	// catalog is the Identity's.
	catalog string

	// derived of values
	encoding pgenc.Settings
	worker   map[string]string
}

func newSettings(id Identity) *Settings {
	s := &Settings{catalog: id.Catalog, values: map[string]string{}, start: map[string]string{}, fixed: map[string]string{
		"is_superuser": onOff(id.Superuser), "session_authorization": id.User,
	}}
	s.derive()
	return s
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

// Get returns a parameter's value as SHOW shows it; 42704 for an unknown one.
func (s *Settings) Get(name string) (string, error) {
	key := strings.ToLower(name)
	if v, ok := s.values[key]; ok {
		return v, nil
	}
	return s.initial(key, name)
}

// initial is the value of a parameter that nobody has set since the client connected.
func (s *Settings) initial(key, name string) (string, error) {
	if v, ok := s.start[key]; ok {
		return v, nil
	}
	if v, ok := s.fixed[key]; ok {
		return v, nil
	}
	if p := parameters[key]; p != nil {
		return p.def, nil
	}
	if strings.Contains(key, ".") {
		return "", pgerror.Newf(pgerror.UndefinedObject, "unrecognized configuration parameter %q", name)
	}
	return "", errUnknown(name)
}

func errUnknown(name string) error {
	return pgerror.Newf(pgerror.UndefinedObject, "unrecognized configuration parameter %q", name)
}

// Set changes a parameter, checked and in its normal form. local: until the end of the block.
func (s *Settings) Set(name, value string, local bool) error {
	if strings.EqualFold(name, "DateStyle") {
		// A style without an order keeps the order, and an order the style.
		now, _ := s.Get(name)
		value = now + ", " + value
	}
	if strings.EqualFold(name, "role") && value != "none" && value != s.fixed["session_authorization"] {
		return errRole
	}
	key, v, err := check(name, value)
	if err != nil {
		return err
	}
	s.put(key, v, local)
	return nil
}

// errRole is the answer to a SET ROLE that would make a session somebody else's.
var errRole = pgerror.New(pgerror.FeatureNotSupported, "roles cannot be changed").WithHint("SET ROLE takes NONE and the user who is connected.")

// Start sets a parameter from the startup message: what RESET goes back to.
func (s *Settings) Start(name, value string) error {
	key, v, err := check(name, value)
	if err != nil {
		return err
	}
	s.start[key] = v
	s.derive()
	return nil
}

// Altered tells whether a parameter differs from what the client connected with.
func (s *Settings) Altered() bool { return len(s.values) > 0 }

// Like gives all parameters the values of another session's.
func (s *Settings) Like(other *Settings) {
	s.values, s.start = other.values, other.start
	s.derive()
}

// Reset gives a parameter back the value that the client connected with. local: until the end of the block.
func (s *Settings) Reset(name string, local bool) error {
	key := strings.ToLower(name)
	p := parameters[key]
	switch {
	case p == nil && !strings.Contains(key, "."):
		return errUnknown(name)
	case p != nil && p.readOnly:
		return errReadOnly(p.name)
	case !local:
		delete(s.local, key)
		s.change(func(m map[string]string) { delete(m, key) })
		return nil
	}
	v, err := s.initial(key, name)
	if err == nil {
		s.put(key, v, true)
	}
	return err
}

// ResetAll resets every parameter.
func (s *Settings) ResetAll() {
	clear(s.local)
	s.change(func(m map[string]string) { clear(m) })
}

func (s *Settings) put(key, v string, local bool) {
	if local && s.before == nil {
		return // PostgreSQL warns and forgets it at once
	}
	if local {
		if _, ok := s.local[key]; !ok {
			s.local[key], _ = s.Get(key)
		}
	} else {
		delete(s.local, key)
	}
	s.change(func(m map[string]string) { m[key] = v })
}

// change replaces the map of values by one that f has changed.
func (s *Settings) change(f func(map[string]string)) {
	m := maps.Clone(s.values)
	f(m)
	s.values = m
	s.derive()
}

func (s *Settings) begin() { s.before, s.local = s.values, map[string]string{} }

func (s *Settings) end(committed bool) {
	if s.before == nil {
		return
	}
	if !committed {
		s.values = s.before
	} else if len(s.local) > 0 {
		m := maps.Clone(s.values)
		maps.Copy(m, s.local)
		s.values = m
	}
	s.before, s.local = nil, nil
	s.derive()
}

// Reported returns the parameters that clients are told of, in order: pairs of name and value.
func (s *Settings) Reported() [][2]string {
	out := make([][2]string, 0, len(reported))
	for _, name := range reported {
		v, _ := s.Get(name)
		out = append(out, [2]string{name, v})
	}
	return out
}

// Changed calls f for each reported parameter that differs from what before, an earlier Snapshot, had.
func (s *Settings) Changed(before Snapshot, f func(name, value string)) {
	if before.unchanged(s) {
		return
	}
	for i, kv := range s.Reported() {
		if before.reported[i] != kv[1] {
			f(kv[0], kv[1])
		}
	}
}

// Snapshot is what clients were told at some moment.
type Snapshot struct {
	reported []string
	values   map[string]string
}

// Snapshot returns what clients are told now.
func (s *Settings) Snapshot() Snapshot {
	sn := Snapshot{values: s.values}
	for _, kv := range s.Reported() {
		sn.reported = append(sn.reported, kv[1])
	}
	return sn
}

// unchanged is a quick answer: maps are never changed in place, so the same map is the same values.
func (sn Snapshot) unchanged(s *Settings) bool { return sameMap(sn.values, s.values) }

// All calls f for every parameter, by name: what SHOW ALL lists.
func (s *Settings) All(f func(name, value, description string)) {
	for _, key := range slices.Sorted(maps.Keys(parameters)) {
		v, _ := s.Get(key)
		f(parameters[key].name, v, parameters[key].help)
	}
}

// Parameter is a run-time parameter as pg_settings shows it.
type Parameter struct {
	Name, Value, Default, Reset, Help string
	// Unit is "" for a parameter without one.
	Unit, Type, Context, Source string
}

// Describe calls f for every known parameter.
func (s *Settings) Describe(f func(Parameter)) {
	for _, key := range slices.Sorted(maps.Keys(parameters)) {
		p := parameters[key]
		out := Parameter{Name: p.name, Help: p.help, Default: p.def, Reset: p.def, Type: "string", Context: "user", Source: "default"}
		out.Value, _ = s.Get(key)
		if v, ok := s.start[key]; ok {
			out.Reset = v
		}
		switch {
		case p.def == "on" || p.def == "off":
			out.Type = "bool"
		case p.unit != "", p.def != "" && strings.Trim(p.def, "-0123456789") == "" && key != "server_version_num":
			out.Type = "integer"
		}
		if p.readOnly {
			out.Context = "internal"
		}
		if out.Value != p.def {
			out.Source = "session"
		}
		out.Unit = p.unit
		out.Value, out.Default, out.Reset = p.inUnit(out.Value), p.inUnit(out.Default), p.inUnit(out.Reset)
		f(out)
	}
}

// Duration returns a parameter that is a time; 0: off.
func (s *Settings) Duration(name string) time.Duration {
	v, err := s.Get(name)
	if err != nil {
		return 0
	}
	d, _ := parseDuration(v)
	return d
}

// Encoding returns what the encoders must know.
func (s *Settings) Encoding() pgenc.Settings { return s.encoding }

// Worker returns the settings that act in DuckDB, by its names. The caller does not change the map.
func (s *Settings) Worker() map[string]string { return s.worker }

func (s *Settings) derive() {
	tz, _ := s.Get("timezone")
	zone, _ := location(tz)
	if zone == nil {
		zone = time.UTC
	}
	get := func(name string) string { v, _ := s.Get(name); return v }
	style, order, _ := strings.Cut(get("datestyle"), ", ")
	digits, _ := strconv.Atoi(get("extra_float_digits"))
	s.encoding = pgenc.Settings{
		Location: zone, DateStyle: dateStyles[style], DayFirst: order == "DMY", IntervalStyle: intervalStyles[get("intervalstyle")],
		EscapeBytea: get("bytea_output") == "escape", RoundFloats: digits < 1, FloatDigits: digits,
	}
	s.worker = map[string]string{}
	if s.catalog != "" {
		s.worker["catalog"] = s.catalog
	}
	if tz != "UTC" {
		s.worker["TimeZone"] = zone.String()
	}
	if path, _ := s.Get("search_path"); path != parameters["search_path"].def {
		if p := workerPath(path); p != "" && p != `"public"` {
			s.worker["search_path"] = p
		}
	}
}
