package pgfunc

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// What to_json and its kin write: DuckDB's JSON of a value, with the scalars as PostgreSQL writes them by their type.

// The forms in which the outermost value is written; to_json's is [1,2] and {"f1":1}.
const (
	formAgg       = "agg"       // a list, as json_agg writes it: [1, 2]
	formArray     = "array"     // a structure's values, as json_build_array does: [1, "x"]
	formObject    = "object"    // a structure's values, keys and values in turn, as json_build_object does: {"a" : 1}
	formObjectAgg = "objectagg" // a list of structures of a key and a value, as json_object_agg does: { "a" : 1 }
)

// toJSON rewrites DuckDB's JSON of a value: the JSON, the value's type, a form.
func toJSON(a []Value) (Value, error) {
	t, rest := parseType(a[1].Text)
	if t == nil || rest != "" {
		return Value{}, malformed(a[1].Text, a[0].Text)
	}
	w := jsonWriter{}
	if err := w.outermost(json.RawMessage(a[0].Text), t, a[2].Text); err != nil {
		return Value{}, err
	}
	return text(w.String()), nil
}

type jsonWriter struct{ strings.Builder }

func (w *jsonWriter) outermost(raw json.RawMessage, t *valueType, form string) error {
	switch form {
	case formAgg:
		list, _, err := elementsOf(string(raw))
		if err != nil {
			return err
		}
		separator := ", "
		if t.of != nil && t.of[0].kind == 'r' {
			separator = ", \n "
		}
		return w.array(list, func(int) *valueType { return t.element(0) }, separator)
	case formObjectAgg:
		list, _, err := elementsOf(string(raw))
		if err != nil {
			return err
		}
		var all []member
		for _, e := range list {
			pair, _, err := membersOf(string(e))
			if err != nil {
				return err
			}
			all = append(all, pair...)
		}
		return w.pairs(all, t.element(0), "{ ", " }")
	case formArray, formObject:
		all, _, err := membersOf(string(raw))
		if err != nil {
			return err
		}
		if form == formObject {
			return w.pairs(all, t, "{", "}")
		}
		values := make([]json.RawMessage, len(all))
		for i, m := range all {
			values[i] = m.value
		}
		return w.array(values, t.element, ", ")
	}
	return w.value(raw, t)
}

// array writes values, each of the type that of gives.
func (w *jsonWriter) array(values []json.RawMessage, of func(i int) *valueType, separator string) error {
	w.WriteByte('[')
	for i, v := range values {
		if i > 0 {
			w.WriteString(separator)
		}
		if err := w.value(v, of(i)); err != nil {
			return err
		}
	}
	w.WriteByte(']')
	return nil
}

// pairs writes an object of keys and values that follow each other; t is the structure of them, or of one pair.
func (w *jsonWriter) pairs(all []member, t *valueType, open, closing string) error {
	w.WriteString(open)
	for i := 0; i+1 < len(all); i += 2 {
		if i > 0 {
			w.WriteString(", ")
		}
		n := i
		if len(t.of) == 2 {
			n = 0
		}
		key := jsonWriter{}
		if err := key.value(all[i].value, t.element(n)); err != nil {
			return err
		}
		switch k := key.String(); k[0] {
		case 'n':
			return pgerror.New(pgerror.NullValueNotAllowed, "null value not allowed for object key")
		case '"':
			w.WriteString(k)
		default:
			writeString(&w.Builder, k)
		}
		w.WriteString(" : ")
		if err := w.value(all[i+1].value, t.element(n+1)); err != nil {
			return err
		}
	}
	w.WriteString(closing)
	return nil
}

// element is the i-th of the types that t is made of.
func (t *valueType) element(i int) *valueType {
	if i < len(t.of) {
		return t.of[i]
	}
	return &valueType{kind: 's'}
}

func (w *jsonWriter) value(raw json.RawMessage, t *valueType) error {
	switch {
	case t.kind == 'l' && kind(string(raw)) == '[':
		list, _, err := elementsOf(string(raw))
		if err != nil {
			return err
		}
		return w.array(list, func(int) *valueType { return t.element(0) }, ",")
	case (t.kind == 'r' || t.kind == 'm') && kind(string(raw)) == '{':
		members, _, err := membersOf(string(raw))
		if err != nil {
			return err
		}
		w.WriteByte('{')
		for i, m := range members {
			if i > 0 {
				w.WriteByte(',')
			}
			of := t.element(1)
			if t.kind == 'r' {
				if of = t.element(i); m.key == "" {
					m.key = "f" + strconv.Itoa(i+1)
				}
			}
			writeString(&w.Builder, m.key)
			w.WriteByte(':')
			if err := w.value(m.value, of); err != nil {
				return err
			}
		}
		w.WriteByte('}')
	default:
		return w.scalar(strings.TrimSpace(string(raw)), t.name)
	}
	return nil
}

