package pgformat

// numberPen writes one number by a template. Its methods append to dst and return it: a pen that held dst would be returned
// with it in the compiler's eyes, and the number's digits would be allocated.
type numberPen struct {
	t *NumberTemplate
	d *digits

	slot  int // the next slot
	blank int // slots before the number's first digit
	next  int // the next of the number's characters
	slots int // all of them; behind the last one stands a closing sign
	// last is the last character that FM leaves of a fraction, or -1: FM strips the zeros at its end.
	last int
	// begun: the slot before wrote a digit; if not, a group separator is blank.
	begun bool
	// signed: the sign has been written, or needs not be.
	signed bool
	// bracket: a negative number stands in angle brackets.
	bracket bool
	sign    signPlace
}

// append writes d, or the number roman of a template with RN.
func (t *NumberTemplate) append(dst []byte, d *digits, roman int64) ([]byte, error) {
	p := numberPen{t: t, d: d, last: -1}
	if t.roman {
		d.unsigned = true
	}
	p.measure()
	start := len(dst)
	for i := range t.items {
		item := &t.items[i]
		switch item.kind {
		case numberText:
			dst = append(dst, item.text...)
		case numberNine, numberZero, numberPoint:
			var more bool
			if dst, more = p.writeSlot(dst, item.kind); !more {
				return dst, nil
			}
		case numberRoman:
			dst = p.writeRoman(dst, roman, item.as)
		case numberPlusMinus:
			if d.unsigned {
				return dst, nil // there is no sign to write, and PostgreSQL ends the text here
			}
			dst = p.writeSign(dst, '+')
		case numberOrdinal:
			var err error
			if dst, err = p.writeOrdinal(dst, item.as); err != nil {
				return dst[:start], err
			}
		case numberMinus:
			dst = p.writeOrBlank(dst, '-', d.negative)
		case numberPlus:
			dst = p.writeOrBlank(dst, '+', !d.negative && !d.unsigned)
		case numberComma:
			dst = p.writeOrBlank(dst, ',', p.begun)
		case numberCurrency:
			dst = append(dst, ' ') // the C locale has no currency
		}
	}
	return dst, nil
}

// measure finds where the number begins and ends among the slots, and who writes its sign.
func (p *numberPen) measure() {
	t, d := p.t, p.d
	switch {
	case t.roman:
	case d.before < t.before:
		p.blank = t.before - d.before
	case d.before > t.before:
		d.overflow, d.before = true, t.before
	}
	if t.fill && t.point && d.len() > d.before {
		p.last = d.before
		for i := d.before + 1; i < d.len(); i++ {
			if d.at(i) != '0' {
				p.last = i
			}
		}
		if t.zeroTo > p.blank {
			p.last = max(p.last, min(d.len()-1, t.zeroTo-p.blank))
		}
	}
	p.slots = t.before + d.after // a float may have fewer decimals than the template
	if t.point {
		p.slots++
	}
	if t.minus && p.blank == 0 {
		p.slots-- // MI or SG behind PR, whose bracket closes early then
	}
	p.sign, p.bracket = t.sign, t.bracket
	switch {
	case t.minus:
		p.signed = true // MI and SG write it where they stand
	case t.plus: // PL writes a plus only, so that a minus stands before the digits as well
	case !d.negative && t.fill && t.sign == noSign:
		p.signed, p.bracket = true, false
	case t.sign == signFirst && t.signAt == t.before:
		p.sign = signLast // S stands behind all digits
	}
}

