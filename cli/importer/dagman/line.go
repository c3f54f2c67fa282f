package dagman

import (
	"strings"

	"depctl.dev/cli/importer/output"
)

// line is a command of a DAG, with the text of a submit description that stands in it.
type line struct {
	output.Place
	words []string
	// inline is what stands between { and }, or @=END and @END.
	inline string
	has    bool
	at     int // the line where inline begins
}

func (l line) word(i int) string {
	if i < len(l.words) {
		return l.words[i]
	}
	return ""
}

// is reports whether a word is this one; DAGMan does not look at the case.
func (l line) is(i int, word string) bool { return strings.EqualFold(l.word(i), word) }

// lines cuts a DAG into commands.
func lines(out *output.Output, file output.File) []line {
	var all []line
	text := strings.Split(strings.ReplaceAll(file.Text, "\r\n", "\n"), "\n")
	for i := 0; i < len(text); i++ {
		l := line{Place: output.Place{File: file.Name, Line: i + 1}}
		trimmed := strings.TrimSpace(text[i])
		if trimmed == "" || trimmed[0] == '#' {
			continue
		}
		l.words = words(trimmed)
		last := l.words[len(l.words)-1]
		end := ""
		switch {
		case last == "{":
			end = "}"
		case strings.HasPrefix(last, "@="):
			end = "@" + strings.TrimPrefix(last, "@=")
		}
		if end != "" {
			l.words, l.has, l.at = l.words[:len(l.words)-1], true, i+2
			var inside []string
			closed := false
			for i++; i < len(text); i++ {
				if strings.TrimSpace(text[i]) == end {
					closed = true
					break
				}
				inside = append(inside, text[i])
			}
			if !closed {
				out.Fail(l.Place, "", "there is no %q that ends the submit description", end)
			}
			l.inline = strings.Join(inside, "\n")
		}
		if len(l.words) > 0 {
			all = append(all, l)
		}
	}
	return all
}

// words cuts a line at white space that is not in double quotes, which stay.
func words(text string) []string {
	var all []string
	var b strings.Builder
	quoted := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && quoted && i+1 < len(text):
			b.WriteByte(c)
			i++
			b.WriteByte(text[i])
			continue
		case c == '"':
			quoted = !quoted
		case (c == ' ' || c == '\t') && !quoted:
			if b.Len() > 0 {
				all = append(all, b.String())
				b.Reset()
			}
			continue
		}
		b.WriteByte(c)
	}
	if b.Len() > 0 {
		all = append(all, b.String())
	}
	return all
}
