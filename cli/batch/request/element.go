package request

import (
	"errors"
	"fmt"
	"strings"

	"depctl.dev/cli/batch/notation"
)

// Known is what is known of a Job that others wait for.
type Known struct {
	// Numbers are those of its elements; nil if it is no array.
	Numbers notation.Numbering
}

// Lookup tells about a Job, in the namespace of the submitted one if none is
// named: nil if there is no such Job, and an error if that cannot be known.
type Lookup func(namespace, name string) (*Known, error)

// Numbered is a Job, or an element of one, that a number stands for.
type Numbered struct {
	// Name is that of the Job, and Index the completion index of the element, -1 for
	// the whole Job.
	Name  string
	Index int
}

// ByID finds what a number stands for, in the namespace of the submitted Job: nil if
// no Job has it, and an error if that cannot be known.
type ByID func(id int64) (*Numbered, error)

// known tells about the Job that a reference names.
func (t *Translation) known(ref string) (*Known, error) {
	ref = strings.ReplaceAll(ref, `"`, "")
	if numbers, ok := t.Numberings[ref]; ok {
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

// NumbersOf returns the numbers of the elements of a Job, nil if it is no array.
// That they cannot be known is reported.
func (t *Translation) NumbersOf(ref string) (notation.Numbering, error) {
	known, err := t.known(ref)
	switch {
	case err == nil && known != nil:
		return known.Numbers, nil
	case err == nil:
		err = errors.New("there is no such Job yet")
	}
	t.Fail(t.At, fmt.Sprintf("submit it first, or say them: --numbering %s=1-100", ref),
		"which numbers the elements of %s have is not known: %s", ref, err)
	return nil, ErrSaid
}

// IsArray reports whether a Job is known to be an array.
func (t *Translation) IsArray(ref string) bool {
	known, err := t.known(ref)
	return err == nil && known != nil && known.Numbers != nil
}

// Element returns the reference to one element, by its number.
func (t *Translation) Element(ref, numberText string) (string, error) {
	n, err := notation.Number(numberText)
	if err != nil {
		t.Fail(t.At, "", "%q is not the number of an element", numberText)
		return "", ErrSaid
	}
	numbers, err := t.NumbersOf(ref)
	switch {
	case err != nil:
		return "", err
	case numbers == nil:
		t.Fail(t.At, "", "%s is not an array and has no element %d", ref, n)
		return "", ErrSaid
	}
	index, ok := numbers.Index(n)
	if !ok {
		t.Fail(t.At, "", "array %s has the elements %s and none with number %d", ref, numbers, n)
		return "", ErrSaid
	}
	return fmt.Sprintf("%s[%d]", ref, index), nil
}

// Corresponding returns the reference by which each element waits for the one
// with the same number.
func (t *Translation) Corresponding(ref string, theirs notation.Numbering) (string, error) {
	mine, all := t.Array.All(), theirs.All()
	indexes := make(map[int]int, len(all))
	for k, n := range all {
		indexes[n] = k
	}
	factor, offset := 1, 0
	for i, n := range mine {
		k, ok := indexes[n]
		if !ok {
			t.Fail(t.At, "give both the same numbers, or say with --after which element waits for which",
				"element %d has no counterpart in array %s, which has %s", n, ref, theirs)
			return "", ErrSaid
		}
		switch i {
		case 0:
			offset = k
		case 1:
			factor = k - offset
		}
		if k != i*factor+offset {
			t.Fail(t.At, "give both the same numbers, or say with --after which element waits for which",
				"the numbers of this array (%s) and of %s (%s) do not go in step", t.Array, ref, theirs)
			return "", ErrSaid
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
