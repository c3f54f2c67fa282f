package batch

import (
	"fmt"
	"slices"
	"strings"
)

// pbsDepend reads what -W depend= has: types with ids, all of which must hold.
func pbsDepend(text string) func(t *translation) term {
	return func(t *translation) term {
		var terms []term
		for _, part := range strings.Split(text, ",") {
			kind, rest, has := strings.Cut(part, ":")
			if !pbsKind(t, kind) {
				return term{}
			}
			if !has || rest == "" {
				return t.sorry("write "+kind+":JOB", "%s names no job", kind)
			}
			for _, id := range strings.Split(rest, ":") {
				made, err := pbsJob(t, kind, id)
				if err != nil {
					return term{}
				}
				terms = append(terms, made)
			}
		}
		return all(terms...)
	}
}

// pbsKind reports whether a type can be carried over, and reports it otherwise.
func pbsKind(t *translation, kind string) bool {
	plain := strings.TrimSuffix(kind, "array")
	if kind == "afterstartarray" {
		plain = "after"
	}
	switch {
	case slices.Contains([]string{"after", "afterok", "afternotok", "afterany"}, plain):
		return true
	case strings.HasPrefix(kind, "before"):
		t.fail(t.at, "say on the other Job that it waits for this one: --after", "%s cannot be carried over: a Job does not change what others wait for", kind)
	case kind == "on":
		t.fail(t.at, "name the Jobs to wait for", "on cannot be carried over: it counts before dependencies of others")
	case kind == "runone":
		t.fail(t.at, "let the later one wait: --after 'failed(OTHER)'", "runone cannot be carried over: Jobs do not exclude one another")
	case kind == "synccount", kind == "syncwith":
		t.fail(t.at, "use a queueing system that starts Jobs together", "%s cannot be carried over: Jobs do not start together", kind)
	default:
		t.fail(t.at, "the types are after, afterok, afternotok and afterany", "%q is not a dependency", kind)
	}
	return false
}

func pbsJob(t *translation, kind, id string) (term, error) {
	array := strings.HasSuffix(kind, "array")
	base, bracket, has := strings.Cut(id, "[")
	if base, _, _ = strings.Cut(base, "@"); !has {
		base, _, _ = strings.Cut(base, ".") // JOB.server
	}
	ref, err := t.job(base)
	if err != nil {
		return term{}, err
	}
	if isGlob(ref) {
		t.fail(t.at, "name each, or write --after with a pattern and a number", "there are no patterns in the dependencies of PBS")
		return term{}, errSaid
	}
	inside, rest, closed := strings.Cut(bracket, "]")
	rest, _, _ = strings.Cut(rest, ".")
	switch {
	case array && has && (!closed || inside != ""):
		t.fail(t.at, "write NAME[] for all elements, or NAME[][5] for five of them", "%s may mean an element, or a number of them", id)
		return term{}, errSaid
	case array:
		return torqueArray(t, kind, id, ref, rest)
	case has && (!closed || rest != ""):
		t.fail(t.at, "", "%q is not the id of a job", id)
		return term{}, errSaid
	case inside != "":
		t.fail(t.at, "write --after with the completion index: 'NAME[INDEX]'", "PBS does not say what it is to wait for a subjob, %s", id)
		return term{}, errSaid
	}
	switch kind {
	case "after":
		if t.isArray(ref) {
			ref += "[*]"
		}
		return check("started(%s)", ref), nil
	case "afternotok":
		return check("failed(%s)", ref), nil
	case "afterany":
		return either(check("%s", ref), check("failed(%s)", ref)), nil // it ran
	}
	return check("%s", ref), nil
}

// torqueArray reads NAME[] for all elements, and NAME[][5] for any five.
func torqueArray(t *translation, kind, id, ref, rest string) (term, error) {
	count := 0
	if rest != "" {
		n, err := number(strings.TrimSuffix(strings.TrimPrefix(rest, "["), "]"))
		if err != nil || n == 0 || !strings.HasPrefix(rest, "[") || !strings.HasSuffix(rest, "]") {
			t.fail(t.at, "write NAME[] for all elements, or NAME[][5] for five of them", "%q is not an array", id)
			return term{}, errSaid
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
	return check("%s(%s[*])%s", status, ref, compare), nil
}
