package pgenc

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// column builds an array of one value.
func column[B array.Builder](b B, add func(B)) arrow.Array { return build(b, add) }

func decimalOf(t testing.TB, s string) (decimal128.Num, int32) {
	t.Helper()
	v, scale, err := parseNumeric(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return v, scale
}

// Every form is what PostgreSQL 15 prints and sends (SELECT x::type; psql, and textsend of the binary). The end-to-end
// tests compare the same values with a real server.
func TestFormsArePostgreSQLs(t *testing.T) {
	mem := memory.DefaultAllocator
	ts := func(unit arrow.TimeUnit, zone string, v int64) arrow.Array {
		return column(array.NewTimestampBuilder(mem, &arrow.TimestampType{Unit: unit, TimeZone: zone}), func(b *array.TimestampBuilder) { b.Append(arrow.Timestamp(v)) })
	}
	micros := func(s string) int64 {
		x, err := time.Parse("2006-01-02 15:04:05.999999", s)
		if err != nil {
			t.Fatal(err)
		}
		return x.UnixMicro()
	}
	date := func(days int32) arrow.Array {
		return column(array.NewDate32Builder(mem), func(b *array.Date32Builder) { b.Append(arrow.Date32(days)) })
	}
	f64 := func(v float64) arrow.Array { return floatArray(v, 64) }
	f32 := func(v float32) arrow.Array { return floatArray(float64(v), 32) }
	dec := func(s string) arrow.Array { v, scale := decimalOf(t, s); return decimalArray(v, scale) }
	interval := func(months, days int32, us int64) arrow.Array {
		a, err := intervalArray(us, days, months)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	timeOf := func(us int64) arrow.Array {
		a, err := timeArray(us)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for _, c := range []struct {
		arr    arrow.Array
		oid    OID
		text   string
		binary string // hex
	}{
		{boolArray(true), OIDBool, "t", "01"},
		{boolArray(false), OIDBool, "f", "00"},
		{intArray(-32768, 16), OIDInt2, "-32768", "8000"},
		{intArray(2147483647, 32), OIDInt4, "2147483647", "7fffffff"},
		{intArray(math.MinInt64, 64), OIDInt8, "-9223372036854775808", "8000000000000000"},
		{f64(0), OIDFloat8, "0", "0000000000000000"},
		{f64(math.Copysign(0, -1)), OIDFloat8, "-0", "8000000000000000"},
		{f64(math.NaN()), OIDFloat8, "NaN", ""},
		{f64(math.Inf(1)), OIDFloat8, "Infinity", "7ff0000000000000"},
		{f64(math.Inf(-1)), OIDFloat8, "-Infinity", "fff0000000000000"},
		{f64(0.1), OIDFloat8, "0.1", ""},
		{f64(1e6), OIDFloat8, "1000000", ""},
		{f64(123456789012345), OIDFloat8, "123456789012345", ""},
		{f64(1e15), OIDFloat8, "1e+15", ""},
		{f64(1.5e-5), OIDFloat8, "1.5e-05", ""},
		{f64(0.0001), OIDFloat8, "0.0001", ""},
		{f64(5e-324), OIDFloat8, "5e-324", ""},
		{f64(1.7976931348623157e308), OIDFloat8, "1.7976931348623157e+308", ""},
		{f32(1e6), OIDFloat4, "1e+06", "49742400"},
		{f32(0.1), OIDFloat4, "0.1", ""},
		{f32(123456), OIDFloat4, "123456", ""},
		{f32(3.4028235e38), OIDFloat4, "3.4028235e+38", ""},
		{dec("0"), OIDNumeric, "0", "0000000000000000"},
		{dec("0.00"), OIDNumeric, "0.00", "0000000000000002"},
		{dec("-1.50"), OIDNumeric, "-1.50", "00020000400000020001" + "1388"},
		{dec("12345.6789"), OIDNumeric, "12345.6789", "000300010000000400010929" + "1a85"},
		{dec("0.00012"), OIDNumeric, "0.00012", "0002ffff0000000500010" + "7d0"},
		{dec("10000"), OIDNumeric, "10000", "00010001000000000001"},
		{dec("99999999999999999999999999999999999999"), OIDNumeric, "99999999999999999999999999999999999999", ""},
		{dec("-0.00000000000000000000000000000000000001"), OIDNumeric, "-0.00000000000000000000000000000000000001", ""},
		{stringArray(""), OIDText, "", ""},
		{stringArray("NULL"), OIDText, "NULL", "4e554c4c"},
		{bytesArray([]byte{0, 0xff, 'a'}), OIDBytea, `\x00ff61`, "00ff61"},
		{date(0), OIDDate, "1970-01-01", ""},
		{date(10957), OIDDate, "2000-01-01", "00000000"},
		{date(-719528), OIDDate, "0001-01-01 BC", ""},
		{date(-719528 - 365), OIDDate, "0002-01-01 BC", ""},
		{date(2932897), OIDDate, "10000-01-01", ""},
		{date(infDate), OIDDate, "infinity", "7fffffff"},
		{date(-infDate), OIDDate, "-infinity", "80000000"},
		{timeOf(0), OIDTime, "00:00:00", "0000000000000000"},
		{timeOf(dayMicros), OIDTime, "24:00:00", ""},
		{timeOf(86399999999), OIDTime, "23:59:59.999999", ""},
		{timeOf(3661500000), OIDTime, "01:01:01.5", ""},
		{ts(arrow.Microsecond, "", micros("2000-01-01 00:00:00")), OIDTimestamp, "2000-01-01 00:00:00", "0000000000000000"},
		{ts(arrow.Microsecond, "", micros("1969-12-31 23:59:59.999999")), OIDTimestamp, "1969-12-31 23:59:59.999999", ""},
		{ts(arrow.Second, "", 0), OIDTimestamp, "1970-01-01 00:00:00", ""},
		{ts(arrow.Millisecond, "", -1), OIDTimestamp, "1969-12-31 23:59:59.999", ""},
		{ts(arrow.Nanosecond, "", 1500000), OIDTimestamp, "1970-01-01 00:00:00.0015", ""},
		{ts(arrow.Microsecond, "", infMicros), OIDTimestamp, "infinity", "7fffffffffffffff"},
		{ts(arrow.Microsecond, "", -infMicros), OIDTimestamp, "-infinity", "8000000000000000"},
		{ts(arrow.Microsecond, "", -62135596800000000-dayMicros), OIDTimestamp, "0001-12-31 00:00:00 BC", ""},
		{ts(arrow.Microsecond, "UTC", 0), OIDTimestampTZ, "1970-01-01 00:00:00+00", ""},
		{interval(0, 0, 0), OIDInterval, "00:00:00", "00000000000000000000000000000000"},
		{interval(14, -3, 4*3600e6+5e6), OIDInterval, "1 year 2 mons -3 days +04:00:05", ""},
		{interval(-1, 1, -1), OIDInterval, "-1 mons +1 day -00:00:00.000001", ""},
		{interval(0, 1, 0), OIDInterval, "1 day", ""},
		{interval(0, 0, 100*3600e6), OIDInterval, "100:00:00", ""},
		{interval(12, 0, -3600e6), OIDInterval, "1 year -01:00:00", ""},
	} {
		f := arrow.Field{Name: "x", Type: c.arr.DataType()}
		if got := TypeOf(f).OID; got != c.oid {
			t.Errorf("%s: OID %d, want %d", c.text, got, c.oid)
		}
		col, err := NewColumn(f, c.arr)
		if err != nil {
			t.Fatal(err)
		}
		s := DefaultSettings()
		text, err := col.AppendText(nil, 0, &s)
		if err != nil || string(text) != c.text {
			t.Errorf("text %q (%v), want %q", text, err, c.text)
		}
		bin, err := col.AppendBinary(nil, 0, &s)
		if err != nil || c.binary != "" && hex.EncodeToString(bin) != c.binary {
			t.Errorf("%s: binary %x (%v), want %s", c.text, bin, err, c.binary)
		}
		c.arr.Release()
	}
}

// An int2vector and an oidvector are lists whose elements a worker has named: arrays of one dimension that begin at 0.
func TestVectors(t *testing.T) {
	for _, c := range []struct {
		element, text, binary string
		typ                   arrow.DataType
		oid                   OID
		values                []int64
	}{
		{sqltext.Int2VectorType, "1 -2", "000000010000000000000015000000020000000000000002000100000002fffe", arrow.PrimitiveTypes.Int16, OIDInt2Vector, []int64{1, -2}},
		{sqltext.OIDVectorType, "23", "00000001000000000000001a00000001000000000000000400000017", arrow.PrimitiveTypes.Int64, OIDOidVector, []int64{23}},
		{sqltext.OIDVectorType, "", "00000001000000000000001a0000000000000000", arrow.PrimitiveTypes.Int64, OIDOidVector, nil},
	} {
		item := arrow.Field{Name: "item", Type: c.typ, Nullable: true, Metadata: arrow.NewMetadata([]string{"tavana:type"}, []string{c.element})}
		f := arrow.Field{Name: "x", Type: arrow.ListOfField(item)}
		b := array.NewBuilder(memory.DefaultAllocator, f.Type).(*array.ListBuilder)
		b.Append(true)
		for _, v := range c.values {
			switch e := b.ValueBuilder().(type) {
			case *array.Int16Builder:
				e.Append(int16(v))
			case *array.Int64Builder:
				e.Append(v)
			}
		}
		arr := b.NewArray()
		col, err := NewColumn(f, arr)
		if err != nil {
			t.Fatal(err)
		}
		s := DefaultSettings()
		text, err := col.AppendText(nil, 0, &s)
		bin, err2 := col.AppendBinary(nil, 0, &s)
		if TypeOf(f).OID != c.oid || string(text) != c.text || hex.EncodeToString(bin) != c.binary || err != nil || err2 != nil {
			t.Errorf("%s: OID %d, %q, %x (%v, %v)", c.element, TypeOf(f).OID, text, bin, err, err2)
		}
		arr.Release()
	}
}

func TestZonesOfTimestamps(t *testing.T) {
	arr := column(array.NewTimestampBuilder(memory.DefaultAllocator, &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}),
		func(b *array.TimestampBuilder) {
			b.Append(arrow.Timestamp(time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC).UnixMicro()))
		})
	defer arr.Release()
	col, err := NewColumn(arrow.Field{Type: arr.DataType()}, arr)
	if err != nil {
		t.Fatal(err)
	}
	for zone, want := range map[string]string{
		"UTC": "2024-07-01 12:00:00+00", "Asia/Kolkata": "2024-07-01 17:30:00+05:30", "America/New_York": "2024-07-01 08:00:00-04",
		"Pacific/Chatham": "2024-07-02 00:45:00+12:45",
	} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		got, err := col.AppendText(nil, 0, &Settings{Location: loc})
		if err != nil || string(got) != want {
			t.Errorf("%s: %s (%v), want %s", zone, got, err, want)
		}
	}
}

