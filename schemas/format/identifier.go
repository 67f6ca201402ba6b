package format

// isUUID is RFC 9562's text form, of any version and variant.
func isUUID(s []byte) bool {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return false
	}
	digits := 0
	for _, c := range s {
		digits += int(charKinds[c] & hexDigit)
	}
	return digits == 32 // hexDigit is 1
}

// isJSONPointer is RFC 6901's pointer, as a string.
func isJSONPointer(s []byte) bool {
	if len(s) > 0 && s[0] != '/' {
		return false
	}
	for i, c := range s {
		if c == '~' && (i+1 == len(s) || s[i+1] != '0' && s[i+1] != '1') {
			return false
		}
	}
	return true
}

// isRelativePointer is draft-handrews-relative-json-pointer: how many levels up, and then a pointer down, or # for the name or index.
func isRelativePointer(s []byte) bool {
	n := countDigits(s)
	if n == 0 || n > 1 && s[0] == '0' {
		return false
	}
	return isPointerOrHash(s[n:])
}

// isRelativePointer2020 is draft-bhutton-relative-json-pointer-00, which 2020-12 names: the index may be moved, as in 0-1/a.
func isRelativePointer2020(s []byte) bool {
	n := countDigits(s)
	if n == 0 || n > 1 && s[0] == '0' {
		return false
	}
	if s = s[n:]; len(s) > 0 && (s[0] == '+' || s[0] == '-') {
		if n = countDigits(s[1:]); n == 0 || s[1] == '0' {
			return false
		}
		s = s[1+n:]
	}
	return isPointerOrHash(s)
}

func isPointerOrHash(s []byte) bool { return len(s) == 1 && s[0] == '#' || isJSONPointer(s) }
