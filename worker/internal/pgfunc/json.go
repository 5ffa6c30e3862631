package pgfunc

import (
	"bytes"
	"encoding/json"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// The functions and operators on json and jsonb that DuckDB lacks. A json is the text that it came as; what gives a jsonb
// writes it as PostgreSQL does: keys once and in the order of their length, a blank behind colons and commas.

var jsonFunctions = []Function{
	{"tavana_jsonb", []int{0}, 0, toJSONB},
	{"tavana_json_path", []int{0, 1, 0}, 0, jsonPath},        // json, path, text or json
	{"tavana_json_contains", []int{0, 0}, 0, jsonContains},   // t or f, as below
	{"tavana_json_exists", []int{0, 1, 0}, 0, jsonExists},    // jsonb, keys, any or all
	{"tavana_json_concat", []int{0, 0}, 0, jsonConcat},       // ||
	{"tavana_json_delete", []int{0, 1, 0}, 0, jsonDelete},    // jsonb, keys, key or index
	{"tavana_json_cut", []int{0, 1}, 0, jsonCut},             // #-
	{"tavana_json_set", []int{0, 1, 0, 0}, 0, jsonSet},       // jsonb_set
	{"tavana_json_insert", []int{0, 1, 0, 0}, 0, jsonInsert}, // jsonb_insert
	{"tavana_json_elements", []int{0, 0}, 1, jsonElements},   // json, text or json
	{"tavana_json_keys", []int{0}, 1, jsonKeys},
	{"tavana_json_values", []int{0, 0}, 1, jsonValues}, // those of the keys
	{"tavana_json_typeof", []int{0}, 0, jsonTypeof},
	{"tavana_json_length", []int{0}, 0, jsonLength},
	{"tavana_json_strip_nulls", []int{0}, 0, jsonStripNulls},
	{"tavana_jsonb_pretty", []int{0}, 0, jsonPretty},
	{"tavana_json_object", []int{1, 1}, 0, jsonObject}, // keys, values
	{"tavana_text_array", []int{0}, 1, textArray},      // an array's literal
	{"tavana_to_json", []int{0, 0, 0}, 0, toJSON},      // DuckDB's JSON, the value's type, a form
}

// jsonOperators have an @ more than PostgreSQL's: as forms of -, @>, <@ and || they would be candidates for operands of no type as
// well, beside the dates, lists and texts that are meant. The gateway writes @||, @@> and <@@ where it
// can't tell; they and @- are also put in where DuckDB finds no operator for a json.
var jsonOperators = []Function{
	{"@||", []int{OnlyJSON, OnlyJSON}, JSON, jsonConcat}, // joins texts as well: see package duck
	{"@-", []int{JSON, 0}, JSON, deleteOne("key")},
	{"@-", []int{JSON, Bigint}, JSON, deleteOne("index")},
	{"@-", []int{JSON, 1}, JSON, func(a []Value) (Value, error) { return jsonDelete([]Value{a[0], a[1], text("key")}) }},
	{"@@>", []int{OnlyJSON, OnlyJSON}, Boolean, jsonContains},
	{"<@@", []int{OnlyJSON, OnlyJSON}, Boolean, func(a []Value) (Value, error) { return jsonContains([]Value{a[1], a[0]}) }},
}

// deleteOne is jsonDelete of one key or index.
func deleteOne(how string) func([]Value) (Value, error) {
	return func(a []Value) (Value, error) { return jsonDelete([]Value{a[0], {List: a[1:2]}, text(how)}) }
}

// object is a JSON object: its members in the order in which they came, raw.
type member struct {
	key   string
	value json.RawMessage
}

// invalidJSON is PostgreSQL's error for a text that is no JSON.
func invalidJSON() error {
	return pgerror.New(pgerror.InvalidTextRepresentation, "invalid input syntax for type json")
}

func valid(s string) error {
	if !json.Valid([]byte(s)) {
		return invalidJSON()
	}
	return nil
}

// membersOf reads an object; ok is false for another value.
func membersOf(s string) (list []member, ok bool, err error) {
	if err := valid(s); err != nil {
		return nil, false, err
	}
	d := json.NewDecoder(strings.NewReader(s))
	if t, _ := d.Token(); t != json.Delim('{') {
		return nil, false, nil
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, false, invalidJSON()
		}
		var m member
		m.key, _ = t.(string)
		if err := d.Decode(&m.value); err != nil {
			return nil, false, invalidJSON()
		}
		list = append(list, m)
	}
	return list, true, nil
}

