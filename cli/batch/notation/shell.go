package notation

import (
	"fmt"
	"strconv"
	"strings"
)

// indexVariable is set by the Job controller in every pod of an Indexed Job.
const indexVariable = "JOB_COMPLETION_INDEX"

// TaskVariable has the number of an element, whatever the system.
const TaskVariable = "DEPCTL_TASK_ID"

// Shell returns the commands that set TaskVariable to the number of the element,
// for any POSIX shell. The shortest way is taken: a line of arithmetic for each
// run, or a walk along all numbers.
func (n Numbering) Shell() string {
	if len(n) == 1 {
		return assign(n[0], 0)
	}
	chain := n.chain()
	if walk := n.walk(); len(walk) < len(chain) {
		return walk
	}
	return chain
}

// assign sets the variable in a run whose first element has this index.
func assign(r Run, index int) string {
	text := indexVariable
	if r.Step > 1 {
		text += " * " + strconv.Itoa(r.Step)
	}
	switch offset := r.First - index*r.Step; {
	case offset > 0:
		text += fmt.Sprintf(" + %d", offset)
	case offset < 0:
		text += fmt.Sprintf(" - %d", -offset)
	}
	return TaskVariable + "=$((" + text + "))"
}

func (n Numbering) chain() string {
	var b strings.Builder
	index := 0
	for i, r := range n {
		switch {
		case i == len(n)-1:
			b.WriteString("else ")
		default:
			if i > 0 {
				b.WriteString("el")
			}
			fmt.Fprintf(&b, "if [ \"$%s\" -lt %d ]; then ", indexVariable, index+r.size())
		}
		if r.size() == 1 {
			fmt.Fprintf(&b, "%s=%d\n", TaskVariable, r.First)
		} else {
			b.WriteString(assign(r, index) + "\n")
		}
		index += r.size()
	}
	b.WriteString("fi")
	return b.String()
}

func (n Numbering) walk() string {
	var b strings.Builder
	fmt.Fprintf(&b, "depctl_n=$%s\nfor %s in", indexVariable, TaskVariable)
	for _, number := range n.All() {
		fmt.Fprintf(&b, " %d", number)
	}
	b.WriteString("\ndo [ \"$depctl_n\" -gt 0 ] || break; depctl_n=$((depctl_n - 1)); done\nunset depctl_n")
	return b.String()
}
