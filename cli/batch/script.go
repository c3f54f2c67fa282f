package batch

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Script is a batch script.
type Script struct {
	// Name is for messages, and a Job without a name is called by it.
	Name string
	Text string
	// Args go to the script.
	Args []string
}

// readScript returns the lines of options in a script. A script has those of one
// system, beside depctl's own; with a dialect, the others are left out.
func (r *request) readScript(s *Script, only Dialect) []*line {
	var lines []*line
	found := map[Dialect]*line{}
	commands := false
	number := 0
	r.refuseDOS(s)
	for text := range strings.SplitSeq(s.Text, "\n") {
		number++
		text = strings.TrimSuffix(text, "\r")
		of, prefix, rest := directive(text)
		if of == nil {
			trimmed := strings.TrimSpace(text)
			commands = commands || trimmed != "" && trimmed[0] != '#' && trimmed[0] != ':'
			r.readComment(&line{file: s.Name, number: number}, text, only, commands)
			continue
		}
		if only != "" && of.dialect != only && of.dialect != Depctl {
			continue
		}
		l := &line{system: of, file: s.Name, number: number}
		if commands && !of.anywhere {
			r.note(l.at(word{column: 1}, ""), "%s behind the first command does not count", of.prefix)
			continue
		}
		list, err := words(rest)
		if err != nil {
			r.fail(l.at(word{column: 1}, ""), "", "%s", err)
			continue
		}
		l.words = shifted(list, prefix)
		lines = append(lines, l)
		if found[of.dialect] == nil {
			found[of.dialect] = l
		}
	}
	delete(found, Depctl)
	if len(found) > 1 {
		r.severalDialects(found)
		return slices.DeleteFunc(lines, func(l *line) bool { return l.system.dialect != Depctl })
	}
	return lines
}

// directive splits a line of options; of is nil if it is something else.
func directive(text string) (of *system, prefix, rest string) {
	if !strings.HasPrefix(text, "#") {
		return nil, "", ""
	}
	for _, s := range systems() {
		rest, ok := strings.CutPrefix(text, s.prefix)
		blank := strings.TrimLeft(rest, " \t")
		// #$HOME is a comment: only options begin with a sign.
		if ok && strings.HasPrefix(blank, "-") && (len(blank) < len(rest) || s.dialect == GridEngine) {
			return s, s.prefix, rest
		}
	}
	return nil, "", ""
}

// refuseDOS refuses the line breaks of DOS, as sbatch and qsub do: shells take the
// \r for a part of the last word.
func (r *request) refuseDOS(s *Script) {
	at := strings.Index(s.Text, "\r\n")
	if at < 0 {
		return
	}
	before := s.Text[:at]
	where := place{file: s.Name, line: 1 + strings.Count(before, "\n"), column: 1 + utf8.RuneCountInString(before[strings.LastIndex(before, "\n")+1:])}
	r.fail(where, "convert it: sed -i 's/\\r$//' "+s.Name, "the script has the line breaks of DOS (\\r\\n) in place of those of UNIX (\\n)")
}

// comment is a comment that begins as a line of options does, but for blanks or
// the case of its letters.
var comment = regexp.MustCompile(`^#[ \t]*([A-Za-z]+)(.*)$`)

// readComment tells of comments that look like options. Those that are taken out
// by a second # are meant to be comments.
func (r *request) readComment(l *line, text string, only Dialect, commands bool) {
	m := comment.FindStringSubmatch(text)
	if m == nil {
		return
	}
	all := systems()
	of := slices.IndexFunc(all, func(s *system) bool { return strings.EqualFold(s.prefix, "#"+m[1]) })
	if of < 0 || commands && !all[of].anywhere || only != "" && only != all[of].dialect && all[of].dialect != Depctl {
		return
	}
	s, at := all[of], l.at(word{column: 1}, "")
	rest := strings.TrimLeft(m[2], " \t")
	exact := strings.HasPrefix(text, s.prefix)
	list, err := words(rest)
	switch {
	case err != nil || len(list) == 0:
	case exact && s.dialect == Slurm && (list[0].text == "hetjob" || list[0].text == "packjob"):
		at.flag = list[0].text
		r.refuseComponents(at)
	case !exact && rest[0] != '-':
	case rest[0] == '-':
		r.note(at, "this line is a comment: options begin with %q", s.prefix+" -")
	case m[2] == rest:
	default:
		hint := ""
		for _, dashes := range []string{"--", "-"} {
			if s.find(dashes+list[0].text).option != nil && hint == "" {
				hint = ", did you mean " + dashes + list[0].text + "?"
			}
		}
		r.note(at, "this line is a comment: options begin with %q%s", s.prefix+" -", hint)
	}
}

// refuseComponents refuses a heterogeneous job of Slurm: the options of its
// components must not be taken together.
func (r *request) refuseComponents(at place) {
	r.fail(at, "submit each component as a Job of its own, or use an MPI operator",
		"a heterogeneous job has components with options of their own, and cannot be one Job")
}

func (r *request) severalDialects(found map[Dialect]*line) {
	var first *line
	var names []string
	for _, d := range Dialects() {
		if l := found[d]; l != nil {
			names = append(names, string(d))
			if first == nil || l.number > first.number {
				first = l
			}
		}
	}
	r.fail(first.at(word{column: 1}, ""), "choose one, as in: --dialect="+names[0],
		"the script has options of several systems: %s", strings.Join(names, ", "))
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
