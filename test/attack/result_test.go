package attack

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// result is what came of one attack.
type result struct {
	name, invariant string
	figures, broken []string
	unmade          bool
}

var results []*result

// figure notes something that was measured.
func (r *result) figure(format string, args ...any) {
	r.figures = append(r.figures, fmt.Sprintf(format, args...))
}

// table prints the results, a line for each.
func table(results []*result) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "attack\t\tinvariant\tfigures")
	for _, r := range results {
		verdict := "ok"
		switch {
		case len(r.broken) > 0:
			verdict = "BROKEN"
		case r.unmade:
			verdict = "NOT MADE" // the attack itself failed, and says nothing
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.name, verdict, r.invariant, strings.Join(r.figures, "; "))
	}
	_ = w.Flush()
	return b.String()
}
