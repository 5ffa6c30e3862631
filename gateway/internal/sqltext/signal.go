package sqltext

import "github.com/angelerator/tavana/internal/pgerror"

// Signal is a call of pg_cancel_backend or pg_terminate_backend as an item of a result.
type Signal struct {
	// Column of the result.
	Column    int
	Terminate bool
}

// signalNames are the functions that act on other sessions.
var signalNames = map[string]bool{"pg_cancel_backend": false, "pg_terminate_backend": true}

// Signals returns the calls in the statement's result, and the statement with each call's process id in its place. ok is
// false when there is none. A call elsewhere is an error: it could act once, or many times, or never.
func (s *Statement) Signals() (signals []Signal, bare Statement, ok bool, err error) {
	calls := 0
	s.Functions(func(name string, _ int) {
		if _, is := signalNames[name]; is {
			calls++
		}
	})
	if calls == 0 {
		return nil, Statement{}, false, nil
	}
	elsewhere := pgerror.New(pgerror.FeatureNotSupported, "sessions are ended by a column of the result only").WithHint("SELECT pg_terminate_backend(pid) FROM …")
	if !s.Is(0, "SELECT") {
		return nil, Statement{}, true, elsewhere
	}
	var list []replacement
	for i, column := s.afterDistinct(1), 0; ; column++ {
		end := s.itemEnd(i)
		at := i
		if s.Is(at, "pg_catalog") && s.Is(at+1, ".") {
			at += 2
		}
		if terminate, is := signalNames[s.Name(at)]; is && s.Is(at+1, "(") {
			args, next, closed := s.Arguments(at + 1)
			if !closed || len(args) == 0 || len(args) > 2 {
				return nil, Statement{}, true, s.SyntaxErrorAt(at + 1)
			}
			text := "CAST((" + args[0].Text + ") AS BIGINT)"
			if next == end {
				text += " AS " + s.Name(at)
			}
			list = append(list, replacement{i, next, text})
			signals = append(signals, Signal{column, terminate})
		} else if s.Is(end-1, "*") && (end-1 == i || s.Is(end-2, ".")) {
			return nil, Statement{}, true, elsewhere
		}
		if !s.Is(end, ",") {
			break
		}
		i = end + 1
	}
	if len(signals) != calls {
		return nil, Statement{}, true, elsewhere
	}
	parts, err := Split(s.replace(list).Text)
	if err != nil || len(parts) != 1 {
		return nil, Statement{}, true, elsewhere
	}
	parts[0].Derived = true
	return signals, parts[0], true, nil
}