// A value that has no PostgreSQL form is an error, and what stood before it is whole.
func TestNanosecondsAreNotCutOff(t *testing.T) {
	b := array.NewTimestampBuilder(memory.DefaultAllocator, &arrow.TimestampType{Unit: arrow.Nanosecond})
	defer b.Release()
	b.AppendValues([]arrow.Timestamp{1000, 1001}, nil)
	arr := b.NewArray()
	defer arr.Release()
	schema := arrow.NewSchema([]arrow.Field{{Name: "x", Type: arr.DataType()}}, nil)
	rec := array.NewRecordBatch(schema, []arrow.Array{arr}, 2)
	defer rec.Release()
	for _, f := range []Format{Text, Binary} {
		out, _, err := NewEncoder(schema, []Format{f}, DefaultSettings()).Append(nil, rec, 0, 2, 1<<20)
		if pgerror.CodeOf(err) != pgerror.DatetimeFieldOverflow {
			t.Errorf("format %d: %v", f, err)
		}
		if n := int(be.Uint32(out[1:])) + 1; n != len(out) {
			t.Errorf("format %d: %d bytes left of a message of %d", f, len(out), n)
		}
	}
}

func TestRowsAreWholeMessages(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int32, Nullable: true}, {Name: "b", Type: arrow.BinaryTypes.String}}, nil)
	rb := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer rb.Release()
	rb.Field(0).(*array.Int32Builder).AppendValues([]int32{1, 0, 3}, []bool{true, false, true})
	rb.Field(1).(*array.StringBuilder).AppendValues([]string{"x", "", "zz"}, nil)
	rec := rb.NewRecordBatch()
	defer rec.Release()
	// A slice has offsets in its buffers.
	slice := rec.NewSlice(1, 3)
	defer slice.Release()
	e := NewEncoder(schema, []Format{Text, Binary}, DefaultSettings())
	out, next, err := e.Append(nil, slice, 0, 2, 1) // full after the first
	if err != nil || next != 1 {
		t.Fatalf("next %d, %v", next, err)
	}
	if out, next, err = e.Append(out, slice, next, 2, 1<<20); err != nil || next != 2 {
		t.Fatalf("next %d, %v", next, err)
	}
	want := "D\x00\x00\x00\x0e\x00\x02\xff\xff\xff\xff\x00\x00\x00\x00" + "D\x00\x00\x00\x11\x00\x02\x00\x00\x00\x013\x00\x00\x00\x02zz"
	if string(out) != want {
		t.Errorf("got  %q\nwant %q", out, want)
	}
}

