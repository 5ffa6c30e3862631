package seal

import (
	"bytes"
	"testing"
)

func TestSealedThings(t *testing.T) {
	s, same, other := New("secret"), New("secret"), New("")
	b := s.Close(Result, Ticket{Worker: "w", ID: "q", User: "ann"})
	var out Ticket
	if err := same.Open(Result, b, &out); err != nil || out.User != "ann" || out.ID != "q" {
		t.Errorf("%v %v", out, err)
	}
	if other.Open(Result, b, &out) == nil {
		t.Error("opened with another key")
	}
	for _, kind := range []Kind{Token, Prepared, Direct} {
		if s.Open(kind, b, &out) == nil {
			t.Errorf("taken for a %c", kind)
		}
		changed := append([]byte{byte(kind)}, b[1:]...)
		if s.Open(kind, changed, &out) == nil {
			t.Errorf("made a %c", kind)
		}
	}
	for i := range b {
		changed := bytes.Clone(b)
		changed[i] ^= 1
		if s.Open(Result, changed, &out) == nil {
			t.Fatalf("opened with byte %d changed", i)
		}
	}
	if s.Open(Result, b[:len(b)-1], &out) == nil || s.Open(Result, nil, &out) == nil {
		t.Error("opened a part")
	}
}
