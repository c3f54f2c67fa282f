package pbs

import (
	"fmt"
	"slices"
	"strings"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

// translateDepend reads what -W depend= has: types with ids, all of which must hold.
func translateDepend(text string) func(t *request.Translation) request.Term {
	return func(t *request.Translation) request.Term {
		var terms []request.Term
		for _, part := range strings.Split(text, ",") {
			kind, rest, has := strings.Cut(part, ":")
			if !carries(t, kind) {
				return request.Term{}
			}
			if !has || rest == "" {
				return t.Sorry("write "+kind+":JOB", "%s names no job", kind)
			}
			for _, id := range strings.Split(rest, ":") {
				made, err := translateJob(t, kind, id)
				if err != nil {
					return request.Term{}
				}
				terms = append(terms, made)
			}
		}
		return request.All(terms...)
	}
}

// carries reports whether a type can be carried over, and reports it otherwise.
func carries(t *request.Translation, kind string) bool {
	plain := strings.TrimSuffix(kind, "array")
	if kind == "afterstartarray" {
		plain = "after"
	}
	switch {
	case slices.Contains([]string{"after", "afterok", "afternotok", "afterany"}, plain):
		return true
	case strings.HasPrefix(kind, "before"):
		t.Fail(t.At, "say on the other Job that it waits for this one: --after", "%s cannot be carried over: a Job does not change what others wait for", kind)
	case kind == "on":
		t.Fail(t.At, "name the Jobs to wait for", "on cannot be carried over: it counts before dependencies of others")
	case kind == "runone":
		t.Fail(t.At, "let the later one wait: --after 'failed(OTHER)'", "runone cannot be carried over: Jobs do not exclude one another")
	case kind == "synccount", kind == "syncwith":
		t.Fail(t.At, "use a queueing system that starts Jobs together", "%s cannot be carried over: Jobs do not start together", kind)
	default:
		t.Fail(t.At, "the types are after, afterok, afternotok and afterany", "%q is not a dependency", kind)
	}
	return false
}

func translateJob(t *request.Translation, kind, id string) (request.Term, error) {
	array := strings.HasSuffix(kind, "array")
	base, bracket, has := strings.Cut(id, "[")
	if base, _, _ = strings.Cut(base, "@"); !has {
		base, _, _ = strings.Cut(base, ".") // JOB.server
	}
	ref, err := t.Job(base)
	if err != nil {
		return request.Term{}, err
	}
	if request.IsGlob(ref) {
		t.Fail(t.At, "name each, or write --after with a pattern and a number", "there are no patterns in the dependencies of PBS")
		return request.Term{}, request.ErrSaid
	}
	inside, rest, closed := strings.Cut(bracket, "]")
	rest, _, _ = strings.Cut(rest, ".")
	switch {
	case array && has && (!closed || inside != ""):
		t.Fail(t.At, "write NAME[] for all elements, or NAME[][5] for five of them", "%s may mean an element, or a number of them", id)
		return request.Term{}, request.ErrSaid
	case array:
		return translateArray(t, kind, id, ref, rest)
	case has && (!closed || rest != ""):
		t.Fail(t.At, "", "%q is not the id of a job", id)
		return request.Term{}, request.ErrSaid
	case inside != "":
		t.Fail(t.At, "write --after with the completion index: 'NAME[INDEX]'", "PBS does not say what it is to wait for a subjob, %s", id)
		return request.Term{}, request.ErrSaid
	}
	switch kind {
	case "after":
		if t.IsArray(ref) {
			ref += "[*]"
		}
		return request.Check("started(%s)", ref), nil
	case "afternotok":
		return request.Check("failed(%s)", ref), nil
	case "afterany":
		return request.Either(request.Check("%s", ref), request.Check("failed(%s)", ref)), nil // it ran
	}
	return request.Check("%s", ref), nil
}

// translateArray reads NAME[] for all elements, and NAME[][5] for any five.
func translateArray(t *request.Translation, kind, id, ref, rest string) (request.Term, error) {
	count := 0
	if rest != "" {
		n, err := notation.Number(strings.TrimSuffix(strings.TrimPrefix(rest, "["), "]"))
		if err != nil || n == 0 || !strings.HasPrefix(rest, "[") || !strings.HasSuffix(rest, "]") {
			t.Fail(t.At, "write NAME[] for all elements, or NAME[][5] for five of them", "%q is not an array", id)
			return request.Term{}, request.ErrSaid
		}
		count = n
	}
	status := map[string]string{
		"afterstartarray": "started", "afterokarray": "succeeded",
		"afternotokarray": "failed", "afteranyarray": "finished",
	}[kind]
	compare := ""
	switch {
	case count > 0:
		compare = fmt.Sprintf(" >= %d", count)
	case status == "failed":
		compare = " >= 100%"
	}
	return request.Check("%s(%s[*])%s", status, ref, compare), nil
}