func TestFormatCodes(t *testing.T) {
	for _, c := range []struct {
		codes []int16
		n     int
		want  string
	}{{nil, 2, "[0 0]"}, {[]int16{1}, 3, "[1 1 1]"}, {[]int16{0, 1}, 2, "[0 1]"}, {[]int16{0, 1}, 3, "error"}, {[]int16{2}, 1, "error"}, {[]int16{1}, 0, "[]"}} {
		got, err := Formats(c.codes, c.n)
		out := fmt.Sprint(got)
		if err != nil {
			out = "error"
		}
		if out != c.want {
			t.Errorf("%v for %d columns: %s, want %s", c.codes, c.n, out, c.want)
		}
	}
}

func TestParametersAreReadAsPostgreSQLReadsThem(t *testing.T) {
	hexOf := func(s string) []byte {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range []struct {
		oid    OID
		format int16
		value  []byte
		want   string // the value, or the SQLSTATE
		cast   string
	}{
		{OIDBool, 0, []byte("yes"), "true", "BOOLEAN"},
		{OIDBool, 0, []byte(" F "), "false", "BOOLEAN"},
		{OIDBool, 0, []byte("maybe"), "22P02", ""},
		{OIDBool, 1, []byte{1}, "true", "BOOLEAN"},
		{OIDBool, 1, []byte{1, 0}, "22P03", ""},
		{OIDInt4, 0, []byte("-12"), "-12", "INTEGER"},
		{OIDInt4, 0, []byte("1.7"), "22P02", ""},
		{OIDInt4, 0, []byte("2147483648"), "22003", ""},
		{OIDInt2, 1, hexOf("fffe"), "-2", "SMALLINT"},
		{OIDInt8, 1, hexOf("00000001"), "08P01", ""},
		{OIDInt8, 1, hexOf("8000000000000000"), "-9223372036854775808", "BIGINT"},
		{OIDFloat8, 0, []byte("Infinity"), "+Inf", "DOUBLE"},
		{OIDFloat8, 0, []byte("1e400"), "22003", ""},
		{OIDFloat8, 0, []byte("0x1p3"), "22P02", ""},
		{OIDFloat4, 1, hexOf("7fc00000"), "NaN", "FLOAT"},
		{OIDNumeric, 0, []byte("12.50"), "12.5", "DECIMAL(4,2)"},
		{OIDNumeric, 0, []byte("-1.5e-3"), "-0.0015", "DECIMAL(5,4)"},
		{OIDNumeric, 0, []byte("1e3"), "1000", "DECIMAL(4,0)"},
		{OIDNumeric, 0, []byte("NaN"), "0A000", ""},
		{OIDNumeric, 0, []byte("1.2.3"), "22P02", ""},
		{OIDNumeric, 0, []byte(strings.Repeat("9", 39)), "22003", ""},
		{OIDNumeric, 1, hexOf("0003000100000004000109291a85"), "12345.6789", "DECIMAL(9,4)"},
		{OIDNumeric, 1, hexOf("00030001000000040001"), "22P03", ""},
		{OIDNumeric, 1, hexOf("0000000200000000c000"), "22P03", ""},
		{OIDNumeric, 1, hexOf("00000000c0000000"), "0A000", ""},
		{OIDText, 0, []byte("it's"), "it's", "VARCHAR"},
		{OIDText, 1, []byte("a\x00b"), "22021", ""},
		{OIDText, 0, []byte("\xff"), "22021", ""},
		{OIDBytea, 0, []byte(`\x00ff`), "AP8=", "BLOB"},
		{OIDBytea, 0, []byte(`a\\b\001`), "YVxiAQ==", "BLOB"},
		{OIDBytea, 0, []byte(`\x0`), "22023", ""},
		{OIDBytea, 1, []byte{0, 1}, "AAE=", "BLOB"},
		{OIDDate, 1, hexOf("00000000"), "2000-01-01", "DATE"},
		{OIDDate, 0, []byte("2020-02-29"), "2020-02-29", "DATE"},
		{OIDTimestamp, 1, hexOf("0000000000000000"), "2000-01-01T00:00:00", "TIMESTAMP"},
		{OIDTimestampTZ, 1, hexOf("0000000000000000"), "2000-01-01T00:00:00Z", "TIMESTAMPTZ"},
		{OIDTime, 1, hexOf("ffffffffffffffff"), "22008", ""},
		{OIDInterval, 1, hexOf("0000000000000001000000020000000e"), `{"months":14,"days":2,"nanoseconds":1000}`, "INTERVAL"},
		{OIDInterval, 1, hexOf("7fffffffffffffff0000000000000000"), "22008", ""},
		{OIDUUID, 1, hexOf("a0eebc999c0b4ef8bb6d6bb9bd380a11"), "oO68mZwLTvi7bWu5vTgKEQ==", "UUID"},
		{OIDUUID, 1, hexOf("a0ee"), "08P01", ""},
		{OIDJSONB, 0, []byte(`{"a": 1}`), `{"a": 1}`, "JSON"},
		{OIDJSONB, 1, []byte("\x01{\"a\": 1}"), `{"a": 1}`, "JSON"},
		{OIDJSONB, 1, []byte(`{"a": 1}`), "0A000", ""},
		{OIDJSONB, 1, []byte{}, "0A000", ""},
		{1007, 1, []byte{0, 0, 0, 0}, "08P01", ""},
		{1007, 0, []byte("{1}"), "[1]", "INTEGER[]"},
		{1007, 0, []byte("{{1},{NULL}}"), "[[1],[null]]", "INTEGER[][]"},
		{1007, 0, []byte("[0:0]={1}"), "0A000", ""},
		{1007, 0, []byte("{{{{{{{1}}}}}}}"), "54000", ""},
		{1007, 1, hexOf("000000000000000000000017"), "[]", "INTEGER[]"},
		{1007, 1, hexOf("000000010000000000000017000000010000000100000004000000ff"), "[255]", "INTEGER[]"},
		{1007, 1, hexOf("000000010000000000000019000000010000000100000004000000ff"), "42804", ""},   // of text
		{1007, 1, hexOf("000000010000000000000017000000010000000000000004000000ff"), "0A000", ""},   // from 0
		{1007, 1, hexOf("000000010000000000000017000000010000000100000003000000"), "08P01", ""},     // an int4 of 3 bytes
		{1007, 1, hexOf("000000010000000000000017000000010000000100000004000000ff00"), "22P03", ""}, // a byte too many
		{1007, 1, hexOf("0000000200000000000000177fffffff000000017fffffff00000001"), "08P01", ""},   // sizes without values
		{1007, 1, hexOf("ffffffff0000000000000017"), "22P03", ""},
		{1007, 1, hexOf("000000070000000000000017"), "54000", ""},
		{1231, 0, []byte("{1,2.50}"), `["1","2.5"]`, "DECIMAL(3,2)[]"},
		{OIDVarbit, 1, hexOf("00000003a0"), "101", "BIT"},
		{OIDVarbit, 1, hexOf("00000009a0"), "22P03", ""},
		{OIDTimeTZ, 1, hexOf("0000000000000000ffffb1e0"), "00:00:00+05:33:20", "TIMETZ"},
		{OIDTimeTZ, 1, hexOf("00000000000000007fffffff"), "22009", ""},
		{OIDInterval, 0, []byte("-1 days +02:03:04"), `{"months":0,"days":-1,"nanoseconds":7384000000000}`, "INTERVAL"},
		{600, 1, hexOf("00"), "0A000", ""},
		{OIDInt4, 0, nil, "(null)", "INTEGER"},
		{OIDInt4, 2, []byte("1"), "08P01", ""},
	} {
		rec, casts, err := Params([][]byte{c.value}, []int16{c.format}, []OID{c.oid})
		got := string(pgerror.CodeOf(err))
		if err == nil {
			got = rec.Column(0).ValueStr(0)
			if casts[0] != c.cast {
				t.Errorf("OID %d %q: cast to %q, want %q", c.oid, c.value, casts[0], c.cast)
			}
			rec.Release()
		}
		if got != c.want {
			t.Errorf("OID %d %q: got %s (%v), want %s", c.oid, c.value, got, err, c.want)
		}
	}
	if _, _, err := Params([][]byte{nil}, nil, nil); pgerror.CodeOf(err) != pgerror.ProtocolViolation {
		t.Errorf("a parameter too many: %v", err)
	}
}

// FuzzParams: whatever bytes a client binds, the answer is a batch of one row or an error with a code of its own.
func FuzzParams(f *testing.F) {
	for oid := range duckNames {
		f.Add(uint32(oid), int16(1), []byte{0, 0, 0, 1, 0, 0, 0, 2})
		f.Add(uint32(oid), int16(0), []byte("12.5e3"))
	}
	f.Add(uint32(OIDNumeric), int16(1), []byte("\x00\x02\x00\x00\x40\x00\x00\x02\x00\x01\x13\x88"))
	f.Add(uint32(OIDBytea), int16(0), []byte(`\x00\\\001`))
	for _, array := range []string{`{1,NULL,"2"}`, `{{1},{2}}`, `{{{}}}`, `{"a\"b",c\ }`} {
		for _, oid := range arrayOIDs {
			f.Add(uint32(oid), int16(0), []byte(array))
		}
	}
	f.Add(uint32(1007), int16(1), []byte("\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x17\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x04\x00\x00\x00\xff"))
	f.Fuzz(func(t *testing.T, oid uint32, format int16, value []byte) {
		rec, casts, err := Params([][]byte{value}, []int16{format}, []OID{OID(oid)})
		if err != nil {
			if code := pgerror.CodeOf(err); code == pgerror.InternalError {
				t.Fatalf("no code of its own: %v", err)
			}
			return
		}
		defer rec.Release()
		if rec.NumRows() != 1 || len(casts) != 1 {
			t.Fatalf("%d rows, casts %v", rec.NumRows(), casts)
		}
		s := DefaultSettings()
		col, err := NewColumn(rec.Schema().Field(0), rec.Column(0))
		if err != nil || col.IsNull(0) {
			return
		}
		if _, err := col.AppendText(nil, 0, &s); err != nil {
			t.Fatalf("a parameter that cannot be written back: %v", err)
		}
		if _, err := col.AppendBinary(nil, 0, &s); err != nil {
			t.Fatalf("a parameter that cannot be sent back: %v", err)
		}
	})
}

// FuzzNumeric: what is written in text and in binary reads back the same.
func FuzzNumeric(f *testing.F) {
	f.Add(uint64(12345), int64(0), int32(2))
	f.Add(uint64(math.MaxUint64), int64(math.MinInt64), int32(38))
	f.Add(uint64(1), int64(-1), int32(5))
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil)
	f.Fuzz(func(t *testing.T, lo uint64, hi int64, scale int32) {
		n := decimal128.New(hi, lo)
		if scale < 0 || scale > 38 || n.Abs().BigInt().CmpAbs(limit) >= 0 {
			return
		}
		text := appendDecimal(nil, int128{lo, hi}, int(scale))
		back, s, err := parseNumeric(string(text))
		if err != nil || s != scale && back.BigInt().Sign() != 0 || back != n {
			t.Fatalf("%s came back as %v scale %d (%v), was %v scale %d", text, back, s, err, n, scale)
		}
		h, l, negative := int128{lo, hi}.abs()
		bin := appendNumeric(nil, h, l, negative, int(scale))
		back, s, err = decodeNumeric(bin)
		if err != nil || s != scale && back.BigInt().Sign() != 0 || back != n {
			t.Fatalf("%x (%s) came back as %v scale %d (%v), was %v scale %d", bin, text, back, s, err, n, scale)
		}
	})
}