func (w *jsonWriter) scalar(raw, typ string) error {
	if raw == "null" || raw == "" {
		w.WriteString("null")
		return nil
	}
	inQuotes := ""
	if raw[0] == '"' {
		if err := json.Unmarshal([]byte(raw), &inQuotes); err != nil {
			return invalidJSON()
		}
	}
	switch {
	case strings.HasPrefix(typ, "DECIMAL(") && inQuotes == "":
		_, scale, _ := strings.Cut(strings.TrimSuffix(typ, ")"), ",")
		n, err := strconv.Atoi(scale)
		r, ok := new(big.Rat).SetString(raw)
		if err != nil || !ok {
			break
		}
		raw = r.FloatString(n)
	case (typ == "DOUBLE" || typ == "FLOAT") && raw[0] != '"':
		switch f := float(raw); f {
		case "Infinity", "-Infinity", "NaN":
			raw = `"` + f + `"`
		default:
			raw = f
		}
	case strings.HasPrefix(typ, "TIMESTAMP") && inQuotes != "":
		s := strings.Replace(inQuotes, " ", "T", 1)
		if i := strings.LastIndexAny(s, "+-"); strings.HasSuffix(typ, "ZONE") && i > len("2006-01-02") && len(s)-i == len("+00") {
			s += ":00"
		}
		raw = `"` + s + `"`
	case typ == "INTERVAL" && inQuotes != "":
		i, err := parseInterval(inQuotes)
		if err != nil {
			return err
		}
		raw = `"` + i.String() + `"`
	case inQuotes != "" && typ != "JSON":
		writeString(&w.Builder, inQuotes)
		return nil
	}
	w.WriteString(raw)
	return nil
}

// valueType is a type of DuckDB's: a scalar's name, or a list, a structure, or a map.
type valueType struct {
	kind byte   // s(calar), l(ist), r(ecord), m(ap)
	name string // a scalar's
	of   []*valueType
}

// parseType reads a type as typeof() writes it; nil: it is none.
func parseType(s string) (t *valueType, rest string) {
	switch {
	case strings.HasPrefix(s, "STRUCT("):
		t, s = parseRecord(s[len("STRUCT("):])
	case strings.HasPrefix(s, "MAP("):
		t = &valueType{kind: 'm'}
		s = s[len("MAP("):]
		for range 2 {
			var of *valueType
			if of, s = parseType(s); of == nil {
				return nil, ""
			}
			t.of = append(t.of, of)
			s = strings.TrimPrefix(strings.TrimPrefix(s, ","), " ")
		}
		s = strings.TrimPrefix(s, ")")
	default:
		end, depth := 0, 0
		for ; end < len(s) && (depth > 0 || s[end] != ',' && s[end] != ')' && s[end] != '['); end++ {
			switch s[end] {
			case '(':
				depth++
			case ')':
				depth--
			case '"':
				end += max(fieldName(s[end:])-1, 0)
			}
		}
		t, s = &valueType{kind: 's', name: s[:end]}, s[end:]
	}
	for t != nil && strings.HasPrefix(s, "[") {
		i := strings.IndexByte(s, ']')
		if i < 0 {
			return nil, ""
		}
		t, s = &valueType{kind: 'l', of: []*valueType{t}}, s[i+1:]
	}
	return t, s
}

// parseRecord reads a structure's fields, which have names or none: then there are their types alone.
func parseRecord(s string) (t *valueType, rest string) {
	t = &valueType{kind: 'r'}
	for {
		var of *valueType
		var after string
		if n := fieldName(s); n > 0 && s[n-1] == ' ' {
			of, after = parseType(s[n:])
		}
		if of == nil || of.kind == 's' && (of.name == "" || strings.HasPrefix(of.name, "WITH TIME ZONE")) {
			of, after = parseType(s)
		}
		if of == nil {
			return nil, ""
		}
		t.of = append(t.of, of)
		switch s = after; {
		case strings.HasPrefix(s, ", "):
			s = s[2:]
		case strings.HasPrefix(s, ")"):
			return t, s[1:]
		default:
			return nil, ""
		}
	}
}

// fieldName returns the length of a field's name, and of the blank behind it, or of anything else in quotes; 0: there is none.
func fieldName(s string) int {
	if !strings.HasPrefix(s, `"`) {
		if i := strings.IndexAny(s, " ,)[("); i > 0 && s[i] == ' ' {
			return i + 1
		}
		return 0
	}
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] != '"':
		case strings.HasPrefix(s[i:], `""`):
			i++
		case strings.HasPrefix(s[i:], `" `):
			return i + 2
		default:
			return i + 1
		}
	}
	return 0
}
