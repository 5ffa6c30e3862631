package pgformat

// Names as the C locale has them. monthNames and dayNames are written in full; their abbreviations are the first three
// letters. romanMonths begins with January.
var (
	monthNames  = [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	dayNames    = [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	romanMonths = [12]string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"}
)

const abbreviated = 3

// lettering says how letters are written: as the pattern itself is.
type lettering uint8

const (
	upper lettering = iota
	capital
	lower
)

// appendLetters appends s, which is written Like This, in the lettering. Only ASCII letters change.
func appendLetters(dst []byte, s string, as lettering) []byte {
	for i := range len(s) {
		c := s[i]
		switch {
		case as == upper && c >= 'a' && c <= 'z':
			c -= 'a' - 'A'
		case as == lower && c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// ordinalSuffix returns st, nd, rd or th for a number that ends with the two digits; tens is any other character where
// there is only one.
func ordinalSuffix(tens, ones byte, as lettering) string {
	const suffixes = "thstndrd"
	at := 0
	if tens != '1' && ones >= '1' && ones <= '3' {
		at = 2 * int(ones-'0')
	}
	if as == upper {
		return "THSTNDRD"[at : at+2]
	}
	return suffixes[at : at+2]
}

// appendOrdinal appends the suffix of the number that dst ends with; the number begins at start.
func appendOrdinal(dst []byte, start int, as lettering) []byte {
	if len(dst) == start {
		return dst
	}
	var tens byte
	if len(dst)-start > 1 {
		tens = dst[len(dst)-2]
	}
	return append(dst, ordinalSuffix(tens, dst[len(dst)-1], as)...)
}

// maxRoman is the greatest number that Roman numerals can write, and romanWidth the length of the longest of them.
const (
	maxRoman   = 3999
	romanWidth = 15
)

// appendRoman appends n, of 1 to maxRoman, in Roman numerals.
func appendRoman(dst []byte, n int64) []byte {
	numerals := [...]struct {
		value int64
		text  string
	}{
		{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"},
	}
	for _, r := range numerals {
		for ; n >= r.value; n -= r.value {
			dst = append(dst, r.text...)
		}
	}
	return dst
}
