package duck

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// turned runs a SELECT of one column and returns its type and its values in a profile, as Arrow writes them.
func turned(t *testing.T, c *Conn, p workerpb.Profile, sql string) (typ, values string, err error) {
	t.Helper()
	ps, err := c.Prepare(sql, anything)
	if err != nil {
		t.Fatal(err)
	}
	defer ps.Close()
	described, _, err := ps.Schema(p)
	if err != nil {
		t.Fatal(err)
	}
	r, err := ps.Execute(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	r.As(p)
	f := r.Schema().Field(0)
	if !described.Field(0).Equal(f) {
		t.Errorf("%s: described as %v, is %v", sql, described.Field(0), f)
	}
	typ = f.Type.String()
	if name := extensionOf(f); name != "" {
		typ += " " + name
	}
	var all []string
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return typ, strings.Join(all, " "), nil
		}
		if err != nil {
			return typ, "", err
		}
		for row := range int(rec.NumRows()) {
			all = append(all, strings.Clone(rec.Column(0).ValueStr(row)))
		}
		rec.Release()
	}
}

func TestProfilesTurnTypes(t *testing.T) {
	c := connect(t, openTest(t))
	if err := c.Apply(map[string]string{settingTimeZone: "Europe/Paris"}); err != nil {
		t.Fatal(err)
	}
	const rich, compat = workerpb.Profile_PROFILE_RICH, workerpb.Profile_PROFILE_COMPAT
	for _, x := range []struct {
		profile        workerpb.Profile
		sql, typ, want string
	}{
		{rich, "SELECT unnest([1, NULL, -12345678901234567890123456789012345678]::HUGEINT[])", "decimal(38, 0)", "1 (null) -12345678901234567890123456789012345678"},
		{rich, "SELECT 99999999999999999999999999999999999999::UHUGEINT", "decimal(38, 0)", "99999999999999999999999999999999999999"},
		{rich, "SELECT '10:11:12.5+05:30'::TIMETZ", "utf8", "10:11:12.5+05:30"},
		{rich, "SELECT '10:11:12-08'::TIMETZ", "utf8", "10:11:12-08"},
		{rich, "SELECT unnest(['0101'::BIT, NULL, '101010101'::BIT])", "utf8", "0101 (null) 101010101"},
		{rich, "SELECT '5b1a3d1e-0000-4000-8000-000000000001'::UUID", "fixed_size_binary[16] arrow.uuid", "Wxo9HgAAQACAAAAAAAAAAQ=="},
		{compat, "SELECT unnest(['5b1a3d1e-0000-4000-8000-000000000001'::UUID, NULL])", "utf8", "5b1a3d1e-0000-4000-8000-000000000001 (null)"},
		{rich, "SELECT 'b'::ENUM('a', 'b')", "dictionary<values=utf8, indices=uint8, ordered=false>", "b"},
		{compat, "SELECT unnest(['b', NULL, 'a']::ENUM('a', 'b')[])", "utf8", "b (null) a"},
		{rich, "SELECT 'x'::VARCHAR", "utf8", "x"},
		{compat, "SELECT INTERVAL '1 year -2 days 3 hours'", "utf8", "1 year -2 days +03:00:00"},
		{compat, "SELECT unnest([INTERVAL '0 seconds', INTERVAL '-1 second', INTERVAL '14 months'])", "utf8", "00:00:00 -00:00:01 1 year 2 mons"},
		{compat, "SELECT [1::HUGEINT, NULL]", "list<item: decimal(38, 0), nullable>", "[1 null]"},
		{compat, "SELECT {'a': 'x'::ENUM('x'), 'b': 1}", "struct<a: utf8, b: int32>", `{"a":"x","b":1}`},
		{rich, "SELECT unnest([true, NULL, false])", "bool", "true (null) false"},
		{compat, "SELECT [true, NULL]", "list<item: bool, nullable>", "[true null]"},
		{rich, "SELECT TIMESTAMPTZ '2024-07-01 12:00:00+00'", "timestamp[us, tz=Europe/Paris]", "2024-07-01T14:00:00+02:00"},
		{compat, "SELECT unnest([TIMESTAMPTZ '2024-07-01 12:00:00.000001+00', NULL, TIMESTAMPTZ '2024-01-01 12:00:00+00'])", "timestamp[us]", "2024-07-01T14:00:00.000001 (null) 2024-01-01T13:00:00"},
		{compat, "SELECT 7::INTEGER", "int32", "7"},
	} {
		typ, values, err := turned(t, c, x.profile, x.sql)
		if strings.HasPrefix(x.typ, "list") || strings.HasPrefix(x.typ, "struct") {
			x.typ, typ = "", ""
			values = strings.ReplaceAll(strings.ReplaceAll(values, `"1"`, "1"), ",null", " null")
		}
		if err != nil || typ != x.typ || values != x.want {
			t.Errorf("%v: %s: %s %s %v, want %s %s", x.profile, x.sql, typ, values, err, x.typ, x.want)
		}
	}
}

func TestWhatDoesNotFitAProfileIsAnError(t *testing.T) {
	c := connect(t, openTest(t))
	for _, sql := range []string{
		"SELECT 100000000000000000000000000000000000000::HUGEINT", "SELECT -100000000000000000000000000000000000000::HUGEINT",
		"SELECT 340282366920938463463374607431768211455::UHUGEINT",
		"SELECT (-170141183460469231731687303715884105728)::HUGEINT",
	} {
		if _, values, err := turned(t, c, workerpb.Profile_PROFILE_RICH, sql); pgerror.CodeOf(err) != pgerror.NumericValueOutOfRange {
			t.Errorf("%s: %s, %v", sql, values, err)
		}
	}
}
