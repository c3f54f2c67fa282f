package lang

// parseNames reads what nearly every annotation is, a plain list of names with
// commas, and returns nil if text is anything else or has a mistake.
func parseNames(text string) *Expr {
	root := treeOfNames(text)
	if root == nil {
		return nil
	}
	return &Expr{root: root, list: text}
}

// IsListOfNames reports whether a text is what nearly every annotation is, a plain list
// of names with commas, which takes little time to read.
func IsListOfNames(text string) bool { return treeOfNames(text) != nil }

// treeOfNames returns the tree of what parseNames reads.
func treeOfNames(text string) Node {
	if len(text) > MaxText {
		return nil
	}
	count := 1
	for i := range len(text) {
		switch c := text[i]; {
		case c == ',':
			count++
		case isNameByte(c), c == '.', c == '/', isSpace(c):
		default:
			return nil
		}
	}
	if count > MaxTargets {
		return nil
	}
	checks := make([]Check, 0, count)
	targets := make([]Target, 0, count)
	terms := make([]Node, 0, count)
	for i := skipSpace(text, 0); i < len(text); {
		start, slash := i, -1
		for i < len(text) && text[i] != ',' && !isSpace(text[i]) {
			if text[i] == '/' {
				if slash >= 0 {
					return nil
				}
				slash = i
			}
			i++
		}
		ref := Ref{Kind: KindJob, Name: text[start:i]}
		if slash >= 0 {
			ref.Namespace, ref.Name = text[start:slash], text[slash+1:i]
			if !isLabel(ref.Namespace) {
				return nil
			}
		} else if isReserved(ref.Name) {
			return nil
		}
		if !isName(ref.Name) {
			return nil
		}
		span := Span{start, i}
		targets = append(targets, Target{Ref: ref, Span: span})
		n := len(targets)
		checks = append(checks, Check{Status: StatusSucceeded, Targets: targets[n-1 : n : n], span: span})
		terms = append(terms, &checks[n-1])
		if i = skipSpace(text, i); i < len(text) {
			if text[i] != ',' {
				return nil
			}
			i = skipSpace(text, i+1)
		}
	}
	switch len(terms) {
	case 0:
		return nil
	case 1:
		return terms[0]
	default:
		return &All{Terms: terms, span: checks[0].span.to(checks[len(checks)-1].span)}
	}
}

func skipSpace(text string, i int) int {
	for i < len(text) && isSpace(text[i]) {
		i++
	}
	return i
}

func isNameByte(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' }

// isName reports whether s is the name of an object: an RFC 1123 subdomain.
func isName(s string) bool {
	if len(s) == 0 || len(s) > 253 {
		return false
	}
	before := byte('.')
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '.' && (before == '.' || before == '-'), c == '-' && before == '.', c != '.' && !isNameByte(c):
			return false
		}
		before = c
	}
	return before != '.' && before != '-'
}

// isLabel reports whether s is the name of a namespace: an RFC 1123 label.
func isLabel(s string) bool {
	if len(s) == 0 || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		if !isNameByte(s[i]) {
			return false
		}
	}
	return true
}

// isReserved reports whether a bare s is not a name but a word of the language.
func isReserved(s string) bool {
	return s == "and" || s == "or" || s == "not" || s == "self" || s == "run"
}
