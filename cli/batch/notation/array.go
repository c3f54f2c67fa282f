package notation

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxElements is the size of the largest array: that of the largest Indexed Job
// whose elements fail one by one.
const maxElements = 100_000

// MaxNumber is the largest number that an element can have.
const MaxNumber = 1<<31 - 1

// Numbering is the numbers of the elements of an array, ascending, as runs. The
// element with completion index k has the k-th number.
type Numbering []Run

// Run is the numbers First, First+Step, and so on, up to Last at most.
type Run struct {
	First, Last, Step int
}

func (r Run) size() int { return (r.Last-r.First)/r.Step + 1 }

// end returns the largest number of the run.
func (r Run) end() int { return r.First + (r.size()-1)*r.Step }

func (r Run) String() string {
	switch {
	case r.First == r.Last:
		return strconv.Itoa(r.First)
	case r.Step == 1:
		return fmt.Sprintf("%d-%d", r.First, r.Last)
	}
	return fmt.Sprintf("%d-%d:%d", r.First, r.Last, r.Step)
}

// ParseArray reads the text of an array, as in 1-100, 1-100:10, 1,3,7-9 or
// 0-99%5, and returns how many elements may run at once, 0 for all.
func ParseArray(text string) (numbers Numbering, limit int, err error) {
	list, most, limited := strings.Cut(text, "%")
	if limited {
		if limit, err = Number(most); err != nil || limit == 0 {
			return nil, 0, fmt.Errorf("%q is not how many elements may run at once", most)
		}
	}
	numbers, err = ParseNumbering(list)
	return numbers, limit, err
}

// ParseNumbering reads the numbers of an array: ranges with or without a step,
// separated by commas.
func ParseNumbering(text string) (Numbering, error) {
	var runs Numbering
	size := 0
	for part := range strings.SplitSeq(text, ",") {
		run, err := parseRun(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		if size += run.size(); size > maxElements {
			return nil, fmt.Errorf("%s has more than %d elements", text, maxElements)
		}
		runs = append(runs, run)
	}
	if len(runs) == 1 {
		return runs, nil // as written: Grid Engine compares the ends
	}
	all := make([]int, 0, size)
	for _, r := range runs {
		for n := r.First; n <= r.Last; n += r.Step {
			all = append(all, n)
		}
	}
	slices.Sort(all)
	return asRuns(slices.Compact(all)), nil
}

func parseRun(text string) (Run, error) {
	span, step, stepped := strings.Cut(text, ":")
	first, last, ranged := strings.Cut(span, "-")
	if !ranged {
		last = first
	}
	if stepped && !ranged {
		return Run{}, fmt.Errorf("%q has a step and no range, write 1-100:10", text)
	}
	r := Run{Step: 1}
	var err error
	for _, part := range []struct {
		text string
		into *int
	}{{first, &r.First}, {last, &r.Last}, {step, &r.Step}} {
		if part.into == &r.Step && !stepped {
			continue
		}
		if *part.into, err = Number(part.text); err != nil {
			if text == "" {
				return Run{}, errors.New("there are no numbers, write 1-100, 1-100:10 or 1,3,7-9")
			}
			return Run{}, fmt.Errorf("%q is not a number or a range, write 1-100, 1-100:10 or 1,3,7-9", text)
		}
	}
	switch {
	case r.Step == 0:
		return Run{}, fmt.Errorf("%q has a step of 0", text)
	case r.Last < r.First:
		return Run{}, fmt.Errorf("%q runs backwards", text)
	case r.size() > maxElements:
		return Run{}, fmt.Errorf("%s has more than %d elements", text, maxElements)
	}
	return r, nil
}

// Number reads a number that an element can have: digits alone.
func Number(text string) (int, error) {
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	n, err := strconv.Atoi(text)
	if err != nil || n > MaxNumber {
		return 0, fmt.Errorf("%s is too large", text)
	}
	return n, nil
}

// asRuns makes the fewest runs of ascending numbers that reading from the left
// finds; a step other than 1 takes three of them.
func asRuns(numbers []int) Numbering {
	var runs Numbering
	for i := 0; i < len(numbers); {
		j, step := i, 1
		if i+1 < len(numbers) {
			step = numbers[i+1] - numbers[i]
		}
		for j+1 < len(numbers) && numbers[j+1]-numbers[j] == step {
			j++
		}
		if step > 1 && j < i+2 {
			j, step = i, 1
		}
		runs = append(runs, Run{numbers[i], numbers[j], step})
		i = j + 1
	}
	return runs
}

// Len returns how many elements there are.
func (n Numbering) Len() int {
	size := 0
	for _, r := range n {
		size += r.size()
	}
	return size
}

// All returns the numbers in the order of the completion indexes.
func (n Numbering) All() []int {
	all := make([]int, 0, n.Len())
	for _, r := range n {
		for k := range r.size() {
			all = append(all, r.First+k*r.Step)
		}
	}
	return all
}

// Index returns the completion index of the element with this number.
func (n Numbering) Index(number int) (int, bool) {
	before := 0
	for _, r := range n {
		if number >= r.First && number <= r.Last && (number-r.First)%r.Step == 0 {
			return before + (number-r.First)/r.Step, true
		}
		before += r.size()
	}
	return 0, false
}

// IsIndexes reports whether the numbers are the completion indexes.
func (n Numbering) IsIndexes() bool {
	return len(n) == 1 && n[0].First == 0 && n[0].Step == 1
}

// Step returns the distance of the elements, 1 if they have no common one.
func (n Numbering) Step() int {
	if len(n) == 1 {
		return n[0].Step
	}
	return 1
}

// Ends returns the smallest and the largest number.
func (n Numbering) Ends() (first, last int) { return n[0].First, n[len(n)-1].end() }

// String returns the canonical text, which ParseNumbering reads.
func (n Numbering) String() string {
	parts := make([]string, len(n))
	for i, r := range n {
		parts[i] = r.String()
	}
	return strings.Join(parts, ",")
}