// elementsOf reads an array; ok is false for another value.
func elementsOf(s string) (list []json.RawMessage, ok bool, err error) {
	if err := valid(s); err != nil {
		return nil, false, err
	}
	if kind(s) != '[' {
		return nil, false, nil
	}
	if err := json.Unmarshal([]byte(s), &list); err != nil {
		return nil, false, invalidJSON()
	}
	return list, true, nil
}

// kind is the first character of a JSON text, which tells what it is.
func kind(s string) byte {
	if s = strings.TrimLeft(s, " \t\r\n"); s == "" {
		return 0
	}
	return s[0]
}

// decode reads s into the values that jsonb has: nil, bool, json.Number, string, []any, map[string]any.
func decode(s string) (any, error) {
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, invalidJSON()
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, invalidJSON()
	}
	return v, nil
}

// encode writes a value as jsonb is written.
func encode(v any) Value {
	var b strings.Builder
	writeJSONB(&b, v, "", "")
	return text(b.String())
}

// writeJSONB writes v; with an indent, over several lines, each behind newline.
func writeJSONB(b *strings.Builder, v any, newline, indent string) {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case json.Number:
		b.WriteString(numeric(v))
	case string:
		writeString(b, v)
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			separate(b, i, newline, indent)
			writeJSONB(b, e, newline+indent, indent)
		}
		b.WriteString(newline + "]")
	case map[string]any:
		b.WriteByte('{')
		for i, k := range sortedKeys(v) {
			separate(b, i, newline, indent)
			writeString(b, k)
			b.WriteString(": ")
			writeJSONB(b, v[k], newline+indent, indent)
		}
		b.WriteString(newline + "}")
	}
}

func separate(b *strings.Builder, i int, newline, indent string) {
	switch {
	case newline != "" && i > 0:
		b.WriteString("," + newline + indent)
	case newline != "":
		b.WriteString(newline + indent)
	case i > 0:
		b.WriteString(", ")
	}
}

// sortedKeys are an object's keys as jsonb stores them: shorter ones first.
func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return keys
}

// maxExponent bounds the digits that a number with an exponent is written with.
const maxExponent = 1000

// numeric writes a number without exponent, as a numeric is.
func numeric(n json.Number) string {
	s := string(n)
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return s
	}
	e, err := strconv.Atoi(s[i+1:])
	if err != nil || e > maxExponent || e < -maxExponent {
		return s
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return s
	}
	_, fraction, _ := strings.Cut(s[:i], ".")
	return r.FloatString(max(len(fraction)-e, 0))
}

// writeString writes a string of JSON, escaping what must be.
func writeString(b *strings.Builder, s string) {
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '\b':
			b.WriteString(`\b`)
		case '\f':
			b.WriteString(`\f`)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		default:
			if c < ' ' {
				b.WriteString(`\u00` + hexDigits(c))
			} else {
				b.WriteByte(c)
			}
		}
	}
	b.WriteByte('"')
}

func hexDigits(c byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[c>>4], digits[c&15]})
}

func toJSONB(a []Value) (Value, error) {
	v, err := decode(a[0].Text)
	return encode(v), err
}

// shown is a member or an element as a result: its JSON, or the text of a string and NULL for null.
func shown(raw json.RawMessage, how string) Value {
	if how != "text" {
		return text(string(raw))
	}
	switch raw[0] {
	case 'n':
		return Value{Null: true}
	case '"':
		var s string
		if json.Unmarshal(raw, &s) == nil {
			return text(s)
		}
	}
	return text(string(raw))
}

// index is an array's index by PostgreSQL's rules: a negative one counts from the end; ok is false for what is none, and for
// one that is outside, unless it is the place behind the end.
func index(key string, n int) (i int, ok bool) {
	i, err := strconv.Atoi(strings.TrimSpace(key))
	if err != nil {
		return 0, false
	}
	if i < 0 {
		i += n
	}
	return i, i >= 0 && i < n
}