// FuzzFloats: the short cut of floats writes what the search for the shortest form finds.
func FuzzFloats(f *testing.F) {
	for _, v := range []float64{0, 1.5, -0.25, 1.1099999999999999, 1e14, 999999999999999, 0.0001, 12345.6789, 123456789012.34567, math.MaxFloat64} {
		f.Add(v, uint8(0))
	}
	f.Fuzz(func(t *testing.T, v float64, decimals uint8) {
		// Numbers of few decimals, which the fuzzer would hardly find, and v itself.
		p := math.Pow10(int(decimals % 7))
		for _, x := range []float64{v, math.Round(v*p) / p, math.Round(math.Mod(v, 1e9)*p) / p} {
			if math.IsNaN(x) || math.IsInf(x, 0) || x != 0 && (math.Abs(x) < 1e-4 || math.Abs(x) >= 1e15) {
				continue
			}
			if got, want := string(appendFloat(nil, x, 64)), strconv.FormatFloat(x, 'f', -1, 64); got != want {
				t.Fatalf("%b: %s, want %s", x, got, want)
			}
		}
	})
}

func TestEveryCommonDayIsItself(t *testing.T) {
	for d := int64(firstCommonDay); d <= lastCommonDay; d++ {
		y, m, day := civil(d)
		cy, cm, cd := civilCommon(d)
		if int64(cy) != y || int(cm) != m || int(cd) != day {
			t.Fatalf("day %d: %d-%d-%d, want %d-%d-%d", d, cy, cm, cd, y, m, day)
		}
	}
}

