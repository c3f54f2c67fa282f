package batch

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

// readScript returns the lines of options in a script. A script has those of one
// system, beside depctl's own; with a dialect, the others are left out.
func readScript(r *request.Request, dialects table, s *request.Script, only string) []*line {
	var lines []*line
	found := map[string]*line{}
	commands := false
	number := 0
	refuseDOS(r, s)
	for text := range strings.SplitSeq(s.Text, "\n") {
		number++
		text = strings.TrimSuffix(text, "\r")
		of, prefix, rest := directive(dialects, text)
		if of == nil {
			trimmed := strings.TrimSpace(text)
			commands = commands || trimmed != "" && trimmed[0] != '#' && trimmed[0] != ':'
			readComment(r, dialects, &line{file: s.Name, number: number}, text, only, commands)
			continue
		}
		if only != "" && of.Name != only && of.Name != Depctl {
			continue
		}
		l := &line{dialect: of, file: s.Name, number: number}
		if commands && !of.Anywhere {
			r.Note(l.at(notation.Word{Column: 1}, ""), "%s behind the first command does not count", of.Prefix)
			continue
		}
		list, err := notation.Words(rest)
		if err != nil {
			r.Fail(l.at(notation.Word{Column: 1}, ""), "", "%s", err)
			continue
		}
		l.words = shifted(list, prefix)
		lines = append(lines, l)
		if found[of.Name] == nil {
			found[of.Name] = l
		}
	}
	delete(found, Depctl)
	if len(found) > 1 {
		refuseSeveral(r, found)
		return slices.DeleteFunc(lines, func(l *line) bool { return l.dialect.Name != Depctl })
	}
	return lines
}

// directive splits a line of options; of is nil if it is something else.
func directive(dialects table, text string) (of *request.Dialect, prefix, rest string) {
	if !strings.HasPrefix(text, "#") {
		return nil, "", ""
	}
	for _, d := range dialects {
		rest, ok := strings.CutPrefix(text, d.Prefix)
		blank := strings.TrimLeft(rest, " \t")
		// #$HOME is a comment: only options begin with a sign.
		if ok && strings.HasPrefix(blank, "-") && (len(blank) < len(rest) || d.Attached) {
			return d, d.Prefix, rest
		}
	}
	return nil, "", ""
}

// refuseDOS refuses the line breaks of DOS, as sbatch and qsub do: shells take the
// \r for a part of the last word.
func refuseDOS(r *request.Request, s *request.Script) {
	at := strings.Index(s.Text, "\r\n")
	if at < 0 {
		return
	}
	before := s.Text[:at]
	where := request.Place{File: s.Name, Line: 1 + strings.Count(before, "\n"), Column: 1 + utf8.RuneCountInString(before[strings.LastIndex(before, "\n")+1:])}
	r.Fail(where, "convert it: sed -i 's/\\r$//' "+s.Name, "the script has the line breaks of DOS (\\r\\n) in place of those of UNIX (\\n)")
}

// comment is a comment that begins as a line of options does, but for blanks or
// the case of its letters.
var comment = regexp.MustCompile(`^#[ \t]*([A-Za-z]+)(.*)$`)

// readComment tells of comments that look like options. Those that are taken out
// by a second # are meant to be comments.
func readComment(r *request.Request, dialects table, l *line, text, only string, commands bool) {
	m := comment.FindStringSubmatch(text)
	if m == nil {
		return
	}
	of := slices.IndexFunc(dialects, func(d *request.Dialect) bool { return strings.EqualFold(d.Prefix, "#"+m[1]) })
	if of < 0 || commands && !dialects[of].Anywhere || only != "" && only != dialects[of].Name && dialects[of].Name != Depctl {
		return
	}
	d, at := dialects[of], l.at(notation.Word{Column: 1}, "")
	rest := strings.TrimLeft(m[2], " \t")
	exact := strings.HasPrefix(text, d.Prefix)
	list, err := notation.Words(rest)
	switch {
	case err != nil || len(list) == 0:
	case exact && slices.Contains(d.PartingLines, list[0].Text):
		at.Flag = list[0].Text
		refuseComponents(r, at)
	case !exact && rest[0] != '-':
	case rest[0] == '-':
		r.Note(at, "this line is a comment: options begin with %q", d.Prefix+" -")
	case m[2] == rest:
	default:
		hint := ""
		for _, dashes := range []string{"--", "-"} {
			if find(d, dashes+list[0].Text).option != nil && hint == "" {
				hint = ", did you mean " + dashes + list[0].Text + "?"
			}
		}
		r.Note(at, "this line is a comment: options begin with %q%s", d.Prefix+" -", hint)
	}
}

// refuseSeveral refuses options of several systems: they would be mixed up.
func refuseSeveral(r *request.Request, found map[string]*line) {
	var first *line
	var names []string
	for _, d := range Dialects() {
		if l := found[d]; l != nil {
			names = append(names, d)
			if first == nil || l.number > first.number {
				first = l
			}
		}
	}
	r.Fail(first.at(notation.Word{Column: 1}, ""), "choose one, as in: --dialect="+names[0],
		"the script has options of several systems: %s", strings.Join(names, ", "))
}

// shifted returns words as they stand behind a prefix of the line.
func shifted(list []notation.Word, prefix string) []notation.Word {
	for i := range list {
		list[i].Column += utf8.RuneCountInString(prefix)
	}
	return list
}

// interpreter returns the command that runs a script: what its first line says,
// as Linux reads it, else sh.
func interpreter(text string) []string {
	first, _, _ := strings.Cut(text, "\n")
	rest, ok := strings.CutPrefix(strings.TrimSuffix(first, "\r"), "#!")
	if rest = strings.TrimSpace(rest); !ok || rest == "" {
		return []string{"/bin/sh"}
	}
	// All behind the program is one argument.
	program, argument, has := strings.Cut(rest, " ")
	if !has {
		return []string{program}
	}
	return []string{program, strings.TrimSpace(argument)}
}
