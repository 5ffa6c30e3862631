package sqltext

import (
	"cmp"
	"slices"
	"strings"
)

// Some functions have results whose type, and so what is made of them later, depends on their argument's: PostgreSQL's sum of
// int4 is int8, by which / divides whole numbers, and that of int8 is numeric, by which it does not. Macros of the catalog
// tell types apart by their parameters, but not those of expressions with aggregates in them, nor may their bodies name an
// argument a second time. So they get, beside what they work on, a sample: an expression without aggregates that is of the same
// type as the argument, and that nothing evaluates. The last argument, 0, makes DuckDB prefer the macro for unknown types
// where the sample can't be typed (see functions.sql).

// typed is a call of such a function.
type typed struct {
	macro string
	// tokens of the whole call with its FILTER and OVER, and of its argument.
	from, to, arg, argEnd int
	// wraps: the macro gets the call itself, rather than the argument.
	wraps bool
	// done: the macro has its sample.
	done bool
}

// The most typed calls of a statement, and the longest sample in bytes: those of a nested call grow with each level.
const (
	maxTyped  = 500
	maxSample = 2000
)

// unknownSample is a sample of no known type.
const unknownSample = "NULL::STRUCT(tavana_unknown BOOLEAN)"

// sum notes a sum, whose type is that of its argument.
func (w *rewrite) sum(i int) {
	args, end, ok := w.Arguments(i + 1)
	if w.r.Catalog == "" || !ok || len(args) != 1 || len(w.typed) == maxTyped {
		return
	}
	arg, argEnd := i+2, end-1
	if w.IsAny(arg, "DISTINCT", "ALL") {
		arg++
	}
	for j := arg; j < argEnd; j++ {
		if w.IsAny(j, "ORDER", "COLUMNS") || w.Is(j, "*") && (j == arg || w.Is(j-1, ".")) {
			return
		}
	}
	w.typed = append(w.typed, typed{macro: "tavana_sum", from: i, to: w.afterOver(end), arg: arg, argEnd: argEnd, wraps: true})
}

// percentile notes a percentile_cont(…) WITHIN GROUP (ORDER BY …), which is double precision, or an interval of intervals.
func (w *rewrite) percentile(i int) {
	within := w.afterParens(i + 1)
	if w.r.Catalog == "" || !w.Is(i+1, "(") || !w.Is(within, "WITHIN") || !w.Is(within+2, "(") || !w.Is(within+4, "BY") || len(w.typed) == maxTyped {
		return
	}
	arg, end := within+5, w.afterParens(within+2)
	argEnd := min(w.itemEnd(arg), end-1)
	for ; argEnd > arg && (w.IsAny(argEnd-1, "ASC", "DESC", "NULLS") || w.Is(argEnd-2, "NULLS")); argEnd-- {
	}
	if argEnd > arg {
		w.typed = append(w.typed, typed{macro: "tavana_percentile", from: i, to: w.afterOver(end), arg: arg, argEnd: argEnd, wraps: true})
	}
}

// round gives a round() of whole numbers its type, double precision, and rounds halves of what is cast to that to the even
// number. Other doubles may be what PostgreSQL has as numeric, such as averages and quotients, whose halves go away from zero.
func (w *rewrite) round(i int) {
	args, end, ok := w.Arguments(i + 1)
	if !ok || len(args) != 1 {
		return
	}
	first := i + 2
	if w.Is(first, "-") {
		first++
	}
	if at := w.lastCast(first, end-1); at > 0 && w.primaryStart(at-1) == first && isFloatType(w.Name(at+1)) {
		w.put(i, "round_even")
		w.append(end-2, ", 0")
	} else if w.r.Catalog != "" && len(w.typed) < maxTyped {
		w.typed = append(w.typed, typed{macro: "tavana_round", from: i, to: end, arg: i + 2, argEnd: end - 1, wraps: true})
	}
}

// epoch notes EXTRACT(EPOCH FROM …), whose parenthesis closes at token end.
func (w *rewrite) epoch(i, end int) {
	if len(w.typed) == maxTyped {
		return
	}
	w.put(i, w.r.Catalog+".tavana_epoch")
	w.drop(i+2, i+4)
	w.typed = append(w.typed, typed{macro: "tavana_epoch", from: i, to: end + 1, arg: i + 4, argEnd: end})
}

// afterOver returns the token behind the WITHIN GROUP, FILTER and OVER of a call whose parenthesis closes before token i.
func (s *Statement) afterOver(i int) int {
	if s.Is(i, "WITHIN") && s.Is(i+1, "GROUP") && s.Is(i+2, "(") {
		i = s.afterParens(i + 2)
	}
	if s.Is(i, "FILTER") && s.Is(i+1, "(") {
		i = s.afterParens(i + 1)
	}
	if s.IsAny(i, "IGNORE", "RESPECT") && s.Is(i+1, "NULLS") {
		i += 2
	}
	switch {
	case s.Is(i, "OVER") && s.Is(i+1, "("):
		return s.afterParens(i + 1)
	case s.Is(i, "OVER") && s.Name(i+1) != "":
		return i + 2
	}
	return i
}

