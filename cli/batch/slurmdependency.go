package batch

import (
	"fmt"
	"strings"
)

// slurmDependency reads --dependency=afterok:a:b,afterany:c, or with ? for any
// of them.
func slurmDependency(text string) func(t *translation) term {
	return func(t *translation) term {
		separator := ","
		if strings.Contains(text, "?") {
			if strings.Contains(text, ",") {
				return t.sorry("write the expression with --after, where parentheses say what is meant",
					"only one separator may be used: , for all or ? for any")
			}
			separator = "?"
		}
		var terms []term
		for _, part := range strings.Split(text, separator) {
			made, err := slurmClause(t, part)
			if err != nil {
				return term{}
			}
			terms = append(terms, made...)
		}
		if separator == "?" {
			return either(terms...)
		}
		return all(terms...)
	}
}

// slurmRefusals are the types that have no counterpart.
func slurmRefusal(kind string) string {
	switch kind {
	case "afterburstbuffer":
		return "there are no burst buffers; afterok waits for the end of the job"
	case "expand":
		return "a Job does not get the nodes of another"
	}
	return ""
}

// slurmClause returns the terms of a type with its ids: each id is one of them,
// but those of a type that makes one check of all.
func slurmClause(t *translation, text string) ([]term, error) {
	kind, rest, has := strings.Cut(text, ":")
	if kind == "singleton" && !has {
		return []term{slurmSingleton(t)}, nil
	}
	switch kind {
	case "after", "afterany", "afterok", "afternotok", "aftercorr":
		if !has || rest == "" {
			t.fail(t.at, "write "+kind+":JOB", "%s names no job", kind)
			return nil, errSaid
		}
	default:
		if hint := slurmRefusal(kind); hint != "" {
			t.fail(t.at, "", "%s cannot be carried over: %s", kind, hint)
			return nil, errSaid
		}
		if has && strings.HasPrefix(kind, "after") || text == "" || kind == "before" {
			t.fail(t.at, "the types are after, afterany, afterok, afternotok, aftercorr and singleton", "%q is not a dependency", text)
			return nil, errSaid
		}
		kind, rest = "afterany", text // the type that is meant without one
	}
	var terms []term
	for _, id := range strings.Split(rest, ":") {
		made, err := slurmJob(t, kind, id)
		if err != nil {
			return nil, err
		}
		terms = append(terms, made)
	}
	return terms, nil
}

func slurmJob(t *translation, kind, id string) (term, error) {
	delay := ""
	if base, minutes, has := strings.Cut(id, "+"); has && kind == "after" {
		n, err := number(minutes)
		if err != nil {
			t.fail(t.at, "write after:JOB+MINUTES", "%q is not a number of minutes", minutes)
			return term{}, errSaid
		}
		id = base
		if n > 0 {
			delay = fmt.Sprintf(" + %dm", n)
		}
	}
	if strings.Contains(id, "+") {
		t.fail(t.at, "write after:JOB+MINUTES, or --after with a delay: 'succeeded(JOB) + 10m'", "%s:%s: only after takes a delay", kind, id)
		return term{}, errSaid
	}
	base, index, hasIndex := strings.Cut(id, "_")
	if hasIndex && strings.Trim(index, "0123456789") != "" {
		base, hasIndex = id, false // a name of Slurm with a _ in it
	}
	ref, err := t.job(base)
	if err != nil {
		return term{}, err
	}
	if isGlob(ref) {
		t.fail(t.at, "name each, or write --after with a pattern and a number", "there are no patterns in Slurm's dependencies")
		return term{}, errSaid
	}
	if hasIndex {
		if ref, err = t.element(ref, index); err != nil {
			return term{}, err
		}
	}
	switch kind {
	case "after":
		if !hasIndex && t.isArray(ref) {
			ref += "[*]" // all tasks have started
		}
		return check("started(%s)%s", ref, delay), nil
	case "afterany":
		return check("finished(%s)", ref), nil
	case "afternotok":
		return check("failed(%s)", ref), nil
	case "aftercorr":
		if hasIndex || t.array == nil {
			return check("%s", ref), nil
		}
		numbers, err := t.numbersOf(ref)
		if err != nil {
			return term{}, err
		}
		if numbers == nil {
			return check("%s", ref), nil // of a job that is no array: afterok
		}
		ref, err = t.corresponding(ref, numbers)
		return check("%s", ref), err
	}
	return check("%s", ref), nil
}

// slurmSingleton waits for the Jobs that were submitted by the same name before.
func slurmSingleton(t *translation) term {
	return check("finished({%s=%s}, made=before)", NameLabel, t.plainName())
}
