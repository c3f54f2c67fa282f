package slurm

import (
	"fmt"
	"strings"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

// translateDependency reads --dependency=afterok:a:b,afterany:c, or with ? for any
// of them.
func translateDependency(text string) func(t *request.Translation) request.Term {
	return func(t *request.Translation) request.Term {
		separator := ","
		if strings.Contains(text, "?") {
			if strings.Contains(text, ",") {
				return t.Sorry("write the expression with --after, where parentheses say what is meant",
					"only one separator may be used: , for all or ? for any")
			}
			separator = "?"
		}
		var terms []request.Term
		for _, part := range strings.Split(text, separator) {
			made, err := translateClause(t, part)
			if err != nil {
				return request.Term{}
			}
			terms = append(terms, made...)
		}
		if separator == "?" {
			return request.Either(terms...)
		}
		return request.All(terms...)
	}
}

// whyRefused says why a type has no counterpart, "" if it is not known.
func whyRefused(kind string) string {
	switch kind {
	case "afterburstbuffer":
		return "there are no burst buffers; afterok waits for the end of the job"
	case "expand":
		return "a Job does not get the nodes of another"
	}
	return ""
}

// translateClause returns the terms of a type with its ids: each id is one of them,
// but those of a type that makes one check of all.
func translateClause(t *request.Translation, text string) ([]request.Term, error) {
	kind, rest, has := strings.Cut(text, ":")
	if kind == "singleton" && !has {
		return []request.Term{translateSingleton(t)}, nil
	}
	switch kind {
	case "after", "afterany", "afterok", "afternotok", "aftercorr":
		if !has || rest == "" {
			t.Fail(t.At, "write "+kind+":JOB", "%s names no job", kind)
			return nil, request.ErrSaid
		}
	default:
		if hint := whyRefused(kind); hint != "" {
			t.Fail(t.At, "", "%s cannot be carried over: %s", kind, hint)
			return nil, request.ErrSaid
		}
		if has && strings.HasPrefix(kind, "after") || text == "" || kind == "before" {
			t.Fail(t.At, "the types are after, afterany, afterok, afternotok, aftercorr and singleton", "%q is not a dependency", text)
			return nil, request.ErrSaid
		}
		kind, rest = "afterany", text // the type that is meant without one
	}
	var terms []request.Term
	for _, id := range strings.Split(rest, ":") {
		made, err := translateJob(t, kind, id)
		if err != nil {
			return nil, err
		}
		if !made.IsEmpty() {
			terms = append(terms, made)
		}
	}
	return terms, nil
}

func translateJob(t *request.Translation, kind, id string) (request.Term, error) {
	delay := ""
	if base, minutes, has := strings.Cut(id, "+"); has && kind == "after" {
		n, err := notation.Number(minutes)
		if err != nil {
			t.Fail(t.At, "write after:JOB+MINUTES", "%q is not a number of minutes", minutes)
			return request.Term{}, request.ErrSaid
		}
		id = base
		if n > 0 {
			delay = fmt.Sprintf(" + %dm", n)
		}
	}
	if strings.Contains(id, "+") {
		t.Fail(t.At, "write after:JOB+MINUTES, or --after with a delay: 'succeeded(JOB) + 10m'", "%s:%s: only after takes a delay", kind, id)
		return request.Term{}, request.ErrSaid
	}
	base, index, hasIndex := strings.Cut(id, "_")
	if hasIndex && strings.Trim(index, "0123456789") != "" {
		base, hasIndex = id, false // a name of Slurm with a _ in it
	}
	if t.IsUnknown(base) {
		return unknown(t, kind)
	}
	ref, err := t.Job(base)
	if err != nil {
		return request.Term{}, err
	}
	ref, keys, err := named(t, ref, base, hasIndex)
	if err != nil {
		return request.Term{}, err
	}
	if request.IsGlob(ref) {
		t.Fail(t.At, "name each, or write --after with a pattern and a number", "there are no patterns in Slurm's dependencies")
		return request.Term{}, request.ErrSaid
	}
	if hasIndex {
		if ref, err = t.Element(ref, index); err != nil {
			return request.Term{}, err
		}
	}
	if kind == "aftercorr" && !hasIndex && t.Array != nil && keys == "" {
		numbers, err := t.NumbersOf(ref)
		if err != nil {
			return request.Term{}, err
		}
		if numbers != nil { // of a job that is no array: afterok
			ref, err = t.Corresponding(ref, numbers)
			return request.Check("%s", ref), err
		}
	}
	switch kind {
	case "after":
		if !hasIndex && keys == "" && t.IsArray(ref) {
			ref += "[*]" // all tasks have started
		}
		return request.Check("started(%s%s)%s", ref, keys, delay), nil
	case "afterany":
		return request.Check("finished(%s%s)", ref, keys), nil
	case "afternotok":
		return request.Check("failed(%s%s)", ref, keys), nil
	}
	if keys != "" {
		return request.Check("succeeded(%s%s)", ref, keys), nil
	}
	return request.Check("%s", ref), nil
}

// named returns the reference to what a name stands for, where Jobs are asked by their
// numbers: the Job of that name, or else all that were submitted by it before. What sbatch
// is to wait for must be there.
func named(t *request.Translation, ref, base string, hasIndex bool) (of, keys string, err error) {
	if t.ByID == nil || t.Lookup == nil || strings.Trim(base, "0123456789") == "" {
		return ref, "", nil
	}
	if known, err := t.Lookup("", ref); err != nil || known != nil {
		return ref, "", nil
	}
	names, err := t.AllNamed(ref)
	switch {
	case err != nil || len(names) == 0 && t.ID == 0:
		return ref, "", nil
	case len(names) == 0:
		t.Fail(t.At, "name a job that squeue or sacct show", "Job dependency problem")
		return "", "", request.ErrSaid
	case len(names) == 1 || hasIndex:
		return names[0], "", nil
	}
	return fmt.Sprintf("{%s=%s}", request.NameLabel, ref), ", made=before", nil
}

// unknown returns what becomes of a number that no Job has: sbatch refuses to wait for
// the success or the failure of such a job, and takes it for one that is over otherwise.
func unknown(t *request.Translation, kind string) (request.Term, error) {
	switch kind {
	case "after", "afterany":
		return request.Term{}, nil
	}
	t.Fail(t.At, "name a job that squeue or sacct show", "Job dependency problem")
	return request.Term{}, request.ErrSaid
}

// translateSingleton waits for the Jobs that were submitted by the same name before.
func translateSingleton(t *request.Translation) request.Term {
	return request.Check("finished({%s=%s}, made=before)", request.NameLabel, t.PlainName())
}
