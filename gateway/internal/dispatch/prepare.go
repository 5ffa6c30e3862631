package dispatch

import (
	"context"
	"strings"

	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// prepareSQL runs PREPARE name [(type, …)] AS statement. It shares the prepared statements of the extended protocol, as
// PostgreSQL does.
func (s *Session) prepareSQL(ctx context.Context, st *session.Statement) (*session.Answer, error) {
	name, i := st.Name(1), 2
	var oids []pgenc.OID
	if st.Is(i, "(") {
		types, next, ok := st.Arguments(i)
		if !ok {
			return nil, st.SyntaxErrorAt(i)
		}
		for _, t := range types {
			oid, ok := pgenc.TypeNamed(t.Text)
			if !ok {
				return nil, pgerror.Newf(pgerror.UndefinedObject, "type %q does not exist", t.Text).At(t.Start + 1)
			}
			oids = append(oids, oid)
		}
		i = next
	}
	if name == "" || !st.Is(i, "AS") || i+1 >= len(st.Tokens) {
		return nil, st.SyntaxErrorAt(i)
	}
	prepared, err := s.Describe(ctx, st.From(i+1), oids)
	if err != nil {
		return nil, err
	}
	prepared.PrepareSQL = st.Text
	return &session.Answer{Tag: "PREPARE"}, s.PutStatement(name, prepared)
}

// executeSQL returns the statement that EXECUTE name (value, …) runs: the prepared one with each $n written as the value,
// cast to the parameter's type.
func (s *Session) executeSQL(st *session.Statement) (*session.Statement, error) {
	prepared, err := s.StatementNamed(st.Name(1))
	if err != nil {
		return nil, err
	}
	var args []sqltext.Part
	if st.Is(2, "(") {
		var ok bool
		var next int
		if args, next, ok = st.Arguments(2); !ok || next != len(st.Tokens) {
			return nil, st.SyntaxErrorAt(2)
		}
	}
	if len(args) != len(prepared.ParamOIDs) {
		return nil, pgerror.Newf(pgerror.SyntaxError, "wrong number of parameters for prepared statement %q", st.Name(1)).
			WithDetail("Expected %d parameters but got %d.", len(prepared.ParamOIDs), len(args))
	}
	values := make([]string, len(args))
	for i, a := range args {
		values[i] = "(" + a.Text + ")"
		if t := pgenc.DuckType(prepared.ParamOIDs[i]); t != "" && prepared.ParamOIDs[i] != pgenc.OIDNumeric {
			values[i] = "CAST(" + values[i] + " AS " + t + ")"
		}
	}
	list, err := sqltext.Split(prepared.ReplaceParams(values))
	if err != nil || len(list) != 1 {
		return nil, pgerror.New(pgerror.SyntaxError, "a value of EXECUTE is not an expression")
	}
	run := session.NewStatement(list[0])
	run.Columns = prepared.Columns
	return run, nil
}

// resolve returns the statement that really runs: what EXECUTE stands for, or st itself.
func (s *Session) resolve(st *session.Statement) (*session.Statement, error) {
	if st.Verb != sqltext.Execute {
		return st, nil
	}
	out, err := s.executeSQL(st)
	if err != nil {
		return nil, locate(err, &st.Statement, nil)
	}
	if out.Verb == sqltext.Execute || strings.EqualFold(out.Text, st.Text) {
		return nil, pgerror.New(pgerror.FeatureNotSupported, "a prepared EXECUTE cannot be executed")
	}
	return out, nil
}

// EffectOf returns what running a statement does: of an EXECUTE, what the prepared one does.
func (s *Session) EffectOf(st *session.Statement) sqltext.Verb {
	if st.Verb == sqltext.Execute {
		if prepared, err := s.StatementNamed(st.Name(1)); err == nil {
			return prepared.Effect
		}
	}
	return st.Effect
}
