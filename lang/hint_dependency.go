package lang

import (
	"regexp"
	"strings"
)

// foreignKinds are the types of dependencies in Slurm, PBS, Torque and Flux that
// stand before a colon, and LSF's words where somebody writes them so.
func foreignKinds() map[string]Status {
	return map[string]Status{
		"after": StatusStarted, "afterstart": StatusStarted, "afterstartarray": StatusStarted,
		"afterok": StatusSucceeded, "aftercorr": StatusSucceeded, "afterokarray": StatusSucceeded, "done": StatusSucceeded,
		"afterany": StatusFinished, "afteranyarray": StatusFinished, "ended": StatusFinished,
		"afternotok": StatusFailed, "afternotokarray": StatusFailed, "exit": StatusFailed,
	}
}

// foreignDependency reports a target that is a dependency of a batch system, as
// "afterok:20:21?afterany:22". kind stands before its first colon.
func (b *builder) foreignDependency(kind string, at Span) bool {
	_, known := foreignKinds()[kind]
	switch {
	case kind == "singleton":
		b.add(ForeignStatus, at, "write finished(name-*, made=before)", "%s is of another language", quote(kind+":"))
		return true
	case strings.HasPrefix(kind, "before"):
		b.add(ForeignStatus, at, "annotate the Job that waits: each Job names what it waits for", "%s is of another language", quote(kind+":"))
		return true
	case !known:
		return false
	}
	whole := Span{at.Start, at.Start + len(dependencyAt(b.text[at.Start:]))}
	text := dependency(b.text[whole.Start:whole.End], b.isAlone(whole))
	b.suggest(ForeignStatus, at, "write "+clip(text), []Fix{{whole, text}}, "%s is of another language", quote(kind+":"))
	return true
}

// dependencyAt returns the dependency that a text begins with: up to what joins it
// to the next.
func dependencyAt(text string) string {
	depth := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == '[':
			depth++
		case c == ']':
			depth--
		case depth > 0:
		case isSpace(c), strings.IndexByte(",()&|;", c) >= 0:
			return text[:i]
		}
	}
	return text
}

// dependency returns how a dependency of a batch system is written here.
func dependency(text string, alone bool) string {
	alternatives := strings.Split(text, "?")
	kind := ""
	for i, alternative := range alternatives {
		before, names, has := strings.Cut(alternative, ":")
		if has {
			kind = before
		} else {
			names = alternative
		}
		alternatives[i] = ofDependency(kind, strings.Split(names, ":"), alone && len(alternatives) == 1)
	}
	if len(alternatives) == 1 {
		return alternatives[0]
	}
	return parenthesized(strings.Join(alternatives, " or "), alone)
}

var (
	// slurmElement is a job with the index of an element, and torqueArray an array
	// with how many of its elements count.
	slurmElement = regexp.MustCompile(`^(.+)_(\d+|\*)$`)
	torqueArray  = regexp.MustCompile(`^(.*?)\[\](?:\[(\d+)\])?$`)
)

// ofDependency returns what one type says of its jobs.
func ofDependency(kind string, names []string, alone bool) string {
	status, known := foreignKinds()[kind]
	if !known {
		status = StatusSucceeded
	}
	var plain, terms []string
	for _, name := range names {
		name, _, _ = strings.Cut(name, "@") // PBS: the server
		name, minutes, delayed := strings.Cut(name, "+")
		if name == "" {
			name = "name"
		}
		if found := slurmElement.FindStringSubmatch(name); found != nil {
			name = found[1] + "[" + found[2] + "]"
		}
		array := torqueArray.FindStringSubmatch(name)
		switch {
		case array != nil && array[2] != "":
			terms = append(terms, string(status)+"("+array[1]+"[*]) >= "+array[2])
			continue
		case array != nil && status == StatusFailed:
			terms = append(terms, "failed("+array[1]+"[*]) >= 100%")
			continue
		case array != nil:
			name = array[1] + "[*]"
		case kind == "aftercorr":
			name += "[i]"
		}
		if delayed && isDigits(minutes) {
			terms = append(terms, asCheck(status, name)+" + "+minutes+"m")
			continue
		}
		plain = append(plain, name)
	}
	if len(plain) > 0 {
		terms = append([]string{ofAll(status, plain, alone || len(terms) > 0)}, terms...)
	}
	if len(terms) == 1 {
		return terms[0]
	}
	return parenthesized(strings.Join(terms, ", "), alone)
}
