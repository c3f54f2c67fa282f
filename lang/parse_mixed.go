package lang

import "strings"

// mixed reports a level with both kinds of joints, with the two texts that may
// be meant.
func (l *level) mixed() {
	at := spanOf(*l.any)
	if l.any.Pos.Offset < l.all.Pos.Offset {
		at = spanOf(*l.all)
	}
	hint, fixes := "put parentheses around the part that belongs together", []Fix(nil)
	if len(l.spans) > 0 && l.spans[len(l.spans)-1].End-l.spans[0].Start <= 100 {
		if all, any := l.grouped(true), l.grouped(false); all != "" && any != "" {
			hint = "write: " + all + "\n  or:    " + any
			whole := l.spans[0].to(l.spans[len(l.spans)-1])
			fixes = []Fix{{whole, all}, {whole, any}}
		}
	}
	l.suggest(MixedOr, at, hint, fixes, "\"or\" and %s stand side by side, and which one binds is not said", quote(l.all.Value))
}

// grouped returns the text of the level with parentheses around its all-ofs or
// around its any-ofs.
func (l *level) grouped(all bool) string {
	var groups [][]string
	inner, outer := " or ", ", "
	if all {
		inner, outer = " and ", " or "
	}
	for i, span := range l.spans {
		text := strings.Join(strings.Fields(l.text[span.Start:span.End]), " ")
		switch joinsAll := l.joints[i] == "," || l.joints[i] == "and"; {
		case i > 0 && !joinsAll && l.joints[i] != "or":
			return ""
		case i > 0 && joinsAll == all:
			groups[len(groups)-1] = append(groups[len(groups)-1], text)
		default:
			groups = append(groups, []string{text})
		}
	}
	texts := make([]string, len(groups))
	for i, g := range groups {
		texts[i] = strings.Join(g, inner)
		if len(g) > 1 {
			texts[i] = "(" + texts[i] + ")"
		}
	}
	return strings.Join(texts, outer)
}
