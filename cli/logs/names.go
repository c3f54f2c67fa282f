package logs

import (
	"fmt"
	"strconv"

	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// palette has the colours of Jobs, by their order: codes of ANSI, without red, which is
// for failures, and without black and white, of which one is the background.
var palette = []string{"36", "33", "32", "35", "34", "96", "93", "92", "95", "94"}

// names are what Jobs and their pods are called before lines.
type names struct {
	// namespace is the one that is not written, and steps has Jobs called by their steps.
	namespace     string
	steps, colour bool
	colours       map[types.UID]string
	// tries has the pods of a Job and an element, by number.
	tries map[try]map[types.UID]int
}

type try struct {
	job   types.UID
	index int64
}

func newNames(namespace string, steps, colour bool) *names {
	return &names{namespace: namespace, steps: steps, colour: colour, colours: map[types.UID]string{}, tries: map[try]map[types.UID]int{}}
}

// job returns what a Job is called, or its step.
func (n *names) job(job gate.Job) string {
	ref := job.Identity()
	if n.steps {
		ref = job.Step()
	}
	return n.ref(ref)
}

func (n *names) ref(ref lang.Ref) string {
	if ref.Namespace == n.namespace {
		return ref.Name
	}
	return ref.Namespace + "/" + ref.Name
}

// pod returns what a pod is called: as expressions call an element, and with its number
// from the second on.
func (n *names) pod(job gate.Job, p *pod) string {
	name := n.job(job)
	if p.index >= 0 {
		name += "[" + strconv.FormatInt(p.index, 10) + "]"
	}
	if number := n.number(p); number > 1 {
		name = fmt.Sprintf("%s#%d", name, number)
	}
	return name
}

// number returns which pod of its Job and element it is. The first that is asked about is
// the first.
func (n *names) number(p *pod) int {
	of := try{p.job, p.index}
	if n.tries[of] == nil {
		n.tries[of] = map[types.UID]int{}
	}
	number, known := n.tries[of][p.uid]
	if !known {
		number = len(n.tries[of]) + 1
		n.tries[of][p.uid] = number
	}
	return number
}

// prefix returns what stands before the lines of a container, in the colour of its Job.
func (n *names) prefix(job gate.Job, p *pod, container string) string {
	name := n.pod(job, p)
	if container != "" {
		name += "/" + container
	}
	name = picture.OneLine(name)
	if !n.colour {
		return name + " | "
	}
	if n.colours[job.UID] == "" {
		n.colours[job.UID] = palette[len(n.colours)%len(palette)]
	}
	return picture.Paint(name+" |", n.colours[job.UID]) + " "
}
