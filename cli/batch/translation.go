package batch

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"depctl.dev/cli/reference"
	"depctl.dev/lang"
)

// Known is what is known of a Job that others wait for.
type Known struct {
	// Numbers are those of its elements; nil if it is no array.
	Numbers Numbering
}

// Lookup tells about a Job, in the namespace of the submitted one if none is
// named: nil if there is no such Job, and an error if that cannot be known.
type Lookup func(namespace, name string) (*Known, error)

// Namesakes returns the names of the Jobs that were submitted by a name, in the
// namespace of the submitted one: those with NameLabel.
type Namesakes func(name string) ([]string, error)

// Match returns the names of the Jobs that match a pattern with * and ?.
type Match func(pattern string) ([]string, error)

// translation makes an expression of what an option waits for.
type translation struct {
	*request
	at place
}

// errSaid is returned when the problem was reported already.
var errSaid = errors.New("reported")

func (t *translation) sorry(hint, format string, args ...any) term {
	t.fail(t.at, hint, format, args...)
	return term{}
}

// job returns the reference to the Job, or the Jobs, that an id stands for:
// what submit printed for it, or its name, or a pattern.
func (t *translation) job(id string) (string, error) { return t.reference(id, false) }

var (
	// foreignID is a number that another system gave: 4711, 4711.1-10:1, 4711_3.
	foreignID = regexp.MustCompile(`^[0-9]+([._:][0-9._:-]*)?$`)
	// senseless are the signs that no job's name has, and that mean something in
	// lists of ids.
	senseless = regexp.MustCompile("[;:\\[\\](){}<>|&!@\"'\\\\,%=$`/\\x00-\\x1f]")
)

// reference does what job does, for what may be known to be a name.
func (t *translation) reference(id string, isName bool) (string, error) {
	namespace, base, has := strings.Cut(reference.Plain(id), "/")
	if !has {
		namespace, base = "", namespace
	}
	base, cluster, hasCluster := strings.Cut(base, ";")
	sign := senseless.FindString(namespace + base)
	switch {
	case base == "":
		t.fail(t.at, "name a Job", "there is no name")
		return "", errSaid
	case !isName && foreignID.MatchString(base):
		t.fail(t.at, "name the Job, or what submit printed: JOB=$(depctl submit -o name ...)",
			"%s is a number of another system, and Jobs have names", base)
		return "", errSaid
	case hasCluster:
		t.fail(t.at, "leave it out: ${JOB%%;*} in a shell", "%s names cluster %q, and a Job waits for those of its own", id, cluster)
		return "", errSaid
	case sign != "":
		t.fail(t.at, "write the name as submit printed it", "%q is not the name of a Job: %q has no meaning in it", id, sign)
		return "", errSaid
	case has && plainName(namespace, maxName) != namespace:
		t.fail(t.at, "", "%q is not the name of a namespace", namespace)
		return "", errSaid
	}
	plain := plainName(base, maxName)
	if isGlob(base) {
		plain = plainPattern(base)
	}
	if plain == "" {
		t.fail(t.at, "", "%q is not the name of a Job", id)
		return "", errSaid
	}
	if plain != base {
		t.note(t.at, "%s is called %s here", base, plain)
	}
	ref := lang.Ref{Kind: lang.KindJob, Name: plain}
	if has {
		ref.Namespace = namespace
	}
	return ref.String(), nil
}

// namesakes returns what a name stands for where several jobs may have one: a Job,
// the set of Jobs that were submitted by the name, or both if nobody can be asked
// which it is. Only those count that were made before: the set is closed, and
// decided as soon as one of them decides it. A count would not be: of those that
// are there now, one may end and be cleaned away before this Job is created.
func (t *translation) namesakes(ref string) (one, several string) {
	name := strings.Trim(ref, `"`)
	set := fmt.Sprintf("{%s=%s}", NameLabel, name)
	_, numbered := t.numberings[name]
	switch names, err := t.allNamed(name); {
	case strings.Contains(name, "/"), numbered:
		return ref, ""
	case name == t.plainName():
		return "", set // not itself, but those before
	case err != nil:
		return ref, set
	case len(names) == 0:
		return ref, ""
	case len(names) == 1:
		return names[0], ""
	}
	return "", set
}