func jsonPath(a []Value) (Value, error) {
	raw := json.RawMessage(strings.TrimSpace(a[0].Text))
	if err := valid(string(raw)); err != nil {
		return Value{}, err
	}
	for _, key := range a[1].List {
		next := json.RawMessage(nil)
		if key.Null {
			return Value{Null: true}, nil
		}
		if list, ok, err := elementsOf(string(raw)); err != nil {
			return Value{}, err
		} else if ok {
			if i, ok := index(key.Text, len(list)); ok {
				next = list[i]
			}
		} else if members, _, err := membersOf(string(raw)); err != nil {
			return Value{}, err
		} else {
			for _, m := range members {
				if m.key == key.Text {
					next = m.value
				}
			}
		}
		if next == nil {
			return Value{Null: true}, nil
		}
		raw = next
	}
	return shown(raw, a[2].Text), nil
}

func truth(b bool) Value {
	if b {
		return text("t")
	}
	return text("f")
}

func jsonContains(a []Value) (Value, error) {
	outer, err := decode(a[0].Text)
	if err != nil {
		return Value{}, err
	}
	inner, err := decode(a[1].Text)
	if err != nil {
		return Value{}, err
	}
	if list, ok := outer.([]any); ok { // an array contains a scalar, at the top alone
		switch inner.(type) {
		case []any, map[string]any:
		default:
			return truth(slices.ContainsFunc(list, func(e any) bool { return contains(e, inner) })), nil
		}
	}
	return truth(contains(outer, inner)), nil
}

func contains(outer, inner any) bool {
	switch in := inner.(type) {
	case map[string]any:
		out, ok := outer.(map[string]any)
		if !ok {
			return false
		}
		for k, v := range in {
			if o, ok := out[k]; !ok || !contains(o, v) {
				return false
			}
		}
		return true
	case []any:
		out, ok := outer.([]any)
		if !ok {
			return false
		}
		for _, v := range in {
			if !slices.ContainsFunc(out, func(o any) bool { return contains(o, v) }) {
				return false
			}
		}
		return true
	case json.Number:
		out, ok := outer.(json.Number)
		return ok && sameNumber(out, in)
	}
	switch outer.(type) {
	case []any, map[string]any:
		return false
	}
	return outer == inner
}

func sameNumber(a, b json.Number) bool {
	if a == b {
		return true
	}
	if strings.ContainsAny(numeric(a)+numeric(b), "eE") { // beyond maxExponent
		return false
	}
	x, ok1 := new(big.Rat).SetString(numeric(a))
	y, ok2 := new(big.Rat).SetString(numeric(b))
	return ok1 && ok2 && x.Cmp(y) == 0
}

func jsonExists(a []Value) (Value, error) {
	v, err := decode(a[0].Text)
	if err != nil {
		return Value{}, err
	}
	has := func(key string) bool {
		switch v := v.(type) {
		case map[string]any:
			_, ok := v[key]
			return ok
		case []any:
			return slices.Contains(v, any(key))
		case string:
			return v == key
		}
		return false
	}
	all := a[2].Text == "all"
	for _, key := range a[1].List {
		if !key.Null && has(key.Text) != all {
			return truth(!all), nil
		}
	}
	return truth(all), nil
}

func jsonConcat(a []Value) (Value, error) {
	x, err := decode(a[0].Text)
	if err != nil {
		return Value{}, err
	}
	y, err := decode(a[1].Text)
	if err != nil {
		return Value{}, err
	}
	if one, ok := x.(map[string]any); ok {
		if two, ok := y.(map[string]any); ok {
			for k, v := range two {
				one[k] = v
			}
			return encode(one), nil
		}
	}
	return encode(append(asList(x), asList(y)...)), nil
}

