package cause

import (
	"cmp"
	"slices"
	"strings"
)

// rank orders causes: those because of which there is no pod, those of pods, and what
// became of the Job because of them.
type rank int

const (
	ofGate rank = iota
	ofCreation
	ofAPod
	ofEnd
	ofStart
)

// sum makes one of causes that are the same, told by the latest pod.
func sum(all []Cause) []Cause {
	var some []Cause
	at := map[string]int{}
	for _, c := range all {
		i, known := at[c.Key()]
		if !known {
			at[c.Key()] = len(some)
			some = append(some, c)
			continue
		}
		pods := some[i].Pods + c.Pods
		if isLater(c, some[i]) {
			some[i] = c
		}
		some[i].Pods = pods
	}
	return some
}

// isLater reports whether a is of a later pod than b.
func isLater(a, b Cause) bool {
	return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.Pod, b.Pod)) > 0
}

func sortCauses(all []Cause) {
	slices.SortStableFunc(all, func(a, b Cause) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(b.Pods, a.Pods), cmp.Compare(a.Reason, b.Reason),
			cmp.Compare(a.Container, b.Container), cmp.Compare(a.Message, b.Message))
	})
}

// class is the reason of a cause, or that of the group to which it belongs: a kubelet that
// cannot pull an image says two things in turn.
func (c Cause) class() string {
	if pulls[c.Reason] {
		return "ErrImagePull"
	}
	return c.Reason
}

// oneLine makes a single line of a message.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// withoutNumbers returns the words of a message that are the same as the state of the
// cluster goes on.
func withoutNumbers(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, text)
}