func (t *translation) allNamed(name string) ([]string, error) {
	if t.Namesakes == nil {
		return nil, errors.New("the cluster is not asked")
	}
	return t.Namesakes(name)
}

// matching returns the Jobs that match a pattern now.
func (t *translation) matching(pattern string) ([]string, error) {
	var names []string
	err := errors.New("the cluster is not asked")
	if t.Match != nil {
		names, err = t.Match(pattern)
	}
	for name := range t.numberings {
		if Matches(pattern, name) && !slices.Contains(names, name) {
			names, err = append(names, name), nil
		}
	}
	if err != nil {
		t.fail(t.at, "name each array", "what matches %s is not known: %s", pattern, err)
		return nil, errSaid
	}
	if len(names) == 0 {
		t.note(t.at, "no Job matches %s: there is nothing to wait for", pattern)
	}
	slices.Sort(names)
	return names, nil
}

// known tells about the Job that a reference names.
func (t *translation) known(ref string) (*Known, error) {
	ref = strings.ReplaceAll(ref, `"`, "")
	if numbers, ok := t.numberings[ref]; ok {
		return &Known{numbers}, nil
	}
	namespace, name, has := strings.Cut(ref, "/")
	if !has {
		namespace, name = "", ref
	}
	if t.Lookup == nil {
		return nil, errors.New("the cluster is not asked")
	}
	return t.Lookup(namespace, name)
}

// numbersOf returns the numbers of the elements of a Job, nil if it is no array.
// That they cannot be known is reported.
func (t *translation) numbersOf(ref string) (Numbering, error) {
	known, err := t.known(ref)
	switch {
	case err == nil && known != nil:
		return known.Numbers, nil
	case err == nil:
		err = errors.New("there is no such Job yet")
	}
	t.fail(t.at, fmt.Sprintf("submit it first, or say them: --numbering %s=1-100", ref),
		"which numbers the elements of %s have is not known: %s", ref, err)
	return nil, errSaid
}

// isArray reports whether a Job is known to be an array.
func (t *translation) isArray(ref string) bool {
	known, err := t.known(ref)
	return err == nil && known != nil && known.Numbers != nil
}

// element returns the reference to one element, by its number.
func (t *translation) element(ref, numberText string) (string, error) {
	n, err := number(numberText)
	if err != nil {
		t.fail(t.at, "", "%q is not the number of an element", numberText)
		return "", errSaid
	}
	numbers, err := t.numbersOf(ref)
	switch {
	case err != nil:
		return "", err
	case numbers == nil:
		t.fail(t.at, "", "%s is not an array and has no element %d", ref, n)
		return "", errSaid
	}
	index, ok := numbers.Index(n)
	if !ok {
		t.fail(t.at, "", "array %s has the elements %s and none with number %d", ref, numbers, n)
		return "", errSaid
	}
	return fmt.Sprintf("%s[%d]", ref, index), nil
}

// corresponding returns the reference by which each element waits for the one
// with the same number.
func (t *translation) corresponding(ref string, theirs Numbering) (string, error) {
	mine, all := t.array.All(), theirs.All()
	indexes := make(map[int]int, len(all))
	for k, n := range all {
		indexes[n] = k
	}
	factor, offset := 1, 0
	for i, n := range mine {
		k, ok := indexes[n]
		if !ok {
			t.fail(t.at, "give both the same numbers, or say with --after which element waits for which",
				"element %d has no counterpart in array %s, which has %s", n, ref, theirs)
			return "", errSaid
		}
		switch i {
		case 0:
			offset = k
		case 1:
			factor = k - offset
		}
		if k != i*factor+offset {
			t.fail(t.at, "give both the same numbers, or say with --after which element waits for which",
				"the numbers of this array (%s) and of %s (%s) do not go in step", t.array, ref, theirs)
			return "", errSaid
		}
	}
	return fmt.Sprintf("%s[%s]", ref, linear(factor, offset)), nil
}

// linear returns i*factor + offset as text.
func linear(factor, offset int) string {
	text := "i"
	if factor != 1 {
		text = fmt.Sprintf("i*%d", factor)
	}
	switch {
	case offset > 0:
		text += fmt.Sprintf("+%d", offset)
	case offset < 0:
		text += fmt.Sprintf("-%d", -offset)
	}
	return text
}