func FuzzDates(f *testing.F) {
	f.Add(int64(0))
	f.Add(int64(-1))
	f.Add(int64(-62135596800000000))
	f.Fuzz(func(t *testing.T, us int64) {
		if us <= -8e18 || us >= 8e18 { // time.Time's year must fit
			return
		}
		want := time.UnixMicro(us).UTC()
		if y := want.Year(); y < 1 || y > 9999 {
			_ = appendTimestamp(nil, us, &Settings{})
			return
		}
		got := string(appendTimestamp(nil, us, &Settings{}))
		if w := strings.TrimRight(want.Format("2006-01-02 15:04:05.000000"), "0"); got != strings.TrimSuffix(w, ".") {
			t.Fatalf("%d: %s, want %s", us, got, w)
		}
	})
}

func wireBatch(tb testing.TB, rows int) arrow.RecordBatch {
	tb.Helper()
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "a", Type: arrow.PrimitiveTypes.Int64},
		{Name: "b", Type: arrow.PrimitiveTypes.Int64},
		{Name: "c", Type: arrow.BinaryTypes.String},
		{Name: "d", Type: arrow.PrimitiveTypes.Float64},
		{Name: "e", Type: &arrow.Decimal128Type{Precision: 12, Scale: 2}},
		{Name: "f", Type: &arrow.TimestampType{Unit: arrow.Microsecond}},
		{Name: "g", Type: arrow.FixedWidthTypes.Date32},
	}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for i := range rows {
		b.Field(0).(*array.Int64Builder).Append(int64(i))
		b.Field(1).(*array.Int64Builder).Append(int64(i * 7919 % 1000003))
		b.Field(2).(*array.StringBuilder).Append(fmt.Sprintf("customer number %d", i))
		b.Field(3).(*array.Float64Builder).Append(float64(i) * 0.37)
		b.Field(4).(*array.Decimal128Builder).Append(decimal128.FromI64(int64(i * 3 % 100000)))
		b.Field(5).(*array.TimestampBuilder).Append(arrow.Timestamp(1577836800000000 + int64(i)*1000000))
		b.Field(6).(*array.Date32Builder).Append(arrow.Date32(18262 + i%3000))
	}
	return b.NewRecordBatch()
}

func BenchmarkEncode(b *testing.B) {
	rec := wireBatch(b, 8192)
	defer rec.Release()
	for _, f := range []Format{Text, Binary} {
		b.Run([]string{"text", "binary"}[f], func(b *testing.B) {
			formats := bytes.Repeat([]byte{byte(f)}, int(rec.NumCols()))
			fs := make([]Format, len(formats))
			for i := range fs {
				fs[i] = f
			}
			e := NewEncoder(rec.Schema(), fs, DefaultSettings())
			var buf []byte
			rows := 0
			for b.Loop() {
				var err error
				if buf, _, err = e.Append(buf[:0], rec, 0, int(rec.NumRows()), 64<<20); err != nil {
					b.Fatal(err)
				}
				rows += int(rec.NumRows())
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows), "ns/row")
		})
	}
}
