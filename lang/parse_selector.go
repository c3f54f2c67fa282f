package lang

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// selector is a Kubernetes label selector. All its requirements must be met.
type selector []labelRequirement

// labelRequirement is one term of a selector.
type labelRequirement struct {
	key string
	// op is "=", "!=", "in", "notin", ">", "<", "exists" or "!".
	op     string
	values []string
}

// String returns the canonical text with its braces.
func (s selector) String() string {
	texts := make([]string, len(s))
	for i, r := range s {
		switch r.op {
		case "exists":
			texts[i] = r.key
		case "!":
			texts[i] = "!" + r.key
		case "in", "notin":
			texts[i] = r.key + " " + r.op + " (" + strings.Join(r.values, ", ") + ")"
		default:
			texts[i] = r.key + r.op + r.values[0]
		}
	}
	return "{" + strings.Join(texts, ", ") + "}"
}

// matches reports whether labels meet all requirements, by the rules of
// k8s.io/apimachinery/pkg/labels: != and notin match what lacks the label.
func (s selector) matches(labels map[string]string) bool {
	for _, r := range s {
		value, has := labels[r.key]
		met := has
		switch r.op {
		case "!":
			met = !has
		case "=", "in":
			met = has && slices.Contains(r.values, value)
		case "!=", "notin":
			met = !has || !slices.Contains(r.values, value)
		case ">", "<":
			n, err := strconv.ParseInt(value, 10, 64)
			limit, _ := strconv.ParseInt(r.values[0], 10, 64)
			met = has && err == nil && (r.op == ">" && n > limit || r.op == "<" && n < limit)
		}
		if !met {
			return false
		}
	}
	return true
}

// selectorReader reads the text between the braces, which stand at base.
type selectorReader struct {
	text string
	pos  int
}

// parseSelector reads a selector with its braces; wrong is where it is none,
// and why.
func parseSelector(text string) (s selector, wrong Span, why string) {
	r := selectorReader{text: text[:len(text)-1], pos: 1}
	for {
		start := r.space()
		requirement, why := r.requirement()
		if why != "" {
			return nil, Span{start, max(r.pos, start+1)}, why
		}
		s = append(s, requirement)
		switch start = r.space(); {
		case start == len(r.text):
			return s, Span{}, ""
		case r.text[start] != ',':
			end := start
			for end < len(r.text) && !isSpace(r.text[end]) && r.text[end] != ',' {
				end++
			}
			return nil, Span{start, end}, "expected \",\" between requirements"
		}
		r.pos++
	}
}

func (r *selectorReader) space() int {
	r.pos = skipSpace(r.text, r.pos)
	return r.pos
}

// word reads a key or a value.
func (r *selectorReader) word() string {
	start := r.space()
	for r.pos < len(r.text) && (isWord(r.text[r.pos]) && strings.IndexByte("*?:@", r.text[r.pos]) < 0) {
		r.pos++
	}
	return r.text[start:r.pos]
}

func (r *selectorReader) requirement() (result labelRequirement, why string) {
	not := false
	if start := r.space(); start < len(r.text) && r.text[start] == '!' {
		not = true
		r.pos++
	}
	result.key = r.word()
	if !isLabelKey(result.key) {
		return result, "expected the key of a label"
	}
	if not {
		result.op = "!"
		return result, ""
	}
	rest := r.text[r.space():]
	for _, op := range []string{"==", "=", "!=", ">", "<"} {
		if strings.HasPrefix(rest, op) {
			r.pos += len(op)
			value := r.word()
			result.op, result.values = op, []string{value}
			if op == "==" {
				result.op = "="
			}
			if _, err := strconv.ParseInt(value, 10, 64); err != nil && (op == ">" || op == "<") {
				return result, "expected a number after \"" + op + "\""
			}
			if !isLabelValue(value) {
				return result, "expected the value of a label"
			}
			return result, ""
		}
	}
	after := r.pos
	switch word := r.word(); word {
	case "in", "notin":
		result.op = word
		return r.values(result)
	default:
		r.pos = after
		result.op = "exists"
		return result, ""
	}
}

// values reads the list of in and notin. It is sorted, as order has no meaning.
func (r *selectorReader) values(result labelRequirement) (labelRequirement, string) {
	if start := r.space(); start == len(r.text) || r.text[start] != '(' {
		return result, "expected \"(\" after " + strconv.Quote(result.op)
	}
	r.pos++
	for {
		value := r.word()
		if !isLabelValue(value) {
			return result, "expected the value of a label"
		}
		result.values = append(result.values, value)
		start := r.space()
		if start == len(r.text) || r.text[start] != ',' && r.text[start] != ')' {
			return result, "expected \")\" after the values"
		}
		r.pos++
		if r.text[start] == ')' {
			slices.SortFunc(result.values, cmp.Compare[string])
			result.values = slices.Compact(result.values)
			return result, ""
		}
	}
}

func isLabelKey(s string) bool {
	prefix, name, slash := strings.Cut(s, "/")
	if !slash {
		prefix, name = "x", s
	}
	return isName(prefix) && name != "" && isLabelValue(name)
}

func isLabelValue(s string) bool {
	if len(s) > 63 {
		return false
	}
	for i := range len(s) {
		c := s[i] | 0x20
		letter := c >= 'a' && c <= 'z' || s[i] >= '0' && s[i] <= '9'
		if !letter && (i == 0 || i == len(s)-1 || s[i] != '-' && s[i] != '_' && s[i] != '.') {
			return false
		}
	}
	return true
}

// selector builds the selector of a target and reports what is none.
func (b *builder) selector(text string, at Span) (selector, bool) {
	if strings.Trim(text, "{} \t\r\n") == "" {
		b.add(EmptySelector, at, "write * if all Jobs of the namespace are meant", "a selector without requirements selects everything")
		return nil, false
	}
	s, wrong, why := parseSelector(text)
	if why != "" {
		b.add(BadSelector, Span{at.Start + wrong.Start, min(at.Start+wrong.End, at.End)}, "a selector is written as for kubectl -l: {app=etl, stage in (a, b), !draft}", "%s", why)
		return nil, false
	}
	return s, true
}
