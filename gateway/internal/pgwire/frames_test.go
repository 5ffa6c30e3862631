package pgwire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/angelerator/tavana/internal/pgerror"
)

func TestALengthAloneCostsNothing(t *testing.T) {
	head := append([]byte{'Q'}, binary.BigEndian.AppendUint32(nil, 1<<30-10)...)
	f := newFrames(io.MultiReader(bytes.NewReader(head), bytes.NewReader(make([]byte, 100))))
	f.max = maxBody
	if _, _, err := f.next(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	if n := cap(f.body); n > 2<<20 {
		t.Errorf("%d bytes were allocated for 100 that came", n)
	}
}

func TestLargeBodiesAreNotKept(t *testing.T) {
	msg := func(n int) []byte {
		b, err := (&pgproto3.Query{String: string(bytes.Repeat([]byte("x"), n))}).Encode(nil)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	f := newFrames(bytes.NewReader(append(msg(5<<20), msg(10)...)))
	f.max = maxBody
	for _, want := range []int{5 << 20, 10} {
		_, body, err := f.next()
		if err != nil || len(body) != want+1 {
			t.Fatalf("%d bytes, %v", len(body), err)
		}
	}
	if n := cap(f.body); n > 2<<20 {
		t.Errorf("%d bytes are kept", n)
	}
}

// FuzzFrames: whatever bytes come, each frame lies within its bounds, decodes or has a code, and nothing panics.
func FuzzFrames(f *testing.F) {
	for _, m := range []pgproto3.FrontendMessage{
		&pgproto3.Query{String: "SELECT 1"}, &pgproto3.Parse{Name: "a", Query: "SELECT $1", ParameterOIDs: []uint32{23}},
		&pgproto3.Bind{ParameterFormatCodes: []int16{1}, Parameters: [][]byte{{1, 2}, nil}, ResultFormatCodes: []int16{0}},
		&pgproto3.Describe{ObjectType: 'S'}, &pgproto3.Execute{MaxRows: 3}, &pgproto3.Close{ObjectType: 'P'}, &pgproto3.Sync{}, &pgproto3.Terminate{},
	} {
		b, err := m.Encode(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte{'B', 0, 0, 0, 8, 0, 0, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, in []byte) {
		fr := newFrames(bytes.NewReader(in))
		for {
			typ, body, err := fr.next()
			if err != nil {
				return
			}
			if len(body) > len(in) {
				t.Fatalf("a body of %d bytes from %d", len(body), len(in))
			}
			if _, err := decode(typ, body); err != nil && pgerror.CodeOf(err) != pgerror.ProtocolViolation {
				t.Fatalf("%q: %v", body, err)
			}
		}
	})
}

// FuzzStartup: a startup packet parses or has a code; options split into what they were made of.
func FuzzStartup(f *testing.F) {
	f.Add([]byte("\x00\x03\x00\x00user\x00ann\x00options\x00-c a=b --x-y=1\x00\x00"))
	f.Add([]byte("\x00\x03\x00\x02user\x00ann\x00_pq_.x\x00y\x00\x00"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) < 4 {
			return
		}
		s, err := parseStartup(body)
		if err != nil {
			if code := pgerror.CodeOf(err); code == pgerror.InternalError {
				t.Fatal(err)
			}
			return
		}
		if s.get("user") == "" {
			t.Fatal("no user, and no error")
		}
		for _, kv := range s.params {
			if opts, err := optionsOf(kv[1]); err == nil {
				_ = fmt.Sprint(opts)
			}
		}
	})
}

func TestOptions(t *testing.T) {
	for in, want := range map[string]string{
		"":                               "[]",
		"-c a=b":                         "[[a b]]",
		"-ca=b  --work-mem=1MB":          "[[a b] [work_mem 1MB]]",
		`-c search_path=a,\ b -c x=y\\z`: `[[search_path a, b] [x y\z]]`,
		"-c":                             "error",
		"-c a":                           "error",
		"nonsense":                       "error",
	} {
		got, err := optionsOf(in)
		out := fmt.Sprint(got)
		if err != nil {
			out = "error"
		}
		if out != want {
			t.Errorf("%q: %s, want %s", in, out, want)
		}
	}
}
