package gridengine

import (
	"fmt"
	"slices"
	"strings"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

// holdJobs reads -hold_jid: completion, whatever came of it but exit code 100.
// A pattern means the Jobs that were there at submit, those made before; and so
// does a name that several have.
func holdJobs(text string) func(t *request.Translation) request.Term {
	return func(t *request.Translation) request.Term {
		var named, patterns []string
		for _, id := range strings.Split(text, ",") {
			refs, err := standing(t, id)
			if err != nil {
				return request.Term{}
			}
			if refs != nil {
				for _, ref := range refs {
					if !slices.Contains(named, ref) {
						named = append(named, ref)
					}
				}
				continue
			}
			ref, err := holdRef(t, id)
			if err != nil {
				return request.Term{}
			}
			one, several := "", ref
			if !request.IsGlob(ref) {
				one, several = t.StandsFor(ref)
			}
			if one != "" && !slices.Contains(named, one) {
				named = append(named, one)
			}
			if several != "" && !slices.Contains(patterns, several) {
				patterns = append(patterns, several)
			}
		}
		var terms []request.Term
		if len(named) > 0 {
			terms = append(terms, holding(named, "")...)
		}
		if len(patterns) > 0 {
			terms = append(terms, holding(patterns, ", made=before")...)
		}
		return request.All(terms...)
	}
}

// standing returns the Jobs that a part of the list stands for where the Job itself has a number, nil
// where it has none: then they are found as for all Jobs, and a name may be of one that is yet to come. As Grid Engine has
// it, what names no Job has finished already, and is not waited for.
func standing(t *request.Translation, id string) ([]string, error) {
	if t.ID == 0 {
		return nil, nil
	}
	if t.IsUnknown(id) {
		t.Note(t.At, "no Job has the number %s: it is not waited for", id)
		return []string{}, nil
	}
	ref, err := holdRef(t, id)
	if err != nil {
		return nil, err
	}
	var names []string
	switch {
	case strings.Trim(id, "0123456789") == "":
		return []string{ref}, nil
	case request.IsGlob(ref):
		found, err := t.Matching(ref + "-*") // the name of a Job ends in its number
		if err != nil {
			return nil, err
		}
		for _, one := range found {
			if at := strings.LastIndexByte(one, '-'); at > 0 && strings.Trim(one[at+1:], "0123456789") == "" && request.Matches(ref, one[:at]) {
				names = append(names, one)
			}
		}
	default:
		if names, err = t.AllNamed(strings.Trim(ref, `"`)); err != nil {
			t.Fail(t.At, "", "which Jobs are called %s is not known: %s", id, err)
			return nil, request.ErrSaid
		}
		if len(names) > mostNamed {
			return nil, nil
		}
	}
	if len(names) == 0 {
		t.Note(t.At, "no Job is called %s: it is not waited for", id)
	}
	return append([]string{}, names...), nil
}

// mostNamed is how many Jobs are waited for one by one. More are waited for as a set.
const mostNamed = 50

// holding returns what opens when all are finished and none with exit code 100.
func holding(refs []string, keys string) []request.Term {
	list := strings.Join(refs, ", ")
	done := request.Check("finished(%s%s)", list, keys)
	if len(refs) == 1 && keys == "" {
		return []request.Term{done, request.Not(request.Check("failed(%s, code=100)", list))}
	}
	return []request.Term{done, request.Check("failed(%s, code=100%s) == 0", list, keys)}
}

func holdRef(t *request.Translation, id string) (string, error) {
	base, task, has := strings.Cut(id, ".")
	switch {
	case has && base != "" && strings.Trim(base+task, "0123456789") == "":
		t.Fail(t.At, "wait for the array, or for an element with --after 'NAME[INDEX]'", "a job cannot wait for a task to finish")
		return "", request.ErrSaid
	case strings.ContainsAny(id, `[\`):
		t.Fail(t.At, "write * or ?", "a pattern with [ ] or \\ cannot be carried over")
		return "", request.ErrSaid
	}
	return t.Job(id)
}

// holdElements reads -hold_jid_ad: each element waits for those of the other
// array that it covers. Both have the same first and last number; the steps may
// differ.
func holdElements(text string) func(t *request.Translation) request.Term {
	return func(t *request.Translation) request.Term {
		if t.Array == nil {
			return t.Sorry("add -t", "only an array can wait element by element")
		}
		refs, err := holdArrays(t, text)
		if err != nil {
			return request.Term{}
		}
		var terms []request.Term
		for _, ref := range refs {
			numbers, err := t.NumbersOf(ref)
			if err != nil {
				return request.Term{}
			}
			index, single, err := covered(t, ref, numbers)
			if err != nil {
				return request.Term{}
			}
			element := ref + "[" + index + "]"
			terms = append(terms, request.Check("finished(%s)", element))
			if single {
				terms = append(terms, request.Not(request.Check("failed(%s, code=100)", element)))
			} else {
				terms = append(terms, request.Check("failed(%s, code=100) == 0", element))
			}
		}
		return request.All(terms...)
	}
}

// holdArrays returns the arrays that ids and patterns name now.
func holdArrays(t *request.Translation, text string) ([]string, error) {
	var refs []string
	for _, id := range strings.Split(text, ",") {
		ref, err := holdRef(t, id)
		if err != nil {
			return nil, err
		}
		matching := []string{ref}
		if request.IsGlob(ref) {
			if matching, err = t.Matching(ref); err != nil {
				return nil, err
			}
		} else if names, err := t.AllNamed(ref); err == nil && len(names) > 0 {
			matching = names
		}
		for _, one := range matching {
			if !slices.Contains(refs, one) {
				refs = append(refs, one)
			}
		}
	}
	return refs, nil
}

// covered returns the index of the element, or the range of indexes, that each
// of mine waits for.
func covered(t *request.Translation, ref string, theirs notation.Numbering) (index string, single bool, err error) {
	if len(t.Array) != 1 || len(theirs) != 1 || theirs[0].First != t.Array[0].First || theirs[0].Last != t.Array[0].Last {
		what := "elements " + theirs.String()
		if theirs == nil {
			what = "none"
		}
		t.Fail(t.At, "give both the same first and last number", "this array has elements %s and %s has %s", t.Array, ref, what)
		return "", false, request.ErrSaid
	}
	mine, other := t.Array[0].Step, theirs[0].Step
	switch {
	case mine == other:
		return "i", true, nil
	case other%mine == 0:
		return fmt.Sprintf("i/%d", other/mine), true, nil
	case mine%other == 0:
		many := mine / other
		return fmt.Sprintf("i*%d .. i*%d+%d", many, many, many-1), false, nil
	}
	return fmt.Sprintf("i*%d/%d .. (i*%d+%d)/%d", mine, other, mine, mine-1, other), false, nil
}
