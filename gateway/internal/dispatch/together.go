package dispatch

import (
	"cmp"
	"context"

	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
)

// partsOf returns what is to be run for a statement that is several for DuckDB; nothing: it is one.
func partsOf(st *session.Statement) ([]*session.Statement, error) {
	switch st.Verb {
	case sqltext.Alter:
		return statements(st.Alterations())
	case sqltext.Drop, sqltext.Truncate:
		return statements(st.Singly())
	case sqltext.Comment:
		d, err := st.Description()
		if d == nil {
			return nil, err
		}
		return comment(st, d)
	}
	return nil, nil
}

// statements makes statements of what sqltext has divided.
func statements(parts []sqltext.Statement, err error) ([]*session.Statement, error) {
	list := make([]*session.Statement, len(parts))
	for i, p := range parts {
		list[i] = session.NewStatement(p)
	}
	return list, err
}

// ofView returns what is to be run for a statement that PostgreSQL takes for views too, when DuckDB, which does not, has told
// that it is about one; nothing: PostgreSQL does not take it either.
func ofView(st *session.Statement) ([]*session.Statement, error) {
	if view, ok := st.OfView(); ok {
		return []*session.Statement{session.NewStatement(view)}, nil
	}
	if d, _ := st.Description(); d != nil && d.Column != "" {
		return derived(note(d)...)
	}
	return nil, nil
}

// together runs the statements that st stands for: all of them or none.
func (s *Session) together(ctx context.Context, st *session.Statement, list []*session.Statement) (*Rows, error) {
	own := !s.InBlock()
	if own {
		s.BeginImplicit()
	}
	var err error
	for _, part := range list {
		if err = s.toEnd(ctx, part); err != nil {
			s.Fail()
			break
		}
	}
	if own {
		err = cmp.Or(err, s.EndImplicit(ctx))
	}
	if err != nil {
		return nil, err
	}
	return fixed(&session.Answer{Tag: st.Tag(0)}), nil
}

// toEnd runs a statement whose rows nobody wants.
func (s *Session) toEnd(ctx context.Context, st *session.Statement) error {
	rows, err := s.one(ctx, &session.Portal{Statement: st})
	if err != nil {
		return err
	}
	defer rows.Close()
	return rows.Each(func(*Batch) error { return nil })
}

// derived returns statements that the client did not write. A text from the client that stands in one may be no text at all.
func derived(texts ...string) ([]*session.Statement, error) {
	var out []*session.Statement
	for _, sql := range texts {
		list, err := sqltext.Split(sql)
		if err != nil {
			return nil, err
		}
		for _, st := range list {
			st.Derived = true
			out = append(out, session.NewStatement(st))
		}
	}
	return out, nil
}
