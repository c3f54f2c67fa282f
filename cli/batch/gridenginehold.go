package batch

import (
	"fmt"
	"slices"
	"strings"
)

// holdJobs reads -hold_jid: completion, whatever came of it but exit code 100.
// A pattern means the Jobs that were there at submit, those made before; and so
// does a name that several have.
func holdJobs(text string) func(t *translation) term {
	return func(t *translation) term {
		var named, patterns []string
		for _, id := range strings.Split(text, ",") {
			ref, err := holdRef(t, id)
			if err != nil {
				return term{}
			}
			one, several := "", ref
			if !isGlob(ref) {
				one, several = t.namesakes(ref)
			}
			if one != "" && !slices.Contains(named, one) {
				named = append(named, one)
			}
			if several != "" && !slices.Contains(patterns, several) {
				patterns = append(patterns, several)
			}
		}
		var terms []term
		if len(named) > 0 {
			terms = append(terms, holding(named, "")...)
		}
		if len(patterns) > 0 {
			terms = append(terms, holding(patterns, ", made=before")...)
		}
		return all(terms...)
	}
}

// holding returns what opens when all are finished and none with exit code 100.
func holding(refs []string, keys string) []term {
	list := strings.Join(refs, ", ")
	done := check("finished(%s%s)", list, keys)
	if len(refs) == 1 && keys == "" {
		return []term{done, not(check("failed(%s, code=100)", list))}
	}
	return []term{done, check("failed(%s, code=100%s) == 0", list, keys)}
}

func holdRef(t *translation, id string) (string, error) {
	base, task, has := strings.Cut(id, ".")
	switch {
	case has && base != "" && strings.Trim(base+task, "0123456789") == "":
		t.fail(t.at, "wait for the array, or for an element with --after 'NAME[INDEX]'", "a job cannot wait for a task to finish")
		return "", errSaid
	case strings.ContainsAny(id, `[\`):
		t.fail(t.at, "write * or ?", "a pattern with [ ] or \\ cannot be carried over")
		return "", errSaid
	}
	return t.job(id)
}

// holdElements reads -hold_jid_ad: each element waits for those of the other
// array that it covers. Both have the same first and last number; the steps may
// differ.
func holdElements(text string) func(t *translation) term {
	return func(t *translation) term {
		if t.array == nil {
			return t.sorry("add -t", "only an array can wait element by element")
		}
		refs, err := holdArrays(t, text)
		if err != nil {
			return term{}
		}
		var terms []term
		for _, ref := range refs {
			numbers, err := t.numbersOf(ref)
			if err != nil {
				return term{}
			}
			index, single, err := covered(t, ref, numbers)
			if err != nil {
				return term{}
			}
			element := ref + "[" + index + "]"
			terms = append(terms, check("finished(%s)", element))
			if single {
				terms = append(terms, not(check("failed(%s, code=100)", element)))
			} else {
				terms = append(terms, check("failed(%s, code=100) == 0", element))
			}
		}
		return all(terms...)
	}
}

// holdArrays returns the arrays that ids and patterns name now.
func holdArrays(t *translation, text string) ([]string, error) {
	var refs []string
	for _, id := range strings.Split(text, ",") {
		ref, err := holdRef(t, id)
		if err != nil {
			return nil, err
		}
		matching := []string{ref}
		if isGlob(ref) {
			if matching, err = t.matching(ref); err != nil {
				return nil, err
			}
		} else if names, err := t.allNamed(ref); err == nil && len(names) > 0 {
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
func covered(t *translation, ref string, theirs Numbering) (index string, single bool, err error) {
	if len(t.array) != 1 || len(theirs) != 1 || theirs[0].First != t.array[0].First || theirs[0].Last != t.array[0].Last {
		what := "elements " + theirs.String()
		if theirs == nil {
			what = "none"
		}
		t.fail(t.at, "give both the same first and last number", "this array has elements %s and %s has %s", t.array, ref, what)
		return "", false, errSaid
	}
	mine, other := t.array[0].Step, theirs[0].Step
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