// typedCalls gives the noted calls of one kind their samples, when their arguments are rewritten.
func (w *rewrite) typedCalls(wraps bool) {
	samples := make([]string, len(w.typed))
	for n, t := range w.typed {
		if t.wraps == wraps {
			samples[n] = w.sample(t.arg, t.argEnd)
		}
	}
	for n := len(w.typed) - 1; n >= 0; n-- { // the innermost first
		t, sample := w.typed[n], samples[n]
		switch {
		case t.wraps != wraps:
		case wraps:
			intervals := w.ofIntervals(t)
			if t.macro == "tavana_percentile" {
				w.insert(t.arg, "CAST(")
				w.append(t.argEnd-1, " AS DOUBLE)")
			}
			if sample != "" {
				w.wrap(t.from, t.to, w.r.Catalog+"."+t.macro+"(", intervals+", "+sample+", 0)")
			}
		default:
			w.append(t.argEnd-1, ", "+cmp.Or(sample, unknownSample)+", 0")
			w.typed[n].done = true
		}
	}
}

// ofIntervals returns what a call is if its argument turns out to be an interval, as another argument of the macro that has one.
// What is inside the call is rewritten, the call itself is not.
func (w *rewrite) ofIntervals(t typed) string {
	if t.macro != "tavana_sum" && t.macro != "tavana_percentile" {
		return ""
	}
	call := w.Raw(t.from) + w.renderedAll(t.from+1, t.arg) + w.gap(t.arg)
	arg := w.renderedAll(t.arg, t.argEnd)
	rest := w.gap(t.argEnd) + w.renderedAll(t.argEnd, t.to-1) + w.gap(t.to-1) + cmp.Or(w.instead[t.to-1], w.Raw(t.to-1)) // without what is put around the call
	of := func(function string) string { return call + function + "(" + arg + ")" + rest }
	switch {
	case len(call)+len(arg)+len(rest) > maxSample, w.Is(t.arg-1, "DISTINCT"):
		return ", " + w.r.Catalog + ".tavana_error('0A000', 'sum or percentile of intervals that is DISTINCT, or as long as this one')"
	case t.macro == "tavana_percentile":
		return ", " + of(w.r.Catalog+".tavana_length")
	}
	return ", tavana_interval(" + of("tavana_months") + ", " + of("tavana_days") + ", " + of("tavana_micros") + ")"
}

// sample returns an expression of the type of tokens from i to end; "": none is known.
func (w *rewrite) sample(i, end int) string {
	var b strings.Builder
	for i < end {
		if w.Is(i, "SELECT") {
			return ""
		}
		text, next := w.sampleCall(i)
		if next == 0 {
			text, next = w.rendered(i), i+1
		}
		if next > i+1 && text == "" {
			return ""
		}
		if b.Len() > 0 {
			b.WriteString(cmp.Or(w.gap(i), " "))
		}
		b.WriteString(text)
		if b.Len() > maxSample {
			return ""
		}
		i = next
	}
	return strings.TrimSpace(b.String())
}

// gap is what to write before token i for what stands there: a line's end joins the strings on its sides.
func (w *rewrite) gap(i int) string {
	switch between := w.Text[w.Tokens[i-1].End:w.Tokens[i].Start]; {
	case between == "":
		return ""
	case strings.ContainsAny(between, "\r\n"):
		return "\n"
	}
	return " "
}

// renderedAll is rendered for tokens from i to end, and what stands between them.
func (w *rewrite) renderedAll(i, end int) string {
	var b strings.Builder
	for first := i; i < end; i++ {
		if i > first {
			b.WriteString(w.gap(i))
		}
		b.WriteString(w.rendered(i))
	}
	return b.String()
}

// rendered is token i with what else it is rewritten to.
func (w *rewrite) rendered(i int) string {
	text, ok := w.instead[i]
	if !ok {
		text = w.Raw(i)
	}
	return w.before[i] + text + w.behind[i]
}

// sampleCall is sample for a call at token i that needs another word; next is 0 where there is none.
func (w *rewrite) sampleCall(i int) (text string, next int) {
	if n, ok := slices.BinarySearchFunc(w.typed, i, func(t typed, i int) int { return t.from - i }); ok {
		t := w.typed[n]
		if t.macro == "tavana_percentile" {
			return "0::DOUBLE", t.to
		}
		if t.done {
			return w.renderedAll(t.from, t.to), t.to
		}
		s := w.sample(t.arg, t.argEnd)
		if s == "" {
			return "", t.to
		}
		call := w.r.Catalog + "." + t.macro + "(" + s + ", "
		if t.macro == "tavana_sum" {
			call += s + ", "
		}
		return call + s + ", 0)", t.to
	}
	if !w.Is(i+1, "(") || w.Tokens[i].Kind != Word || w.Is(i-1, ".") {
		return "", 0
	}
	end := w.afterParens(i + 1)
	switch w.Name(i) {
	case "count", "row_number", "rank", "dense_rank", "ntile":
		return "0::BIGINT", w.afterOver(end)
	case "avg", "percent_rank", "cume_dist":
		return "0::DOUBLE", w.afterOver(end)
	case "min", "max", "lag", "lead", "first_value", "last_value", "nth_value":
		first := i + 2
		if w.IsAny(first, "DISTINCT", "ALL") {
			first++
		}
		if s := w.sample(first, min(w.itemEnd(first), end-1)); s != "" {
			return "(" + s + ")", w.afterOver(end)
		}
		return "", w.afterOver(end)
	}
	return "", 0
}
