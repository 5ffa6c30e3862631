package pgenc

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// clientCopy reads a COPY's options.
func clientCopy(t testing.TB, sql string) sqltext.CopyOptions {
	t.Helper()
	list, err := sqltext.Split(sql)
	if err != nil {
		t.Fatal(err)
	}
	c, err := list[0].ClientCopy()
	if err != nil {
		t.Fatal(err)
	}
	return c.CopyOptions
}

var copyTarget = arrow.NewSchema([]arrow.Field{
	{Name: "i", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
	{Name: "s", Type: arrow.BinaryTypes.String, Nullable: true},
	{Name: "f", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
	{Name: "n", Type: &arrow.Decimal128Type{Precision: 10, Scale: 2}, Nullable: true},
}, nil)

// decodeCopy feeds data in pieces of size bytes and returns the rows, one a line, with \N for NULL.
func decodeCopy(t testing.TB, target *arrow.Schema, opts sqltext.CopyOptions, data string, size int) (string, error) {
	t.Helper()
	var out strings.Builder
	d, err := NewCopyDecoder("t", target, opts, func(rec arrow.RecordBatch) error {
		for row := range int(rec.NumRows()) {
			for c := range int(rec.NumCols()) {
				col, err := NewColumn(rec.Schema().Field(c), rec.Column(c))
				if err != nil {
					return err
				}
				text := []byte(`\N`)
				if !col.IsNull(row) {
					s := DefaultSettings()
					if text, err = col.AppendText(nil, row, &s); err != nil {
						return err
					}
				}
				fmt.Fprintf(&out, "%s|", text)
			}
			out.WriteByte('\n')
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	defer d.Release()
	for len(data) > 0 {
		n := min(size, len(data))
		if err := d.Feed([]byte(data[:n])); err != nil {
			return out.String(), err
		}
		data = data[n:]
	}
	err = d.End()
	return out.String(), err
}

func TestCopyIsReadAsPostgreSQLReadsIt(t *testing.T) {
	for _, c := range []struct {
		name, options, data, want string
		code                      pgerror.Code
		where                     string
	}{
		{"text", "", "1\ta\t1.5\t2.345\n\\N\t\\N\t\\N\t\\N\n", "1|a|1.5|2.35|\n\\N|\\N|\\N|\\N|\n", "", ""},
		{"no newline at the end", "", "1\ta\tNaN\t-2.345", "1|a|NaN|-2.35|\n", "", ""},
		{"escapes", "", "1\ta\\tb\\nc\\\\d\\x41\\101\\q\\\n!\t-Infinity\t0\n", "1|a\tb\nc\\dAAq\n!|-Infinity|0.00|\n", "", ""},
		{"null with a backslash before", "", "1\t\\\\N\t1\t1\n", "1|\\N|1|1.00|\n", "", ""},
		{"end marker", "", "1\ta\t1\t1\n\\.\nrubbish", "1|a|1|1.00|\n", "", ""},
		{"crlf", "", "1\ta\t1\t1\r\n2\tb\t2\t2\r\n", "1|a|1|1.00|\n2|b|2|2.00|\n", "", ""},
		{"cr", "", "1\ta\t1\t1\r2\tb\t2\t2\r", "1|a|1|1.00|\n2|b|2|2.00|\n", "", ""},
		{"mixed ends", "", "1\ta\t1\t1\n2\tb\t2\t2\r\n", "", pgerror.BadCopyFileFormat, "COPY t, line 2"},
		{"delimiter and null", "(delimiter '|', null 'nil')", "1|nil|1|1\n2|a\\|b|2|2\n", "1|\\N|1|1.00|\n2|a|b|2|2.00|\n", "", ""},
		{"header", "(header)", "x\ty\n1\ta\t1\t1\n", "1|a|1|1.00|\n", "", ""},
		{"header that matches", "(header match)", "i\ts\tf\tn\n1\ta\t1\t1\n", "1|a|1|1.00|\n", "", ""},
		{"header that does not", "(header match)", "i\tx\tf\tn\n1\ta\t1\t1\n", "", pgerror.BadCopyFileFormat, "COPY t, line 1"},
		{"too few", "", "1\ta\n", "", pgerror.BadCopyFileFormat, "COPY t, line 1"},
		{"too many", "", "1\ta\t1\t1\tx\n", "", pgerror.BadCopyFileFormat, "COPY t, line 1"},
		{"empty line", "", "1\ta\t1\t1\n\n", "", pgerror.InvalidTextRepresentation, `COPY t, line 2, column i: ""`},
		{"bad number", "", "1\ta\t1\t1\n2x\ta\t1\t1\n", "", pgerror.InvalidTextRepresentation, `COPY t, line 2, column i: "2x"`},
		{"too large", "", "3000000000\ta\t1\t1\n", "", pgerror.NumericValueOutOfRange, `COPY t, line 1, column i: "3000000000"`},
		{"numeric too large", "", "1\ta\t1\t123456789.5\n", "", pgerror.NumericValueOutOfRange, `COPY t, line 1, column n: "123456789.5"`},
		{"blanks around numbers", "", " 1 \ta\t 1 \t 1 \n", "1|a|1|1.00|\n", "", ""},
		{"NUL", "", "1\ta\x00\t1\t1\n", "", pgerror.CharacterNotInRepertoire, "COPY t, line 1"},
		{"NUL by escape", "", "1\ta\\0\t1\t1\n", "", pgerror.CharacterNotInRepertoire, "COPY t, line 1"},
		{"not UTF-8", "", "1\t\xff\t1\t1\n", "", pgerror.CharacterNotInRepertoire, "COPY t, line 1"},

		{"csv", "csv", "1,a,1,1\n2,\"b \"\"x\"\", \ny\",2,2\n", "1|a|1|1.00|\n2|b \"x\", \ny|2|2.00|\n", "", ""},
		{"csv null and empty", "csv", ",,,\n1,\"\",1,1\n", "\\N|\\N|\\N|\\N|\n1||1|1.00|\n", "", ""},
		{"csv quote in the middle", "csv", "1,a\"b,c\"d,1,1\n", "1|ab,cd|1|1.00|\n", "", ""},
		{"csv escape", `(format csv, escape '\')`, `1,"a\"b\\c\d",1,1` + "\n", `1|a"b\c\d|1|1.00|` + "\n", "", ""},
		{"csv other quote", `(format csv, quote '''', delimiter ';')`, "1;'a;''b\r\nc';1;1\n", "1|a;'b\r\nc|1|1.00|\n", "", ""},
		{"csv force null", `(format csv, force_null (i, s), null 'n')`, "n,n,1,1\n\"n\",\"n\",1,1\n", "\\N|\\N|1|1.00|\n\\N|\\N|1|1.00|\n", "", ""},
		{"csv force not null", `(format csv, force_not_null (s))`, "1,,1,1\n", "1||1|1.00|\n", "", ""},
		{"csv old words", `csv header null 'x' delimiter ';' force not null s`, "h\n1;x;1;1\n", "1|x|1|1.00|\n", "", ""},
		{"csv crlf", "csv", "1,\"a\nb\",1,1\r\n2,b,2,2\r\n", "1|a\nb|1|1.00|\n2|b|2|2.00|\n", "", ""},
		{"csv end marker", "csv", "1,a,1,1\n\\.\n2", "1|a|1|1.00|\n", "", ""},
		{"csv unterminated", "csv", "1,\"a,1,1\n", "", pgerror.BadCopyFileFormat, "COPY t, line 1"},
		{"csv stray cr", "csv", "1,a,1,1\n1,a\rb,1,1\n", "", pgerror.BadCopyFileFormat, "COPY t, line 2"},
		{"nothing", "csv", "", "", "", ""},

		{"binary", "binary", copySignature + "\x00\x04\x00\x00\x00\x04\x00\x00\x00\x07\x00\x00\x00\x01a\xff\xff\xff\xff\x00\x00\x00\x0a\x00\x01\x00\x00\x00\x00\x00\x02\x00\x03\xff\xff", "7|a|\\N|3.00|\n", "", ""},
		{"binary signature", "binary", "PGCOPX\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff", "", pgerror.BadCopyFileFormat, ""},
		{"binary cut off", "binary", copySignature + "\x00\x04\x00\x00\x00\x04", "", pgerror.BadCopyFileFormat, ""},
		{"binary without an end", "binary", copySignature, "", "", ""},
		{"binary that is empty", "binary", "", "", pgerror.BadCopyFileFormat, ""},
		{"binary cut off in a count", "binary", copySignature + "\x00", "", pgerror.BadCopyFileFormat, ""},
		{"binary field count", "binary", copySignature + "\x00\x03", "", pgerror.BadCopyFileFormat, "COPY t, line 1"},
		{"binary field size", "binary", copySignature + "\x00\x04\xff\xff\xff\xfe", "", pgerror.BadCopyFileFormat, "COPY t, line 1"},
		{"binary length", "binary", copySignature + "\x00\x04\x00\x00\x00\x02\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "", pgerror.InvalidBinaryRepresentation, `COPY t, line 1, column i: ""`},
		{"binary and more", "binary", copySignature + "\xff\xffx", "", pgerror.BadCopyFileFormat, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			opts := clientCopy(t, "COPY t FROM STDIN "+c.options)
			for _, size := range []int{1, 2, 3, 7, math.MaxInt} {
				got, err := decodeCopy(t, copyTarget, opts, c.data, size)
				if code := pgerror.CodeOf(err); c.code != "" && code != c.code || c.code == "" && err != nil {
					t.Fatalf("by %d: %v (%s), want %s", size, err, code, c.code)
				}
				if err != nil {
					if where := pgerror.Flatten(err).Where; !strings.HasPrefix(where, c.where) {
						t.Errorf("by %d: context %q, want %q", size, where, c.where)
					}
				} else if got != c.want {
					t.Errorf("by %d: got %q, want %q", size, got, c.want)
				}
			}
		})
	}
}

func TestCopyOptionsAreCheckedAsInPostgreSQL(t *testing.T) {
	for sql, code := range map[string]pgerror.Code{
		"COPY t FROM STDIN (format nonsense)":                           pgerror.InvalidParameterValue,
		"COPY t FROM STDIN (foo)":                                       pgerror.SyntaxError,
		"COPY t FROM STDIN (format csv, format csv)":                    pgerror.SyntaxError,
		"COPY t FROM STDIN (delimiter 'ab')":                            pgerror.FeatureNotSupported,
		"COPY t FROM STDIN (delimiter 'a')":                             pgerror.InvalidParameterValue,
		"COPY t FROM STDIN (quote 'x')":                                 pgerror.FeatureNotSupported,
		"COPY t FROM STDIN (format csv, delimiter '\"')":                pgerror.InvalidParameterValue,
		"COPY t FROM STDIN (format csv, force_quote (a))":               pgerror.FeatureNotSupported,
		"COPY t TO STDOUT (format csv, force_null (a))":                 pgerror.FeatureNotSupported,
		"COPY t TO STDOUT (format binary, header)":                      pgerror.FeatureNotSupported,
		"COPY t TO STDOUT (format binary, delimiter ',')":               pgerror.SyntaxError,
		"COPY t TO STDOUT (header match)":                               pgerror.FeatureNotSupported,
		"COPY t TO STDOUT (header 2)":                                   pgerror.SyntaxError,
		"COPY t TO STDOUT WHERE a > 1":                                  pgerror.SyntaxError,
		"COPY t FROM STDIN (encoding 'LATIN1')":                         pgerror.FeatureNotSupported,
		"COPY t FROM STDIN (null E'a\\n')":                              pgerror.InvalidParameterValue,
		"COPY t FROM STDIN (null 'a\tb')":                               pgerror.FeatureNotSupported,
		"COPY (SELECT 1) FROM STDIN":                                    pgerror.SyntaxError,
		"COPY t (a,) FROM STDIN":                                        pgerror.SyntaxError,
		"COPY t FROM STDIN csv binary":                                  pgerror.SyntaxError,
		"COPY t FROM STDIN nonsense":                                    pgerror.SyntaxError,
		"COPY t FROM STDIN (force_null a)":                              pgerror.SyntaxError,
		"COPY t FROM STDIN (format csv, null '\"')":                     pgerror.FeatureNotSupported,
		"COPY t FROM STDIN (format csv, escape 'xx')":                   pgerror.FeatureNotSupported,
		"COPY t FROM STDIN (format csv, header yes)":                    pgerror.SyntaxError,
		"COPY BINARY t FROM STDIN":                                      "",
		"COPY s.t (a, \"B\") FROM STDIN WITH (FORMAT 'csv', HEADER on)": "",
		"COPY t FROM STDIN USING DELIMITERS ','":                        "",
		"COPY t FROM STDIN (freeze, delimiter e'\\t') WHERE a > 1":      "",
	} {
		list, err := sqltext.Split(sql)
		if err != nil {
			t.Fatal(err)
		}
		_, err = list[0].ClientCopy()
		if got := pgerror.CodeOf(err); code != "" && got != code || code == "" && err != nil {
			t.Errorf("%s: %v (%s), want %s", sql, err, got, code)
		}
	}
}

// What is copied out is read back the same, in every format.
func FuzzCopy(f *testing.F) {
	f.Add("a\tb\\N\"x,", int64(-7), false, uint8(0))
	f.Add("", int64(1<<62), true, uint8(1))
	f.Add("\\.", int64(0), false, uint8(2))
	f.Add("\r\n'", int64(0), false, uint8(3))
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "s", Type: arrow.BinaryTypes.String, Nullable: true}, {Name: "i", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	}, nil)
	options := []string{"", "csv", "binary", `(format csv, quote '''', escape '\', delimiter ';', null 'N')`, "(delimiter ',', null '')", "csv header"}
	f.Fuzz(func(t *testing.T, s string, i int64, null bool, which uint8) {
		if checkText(s) != nil {
			t.Skip()
		}
		opts := clientCopy(t, "COPY t FROM STDIN "+options[int(which)%len(options)])
		b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
		defer b.Release()
		for range 3 {
			if null {
				b.Field(0).AppendNull()
			} else {
				b.Field(0).(*array.StringBuilder).Append(s)
			}
			b.Field(1).(*array.Int64Builder).Append(i)
		}
		rec := b.NewRecordBatch()
		defer rec.Release()
		e, err := NewCopyEncoder(schema, opts, DefaultSettings())
		if err != nil {
			t.Fatal(err)
		}
		messages := e.HeaderLine(nil)
		rows, _, err := e.Append(nil, rec, 0, 3, math.MaxInt)
		if err != nil {
			t.Fatal(err)
		}
		messages = e.Trailer(append(messages, rows...))
		file := bytes.NewBuffer(e.Header())
		for len(messages) > 0 {
			n := int(be.Uint32(messages[1:]))
			file.Write(messages[5 : n+1])
			messages = messages[n+1:]
		}
		want, value := "", s
		if null || opts.Format == sqltext.CopyText && s == "" && opts.Null == "" {
			value = `\N` // the text format can't tell an empty string from NULL written as one
		}
		for range 3 {
			want += fmt.Sprintf("%s|%d|\n", value, i)
		}
		got, err := decodeCopy(t, schema, opts, file.String(), 5)
		if err != nil || got != want {
			t.Errorf("%q: got %q (%v), want %q", file.String(), got, err, want)
		}
	})
}

// Any bytes are rows or an error.
func FuzzCopyDecoder(f *testing.F) {
	f.Add([]byte("1\ta\t1\t1\n"), uint8(0))
	f.Add([]byte("1,\"a\n,1,1\r\n"), uint8(1))
	f.Add([]byte(copySignature+"\x00\x04\x00\x00\x00\x04\x00\x00\x00\x07\x00\x00\x00\x01a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), uint8(2))
	options := []string{"", "csv", "binary", `(format csv, escape '\')`}
	f.Fuzz(func(t *testing.T, data []byte, which uint8) {
		opts := clientCopy(t, "COPY t FROM STDIN "+options[int(which)%len(options)])
		whole, wholeErr := decodeCopy(t, copyTarget, opts, string(data), math.MaxInt)
		parts, partsErr := decodeCopy(t, copyTarget, opts, string(data), 1)
		if whole != parts || pgerror.CodeOf(wholeErr) != pgerror.CodeOf(partsErr) {
			t.Errorf("%q: whole %q (%v), in parts %q (%v)", data, whole, wholeErr, parts, partsErr)
		}
	})
}
