package screen

import (
	"cmp"
	"slices"
	"strings"

	"depctl.dev/cli/listing"
	"depctl.dev/cli/reference"
	"depctl.dev/gate"
)

// line is a row of the table, or several that say the same.
type line struct {
	key  string
	rows []listing.Row
}

// fewestFolded is how many equal rows are shown as one.
const fewestFolded = 4

// urgency is the order of the states: what wants a person and what goes on comes first.
var urgency = []gate.State{
	gate.StateFailed, gate.StateInvalid, gate.StateBlocked, gate.StateRunning, gate.StatePending, gate.StateHeld,
	gate.StateSuspended, gate.StateWaiting, gate.StateSkipped, gate.StateSucceeded,
}

// arrange orders rows, leaves out those that do not match, and folds siblings that are equal
// but for a number in their names, unless their key is unfolded.
func arrange(rows []listing.Row, filter string, unfolded map[string]bool) []line {
	var kept []listing.Row
	for _, r := range rows {
		if matches(r, filter) {
			kept = append(kept, r)
		}
	}
	rank := map[gate.State]int{}
	for i, state := range urgency {
		rank[state] = i
	}
	slices.SortStableFunc(kept, func(a, b listing.Row) int { return cmp.Compare(rank[a.State], rank[b.State]) })
	groups, sizes := make([]string, len(kept)), map[string]int{}
	for i, r := range kept {
		groups[i] = siblings(r)
		sizes[groups[i]]++
	}
	var lines []line
	at := map[string]int{}
	for i, r := range kept {
		key := groups[i]
		if sizes[key] < fewestFolded || unfolded[key] || unfolded[all] {
			lines = append(lines, line{"", []listing.Row{r}})
			if sizes[key] >= fewestFolded {
				lines[len(lines)-1].key = key // so that it can be folded again
			}
			continue
		}
		if n, there := at[key]; there {
			lines[n].rows = append(lines[n].rows, r)
			continue
		}
		at[key] = len(lines)
		lines = append(lines, line{key, []listing.Row{r}})
	}
	return lines
}

// all is the key that unfolds everything.
const all = "*"

// siblings is the same for rows that say the same.
func siblings(r listing.Row) string {
	name := reference.WithoutNumbers(r.Job.Name)
	if name == r.Job.Name {
		return r.Ref.String() // it has no number
	}
	parts := []string{r.Ref.Kind, r.Job.Namespace, name, string(r.State)}
	for _, text := range r.WaitsFor {
		parts = append(parts, reference.WithoutNumbers(text))
	}
	return strings.Join(parts, "\n")
}

// matches reports whether all words of a filter are in the name, the namespace, the run or the
// state of a row.
func matches(r listing.Row, filter string) bool {
	text := strings.ToLower(strings.Join([]string{r.Ref.Kind, r.Job.Namespace + "/" + r.Job.Name, r.Ref.Run, string(r.State)}, " "))
	for word := range strings.FieldsSeq(strings.ToLower(filter)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}