// writeSlot writes the next character into a slot. more is false where the number has no character left for it:
// PostgreSQL's answer ends there, whatever the template goes on to.
func (p *numberPen) writeSlot(dst []byte, kind numberKind) (_ []byte, more bool) {
	t, d := p.t, p.d
	if t.roman {
		return dst, true
	}
	zeros := t.zeroFrom >= 0
	padding := p.slot < p.blank
	// A zero before the point is blank where there are decimals and no 0: " .5".
	hidden := !zeros && p.next == 0 && d.at(0) == '0' && d.after > 0
	bare := p.last >= 0 && d.at(p.last) == '.' // FM has stripped all decimals
	p.begun = false

	if !p.signed && (!padding || p.slot == t.zeroFrom) && (!hidden || bare) {
		dst = p.writeFirstSign(dst)
	}
	c := d.at(p.next)
	switch {
	case padding && zeros && p.slot >= t.zeroFrom:
		dst = p.writeDigit(dst, '0')
	case padding:
		dst = p.writeOrBlank(dst, 0, false)
	case c == '.':
		dst = append(dst, c)
	case p.last >= 0 && p.next > p.last && kind != numberZero:
	case hidden && !t.fill:
		dst = append(dst, ' ')
	case hidden:
		dst = p.writeOrBlank(dst, '0', bare)
	case c == 0:
		return dst, false
	default:
		dst = p.writeDigit(dst, c)
	}
	if !padding && c != 0 {
		p.next++
	}
	p.slot++
	if p.slot == p.slots {
		dst = p.writeLastSign(dst)
	}
	return dst, true
}

func (p *numberPen) writeDigit(dst []byte, c byte) []byte {
	p.begun = true
	return append(dst, c)
}

// writeOrBlank writes c if it is due, and else a blank, which FM leaves out.
func (p *numberPen) writeOrBlank(dst []byte, c byte, due bool) []byte {
	switch {
	case due:
		return append(dst, c)
	case p.t.fill:
		return dst
	}
	return append(dst, ' ')
}

// writeSign writes the number's sign, and positive where that is plus.
func (p *numberPen) writeSign(dst []byte, positive byte) []byte {
	if p.d.negative {
		positive = '-'
	}
	return append(dst, positive)
}

// writeFirstSign writes what stands before the first character of a number.
func (p *numberPen) writeFirstSign(dst []byte) []byte {
	if p.sign == signLast {
		return dst
	}
	p.signed = true
	switch {
	case p.sign == signFirst:
		return p.writeSign(dst, '+')
	case p.bracket && p.d.negative:
		return append(dst, '<')
	case p.bracket:
		return append(dst, ' ')
	}
	return p.writeOrBlank(dst, '-', p.d.negative)
}

// writeLastSign writes what stands behind the last slot.
func (p *numberPen) writeLastSign(dst []byte) []byte {
	switch {
	case p.sign == signLast:
		return p.writeSign(dst, '+')
	case p.bracket && p.signed && p.d.negative:
		return append(dst, '>')
	case p.bracket && p.signed:
		return append(dst, ' ')
	}
	return dst
}

// writeRoman writes a Roman numeral, aligned to the right.
func (p *numberPen) writeRoman(dst []byte, v int64, as lettering) []byte {
	var buf [romanWidth]byte
	text := buf[:0]
	if v >= 1 && v <= maxRoman {
		text = appendRoman(text, v)
	} else {
		text = append(text, "###############"...)
	}
	for n := len(text); n < romanWidth && !p.t.fill; n++ {
		dst = append(dst, ' ')
	}
	if as == lower {
		for i, c := range text {
			if c != '#' {
				text[i] = c + 'a' - 'A'
			}
		}
	}
	return append(dst, text...)
}

// writeOrdinal writes st, nd, rd or th behind a whole number that is not negative.
func (p *numberPen) writeOrdinal(dst []byte, as lettering) ([]byte, error) {
	d := p.d
	if p.t.roman || p.t.point || d.negative || d.overflow && d.before > 0 {
		return dst, nil
	}
	if d.overflow {
		return dst, errNotANumber(".") // what is left of ##.## without digits
	}
	n := d.len()
	ones := d.at(n - 1)
	if !isDigit(ones) {
		return dst, errNotANumber(string(d.text)) // a copy, so that the digits stay on the stack
	}
	var tens byte
	if n > 1 {
		tens = d.at(n - 2)
	}
	return append(dst, ordinalSuffix(tens, ones, as)...), nil
}
