package pgformat

import "strings"

// DateTemplate is a parsed template of dates and times. It is immutable and shared.
type DateTemplate struct {
	items []dateItem
	empty bool // the format is '', which to_char answers with NULL
}

// dateItem is a pattern with its modifiers, or literal text.
type dateItem struct {
	*pattern // nil: text
	// fill is FM: no padding, and any number of digits is read.
	fill bool
	// translate is TM: names are not padded. Names are English in every case.
	translate bool
	// ordinal is TH or th, after the pattern.
	ordinal   bool
	ordinalAs lettering
	// text is one character, a separator or not.
	text      string
	separator bool
}

// ParseDateTemplate parses a template. Every text is one: what is no pattern is literal text, so that no error is
// returned today.
func ParseDateTemplate(format string) (*DateTemplate, error) {
	t := &DateTemplate{empty: format == ""}
	lex(format, t.lexPattern, t.addText)
	return t, nil
}

// lexPattern reads FM or TM, a pattern, and TH or SP: at most one before and one after it.
func (t *DateTemplate) lexPattern(s string) (n int, ok bool) {
	var item dateItem
	switch {
	case strings.HasPrefix(s, "FM"), strings.HasPrefix(s, "fm"):
		item.fill, n = true, 2
	case strings.HasPrefix(s, "TM"), strings.HasPrefix(s, "tm"):
		item.translate, n = true, 2
	}
	item.pattern = findPattern(s[n:])
	if item.pattern == nil {
		return n, false
	}
	n += len(item.name)
	switch after := s[n:]; {
	case strings.HasPrefix(after, "TH"):
		item.ordinal, n = true, n+2
	case strings.HasPrefix(after, "th"):
		item.ordinal, item.ordinalAs, n = true, lower, n+2
	case strings.HasPrefix(after, "SP"):
		n += 2 // spelled-out numbers: never made
	}
	t.items = append(t.items, item)
	return n, true
}

func (t *DateTemplate) addText(l literal) {
	separator := !l.quoted && (isSpace(l.text[0]) || isSeparator(l.text[0]))
	t.items = append(t.items, dateItem{text: l.text, separator: separator})
}
