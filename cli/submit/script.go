package submit

import (
	"slices"
	"strings"
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
	for text := range strings.SplitSeq(s.Text, "\n") {
		number++
		text = strings.TrimSuffix(text, "\r")
		of, prefix, rest := directive(text)
		if of == nil {
			trimmed := strings.TrimSpace(text)
			commands = commands || trimmed != "" && trimmed[0] != '#' && trimmed[0] != ':'
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
