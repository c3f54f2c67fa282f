package request

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"depctl.dev/cli/reference"
	"depctl.dev/lang"
)

// Namesakes returns the names of the Jobs that were submitted by a name, in the
// namespace of the submitted one: those with NameLabel.
type Namesakes func(name string) ([]string, error)

// Match returns the names of the Jobs that match a pattern with * and ?.
type Match func(pattern string) ([]string, error)

// Translation makes an expression of what an option waits for.
type Translation struct {
	*Request
	At Place
}

// ErrSaid is returned when the problem was reported already.
var ErrSaid = errors.New("reported")

// Sorry reports what is wrong, and returns an empty term.
func (t *Translation) Sorry(hint, format string, args ...any) Term {
	t.Fail(t.At, hint, format, args...)
	return Term{}
}

// Job returns the reference to the Job, or the Jobs, that an id stands for:
// what submit printed for it, or its name, or a pattern.
func (t *Translation) Job(id string) (string, error) { return t.Reference(id, false) }

var (
	// foreignID is a number that another system gave: 4711, 4711.1-10:1, 4711_3.
	foreignID = regexp.MustCompile(`^[0-9]+([._:][0-9._:-]*)?$`)
	// senseless are the signs that no job's name has, and that mean something in
	// lists of ids.
	senseless = regexp.MustCompile("[;:\\[\\](){}<>|&!@\"'\\\\,%=$`/\\x00-\\x1f]")
)

// Reference does what Job does, for what may be known to be a name.
func (t *Translation) Reference(id string, isName bool) (string, error) {
	namespace, base, has := strings.Cut(reference.Plain(id), "/")
	if !has {
		namespace, base = "", namespace
	}
	base, cluster, hasCluster := strings.Cut(base, ";")
	sign := senseless.FindString(namespace + base)
	switch {
	case base == "":
		t.Fail(t.At, "name a Job", "there is no name")
		return "", ErrSaid
	case !isName && t.ByID != nil && isID(base):
		return t.numbered(base)
	case !isName && foreignID.MatchString(base):
		t.Fail(t.At, "name the Job, or what submit printed: JOB=$(depctl submit -o name ...)",
			"%s is a number of another system, and Jobs have names", base)
		return "", ErrSaid
	case hasCluster:
		t.Fail(t.At, "leave it out: ${JOB%%;*} in a shell", "%s names cluster %q, and a Job waits for those of its own", id, cluster)
		return "", ErrSaid
	case sign != "":
		t.Fail(t.At, "write the name as submit printed it", "%q is not the name of a Job: %q has no meaning in it", id, sign)
		return "", ErrSaid
	case has && plainName(namespace, MaxName) != namespace:
		t.Fail(t.At, "", "%q is not the name of a namespace", namespace)
		return "", ErrSaid
	}
	plain := plainName(base, MaxName)
	if IsGlob(base) {
		plain = plainPattern(base)
	}
	if plain == "" {
		t.Fail(t.At, "", "%q is not the name of a Job", id)
		return "", ErrSaid
	}
	if plain != base {
		t.Note(t.At, "%s is called %s here", base, plain)
	}
	ref := lang.Ref{Kind: lang.KindJob, Name: plain}
	if has {
		ref.Namespace = namespace
	}
	return ref.String(), nil
}

// isID reports whether a text is a number of a Job, and nothing else.
func isID(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// IsUnknown reports whether a text is a number that no Job has. It is false where Jobs
// have no numbers, or where that cannot be known.
func (t *Translation) IsUnknown(id string) bool {
	if t.ByID == nil || !isID(id) {
		return false
	}
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return true // larger than any
	}
	found, err := t.ByID(n)
	return err == nil && found == nil
}

// numbered returns the reference to what a number stands for.
func (t *Translation) numbered(id string) (string, error) {
	if t.IsUnknown(id) {
		t.Fail(t.At, "name the Job, or give the number that was printed when it was submitted", "no Job has the number %s", id)
		return "", ErrSaid
	}
	n, _ := strconv.ParseInt(id, 10, 64) // or it were unknown
	found, err := t.ByID(n)
	if err != nil {
		t.Fail(t.At, "name the Job, or what submit printed: JOB=$(depctl submit -o name ...)", "which Job has the number %s is not known: %s", id, err)
		return "", ErrSaid
	}
	ref := lang.Ref{Kind: lang.KindJob, Name: found.Name}.String()
	if found.Index >= 0 {
		ref += fmt.Sprintf("[%d]", found.Index)
	}
	return ref, nil
}

// StandsFor returns what a name stands for where several jobs may have one: a Job,
// the set of Jobs that were submitted by the name, or both if nobody can be asked
// which it is. Only those count that were made before: the set is closed, and
// decided as soon as one of them decides it. A count would not be: of those that
// are there now, one may end and be cleaned away before this Job is created.
func (t *Translation) StandsFor(ref string) (one, several string) {
	name := strings.Trim(ref, `"`)
	set := fmt.Sprintf("{%s=%s}", NameLabel, name)
	_, numbered := t.Numberings[name]
	switch names, err := t.AllNamed(name); {
	case strings.Contains(name, "/"), numbered:
		return ref, ""
	case name == t.PlainName():
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

// AllNamed returns the names of the Jobs that were submitted by a name.
func (t *Translation) AllNamed(name string) ([]string, error) {
	if t.Namesakes == nil {
		return nil, errors.New("the cluster is not asked")
	}
	return t.Namesakes(name)
}

// Matching returns the Jobs that match a pattern now.
func (t *Translation) Matching(pattern string) ([]string, error) {
	var names []string
	err := errors.New("the cluster is not asked")
	if t.Match != nil {
		names, err = t.Match(pattern)
	}
	for name := range t.Numberings {
		if Matches(pattern, name) && !slices.Contains(names, name) {
			names, err = append(names, name), nil
		}
	}
	if err != nil {
		t.Fail(t.At, "name each array", "what matches %s is not known: %s", pattern, err)
		return nil, ErrSaid
	}
	if len(names) == 0 {
		t.Note(t.At, "no Job matches %s: there is nothing to wait for", pattern)
	}
	slices.Sort(names)
	return names, nil
}