func asList(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

func jsonDelete(a []Value) (Value, error) {
	v, err := decode(a[0].Text)
	if err != nil {
		return Value{}, err
	}
	for _, key := range a[1].List {
		if key.Null {
			continue
		}
		switch t := v.(type) {
		case map[string]any:
			if a[2].Text == "index" {
				return Value{}, pgerror.New(pgerror.InvalidParameterValue, "cannot delete from object using integer index")
			}
			delete(t, key.Text)
		case []any:
			if a[2].Text != "index" {
				v = slices.DeleteFunc(t, func(e any) bool { return e == any(key.Text) })
			} else if i, ok := index(key.Text, len(t)); ok {
				v = slices.Delete(t, i, i+1)
			}
		default:
			return Value{}, pgerror.New(pgerror.InvalidParameterValue, "cannot delete from scalar")
		}
	}
	return encode(v), nil
}

// change is what becomes of the value at the end of a path: the new one, and whether there is one. has tells whether it is there.
type change func(old any, has bool) (any, bool)

// along changes v at the end of a path; at missing keys before the end nothing is.
func along(v any, path []Value, f change) any {
	if len(path) == 0 {
		return v
	}
	key := path[0].Text
	switch t := v.(type) {
	case map[string]any:
		old, has := t[key]
		if len(path) > 1 {
			if has {
				t[key] = along(old, path[1:], f)
			}
		} else if next, keep := f(old, has); keep {
			t[key] = next
		} else {
			delete(t, key)
		}
	case []any:
		i, has := index(key, len(t))
		switch {
		case len(path) > 1:
			if has {
				t[i] = along(t[i], path[1:], f)
			}
		case has:
			if next, keep := f(t[i], true); keep {
				t[i] = next
			} else {
				return slices.Delete(t, i, i+1)
			}
		default:
			if next, keep := f(nil, false); keep {
				if i < 0 {
					return slices.Insert(t, 0, next)
				}
				return append(t, next)
			}
		}
	}
	return v
}

func jsonCut(a []Value) (Value, error) {
	v, err := decode(a[0].Text)
	if err != nil {
		return Value{}, err
	}
	return encode(along(v, a[1].List, func(any, bool) (any, bool) { return nil, false })), nil
}

func jsonSet(a []Value) (Value, error) {
	v, err := decode(a[0].Text)
	if err != nil {
		return Value{}, err
	}
	to, err := decode(a[2].Text)
	if err != nil {
		return Value{}, err
	}
	create := a[3].Text == "true"
	return encode(along(v, a[1].List, func(_ any, has bool) (any, bool) { return to, has || create })), nil
}

func jsonInsert(a []Value) (Value, error) {
	v, err := decode(a[0].Text)
	if err != nil {
		return Value{}, err
	}
	to, err := decode(a[2].Text)
	if err != nil || len(a[1].List) == 0 {
		return encode(v), err
	}
	path, last := a[1].List[:len(a[1].List)-1], a[1].List[len(a[1].List)-1]
	var exists error
	put := func(parent any) any {
		switch t := parent.(type) {
		case map[string]any:
			if _, has := t[last.Text]; has {
				exists = pgerror.New(pgerror.InvalidParameterValue, "cannot replace existing key").WithHint("Try using the function jsonb_set to replace key value.")
			} else {
				t[last.Text] = to
			}
		case []any:
			i, err := strconv.Atoi(last.Text)
			if err != nil {
				return t
			}
			if i < 0 {
				i += len(t)
			}
			if a[3].Text == "true" {
				i++
			}
			return slices.Insert(t, min(max(i, 0), len(t)), to)
		}
		return parent
	}
	if len(path) == 0 {
		v = put(v)
	} else {
		v = along(v, path, func(old any, has bool) (any, bool) { return put(old), has })
	}
	return encode(v), exists
}

func jsonElements(a []Value) (Value, error) {
	list, ok, err := elementsOf(a[0].Text)
	if err != nil {
		return Value{}, err
	}
	if !ok {
		what := "a scalar"
		if kind(a[0].Text) == '{' {
			what = "an object"
		}
		return Value{}, pgerror.New(pgerror.InvalidParameterValue, "cannot extract elements from "+what)
	}
	out := Value{List: make([]Value, len(list))}
	for i, e := range list {
		out.List[i] = shown(e, a[1].Text)
	}
	return out, nil
}

func jsonMembers(s, what string) ([]member, error) {
	list, ok, err := membersOf(s)
	if err == nil && !ok {
		of := "a scalar"
		if kind(s) == '[' {
			of = "an array"
		}
		err = pgerror.New(pgerror.InvalidParameterValue, what+of)
	}
	return list, err
}

func jsonKeys(a []Value) (Value, error) {
	list, err := jsonMembers(a[0].Text, "cannot call json_object_keys on ")
	out := Value{List: make([]Value, len(list))}
	for i, m := range list {
		out.List[i] = text(m.key)
	}
	return out, err
}

func jsonValues(a []Value) (Value, error) {
	list, err := jsonMembers(a[0].Text, "cannot deconstruct ")
	out := Value{List: make([]Value, len(list))}
	for i, m := range list {
		out.List[i] = shown(m.value, a[1].Text)
	}
	return out, err
}

func jsonTypeof(a []Value) (Value, error) {
	if err := valid(a[0].Text); err != nil {
		return Value{}, err
	}
	switch kind(a[0].Text) {
	case '{':
		return text("object"), nil
	case '[':
		return text("array"), nil
	case '"':
		return text("string"), nil
	case 't', 'f':
		return text("boolean"), nil
	case 'n':
		return text("null"), nil
	}
	return text("number"), nil
}

func jsonLength(a []Value) (Value, error) {
	list, ok, err := elementsOf(a[0].Text)
	if err == nil && !ok {
		what := "a scalar"
		if kind(a[0].Text) == '{' {
			what = "a non-array"
		}
		err = pgerror.New(pgerror.InvalidParameterValue, "cannot get array length of "+what)
	}
	return text(strconv.Itoa(len(list))), err
}

func jsonStripNulls(a []Value) (Value, error) {
	if err := valid(a[0].Text); err != nil {
		return Value{}, err
	}
	var b strings.Builder
	err := stripNulls(&b, json.RawMessage(a[0].Text))
	return text(b.String()), err
}

func stripNulls(b *strings.Builder, raw json.RawMessage) error {
	if list, ok, err := elementsOf(string(raw)); err != nil {
		return err
	} else if ok {
		b.WriteByte('[')
		for i, e := range list {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := stripNulls(b, e); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	}
	members, ok, err := membersOf(string(raw))
	if err != nil || !ok {
		b.Write(bytes.TrimSpace(raw))
		return err
	}
	b.WriteByte('{')
	first := true
	for _, m := range members {
		if string(m.value) == "null" {
			continue
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		writeString(b, m.key)
		b.WriteByte(':')
		if err := stripNulls(b, m.value); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

func jsonPretty(a []Value) (Value, error) {
	v, err := decode(a[0].Text)
	var b strings.Builder
	writeJSONB(&b, v, "\n", "    ")
	return text(b.String()), err
}

// jsonObject makes an object of keys and values, or of both in turn where there are no values.
func jsonObject(a []Value) (Value, error) {
	keys, values := a[0].List, a[1].List
	if len(values) == 0 {
		if len(keys)%2 == 1 {
			return Value{}, pgerror.New(pgerror.ArraySubscriptError, "array must have even number of elements")
		}
		var k []Value
		for i := 0; i < len(keys); i += 2 {
			k, values = append(k, keys[i]), append(values, keys[i+1])
		}
		keys = k
	}
	if len(keys) != len(values) {
		return Value{}, pgerror.New(pgerror.ArraySubscriptError, "mismatched array dimensions")
	}
	var b strings.Builder
	b.WriteByte('{')
	for i, k := range keys {
		if k.Null {
			return Value{}, pgerror.New(pgerror.NullValueNotAllowed, "null value not allowed for object key")
		}
		if i > 0 {
			b.WriteString(", ")
		}
		writeString(&b, k.Text)
		b.WriteString(" : ")
		if values[i].Null {
			b.WriteString("null")
		} else {
			writeString(&b, values[i].Text)
		}
	}
	b.WriteByte('}')
	return text(b.String()), nil
}

// textArray reads the literal of an array with one dimension: {a,"b c",NULL}.
func textArray(a []Value) (Value, error) {
	s := strings.TrimSpace(a[0].Text)
	malformed := malformedArray(a[0].Text)
	if len(s) < 2 || s[0] != '{' || s[len(s)-1] != '}' {
		return Value{}, malformed
	}
	out := Value{List: make([]Value, 0, strings.Count(s, ",")+1)}
	for s = strings.TrimSpace(s[1 : len(s)-1]); s != ""; {
		var element strings.Builder
		quoted := s[0] == '"'
		i := 0
		if quoted {
			i = 1
		}
		for ; i < len(s) && s[i] != '"' && (quoted || s[i] != ','); i++ {
			if s[i] == '\\' {
				if i++; i == len(s) {
					return Value{}, malformed
				}
			} else if !quoted && (s[i] == '{' || s[i] == '}') {
				return Value{}, malformed
			}
			element.WriteByte(s[i])
		}
		value := text(element.String())
		if quoted {
			if i == len(s) {
				return Value{}, malformed
			}
			i++
		} else if value.Text = strings.TrimSpace(value.Text); strings.EqualFold(value.Text, "null") {
			value = Value{Null: true}
		} else if value.Text == "" {
			return Value{}, malformed
		}
		out.List = append(out.List, value)
		if s = strings.TrimSpace(s[i:]); s == "" {
			break
		}
		if s[0] != ',' {
			return Value{}, malformed
		}
		if s = strings.TrimSpace(s[1:]); s == "" {
			return Value{}, malformed
		}
	}
	return out, nil
}
