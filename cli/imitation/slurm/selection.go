package slurm

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"depctl.dev/cli/batch/notation"
)

// selection is what a list of numbers on a command line means: jobs, and elements of them.
type selection struct {
	ids []int64
	// tasks are the numbers of elements, by the job; nil for all.
	tasks map[int64][]int
}

// parseIDs reads 17,18_4,19_[1-3,7].
func parseIDs(words []string) (selection, error) {
	s := selection{tasks: map[int64][]int{}}
	for _, word := range words {
		for _, one := range splitOutside(word) {
			base, _, _ := strings.Cut(one, ".") // a step
			base, tasks, hasTasks := strings.Cut(base, "_")
			base, _, _ = strings.Cut(base, "+") // a component
			id, err := strconv.ParseInt(base, 10, 64)
			if err != nil || id < 1 {
				return s, said(fmt.Sprintf("Invalid job id %s", one))
			}
			if !slices.Contains(s.ids, id) {
				s.ids = append(s.ids, id)
			} else if s.tasks[id] == nil {
				continue // all of it is meant already
			}
			if !hasTasks || tasks == "[*]" || tasks == "*" {
				delete(s.tasks, id)
				continue
			}
			numbers, _, err := notation.ParseArray(strings.TrimSuffix(strings.TrimPrefix(tasks, "["), "]"))
			if err != nil {
				return s, said(fmt.Sprintf("Invalid job id %s", one))
			}
			s.tasks[id] = append(s.tasks[id], numbers.All()...)
		}
	}
	return s, nil
}

// splitOutside splits at commas that are in no brackets.
func splitOutside(text string) []string {
	var list []string
	depth, from := 0, 0
	for i, c := range text {
		switch {
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == ',' && depth == 0:
			list = append(list, text[from:i])
			from = i + 1
		}
	}
	list = append(list, text[from:])
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// means reports whether a row is one that was named: by the number of the job, by that of
// the element alone, or by the element.
func (s *selection) means(r *row) bool {
	if slices.Contains(s.ids, r.ID) && r.tasks == nil && r.ID != r.job.ID {
		return true
	}
	if !slices.Contains(s.ids, r.job.ID) {
		return false
	}
	tasks, some := s.tasks[r.job.ID]
	return !some || slices.Contains(tasks, r.Task) || slices.ContainsFunc(r.tasks, func(n int) bool { return slices.Contains(tasks, n) })
}
