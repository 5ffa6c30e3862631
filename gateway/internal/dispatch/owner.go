package dispatch

import (
	"context"

	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// Objects have no owners of their own. ALTER … OWNER TO and CREATE SCHEMA … AUTHORIZATION are accepted for the user, as tools
// send them behind what they make, and refused for anybody else.

// mayOwn returns an error unless the role is the user; "" is.
func (s *Session) mayOwn(role string) error {
	if role == "" || role == s.User {
		return nil
	}
	for _, r := range s.d.cfg.Roles() {
		if r.Name == role {
			return pgerror.New(pgerror.FeatureNotSupported, "objects cannot be owned by another role than their maker")
		}
	}
	return pgerror.Newf(pgerror.UndefinedObject, "role %q does not exist", role)
}

// changeOwner answers ALTER … OWNER TO, for an object that is there.
func (s *Session) changeOwner(ctx context.Context, st *session.Statement, c *sqltext.OwnerChange) (*Rows, error) {
	if err := s.mayOwn(c.Role); err != nil {
		return nil, err
	}
	done := fixed(&session.Answer{Tag: st.Tag(0)})
	kind, function, code := "relation", "to_regclass", pgerror.UndefinedTable
	switch c.Kind {
	case "SCHEMA":
		kind, function, code = "schema", "to_regnamespace", pgerror.InvalidSchemaName
	case "DATABASE":
		if c.Object.Name != s.Database {
			return nil, pgerror.Newf(pgerror.InvalidCatalogName, "database %q does not exist", c.Object.Name)
		}
		return done, nil
	}
	name := identifier(c.Object.Name)
	if c.Object.Schema != "" {
		name = identifier(c.Object.Schema) + "." + name
	}
	there, err := s.exists(ctx, "SELECT pg_catalog."+function+"("+sqltext.Quote(name)+")")
	switch {
	case err != nil:
		return nil, err
	case there:
		return done, nil
	case c.IfExists:
		s.notice(&pgerror.Error{Code: pgerror.SuccessfulCompletion, Message: kind + " " + identifier(c.Object.Name) + " does not exist, skipping"})
		return done, nil
	}
	return nil, pgerror.Newf(code, "%s %q does not exist", kind, c.Object.Name)
}

// exists tells whether the query's one value is not NULL.
func (s *Session) exists(ctx context.Context, query string) (bool, error) {
	list, err := derived(query)
	if err != nil {
		return false, err
	}
	rows, err := s.work(ctx, &session.Portal{Statement: list[0]})
	if err != nil {
		return false, err
	}
	defer rows.Close()
	b, err := rows.Next()
	if err != nil {
		return false, err
	}
	defer b.Release()
	return b.NumRows() > 0 && !b.Column(0).IsNull(0), nil
}
