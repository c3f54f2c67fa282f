package cli

import (
	"time"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// stateUnknown is the state of an object that the user may not read, in
// addition to those of package gate.
const stateUnknown gate.State = "unknown"

// model is what is drawn: nodes and edges, all sorted, and what is to be said
// about them.
type model struct {
	nodes []node
	edges []edge
	// hidden counts the Jobs that were left out because they wait for nothing
	// and nothing waits for them.
	hidden int
}

// node is one object of a drawing.
type node struct {
	ref       lang.Ref
	state     gate.State
	uid       string
	created   time.Time
	finished  time.Time
	dependsOn string
	message   string
	// unmet are the checks that decide that the Job still waits.
	unmet []lang.Reason
	// remark is what keeps the Job waiting beside its prerequisites.
	remark string
}

// edge leads from a prerequisite to the Job that waits for it.
type edge struct {
	from, to lang.Ref
	check    string
	value    lang.Value
}

// selection says which Jobs to show.
type selection struct {
	// namespace limits them to a namespace and to what is waited for there;
	// empty means all.
	namespace string
	// unrelated includes Jobs without any dependency.
	unrelated bool
}

func newModel(w *world, s selection) *model {
	m := &model{}
	w.graph.Settle()
	refs := w.upstream(s.namespace)
	named := map[lang.Ref]bool{}
	for _, ref := range refs {
		for _, prerequisite := range w.graph.Prerequisites(ref) {
			named[prerequisite] = true
		}
	}
	for _, ref := range refs {
		if !s.unrelated && !named[ref] && !w.jobs[ref].Annotated {
			m.hidden++
			continue
		}
		m.nodes = append(m.nodes, newNode(w, ref))
		m.edges = append(m.edges, w.edges(ref)...)
	}
	return m
}

func newNode(w *world, ref lang.Ref) node {
	job, exists := w.jobs[ref]
	if why, ok := w.unreadable[ref]; ok && !exists {
		return node{ref: ref, state: stateUnknown, message: why}
	}
	if ref.Kind != lang.KindJob {
		return node{ref: ref, state: stateUnknown, message: "only Jobs are looked up"}
	}
	if !exists {
		return node{ref: ref, state: gate.StateMissing, message: "no Job of this name was found"}
	}
	decision := w.decide(ref)
	n := node{
		ref:       ref,
		state:     gate.StateOf(job, decision),
		uid:       string(job.UID),
		created:   job.Created,
		finished:  job.Object.Finished,
		dependsOn: job.DependsOn,
		message:   decision.Message,
		remark:    remark(decision),
	}
	if decision.Action == gate.Waiting {
		n.unmet = w.unmet(ref)
	}
	return n
}

// remark says what a Job waits for that is not a prerequisite, or why it does
// not wait though it is annotated.
func remark(d gate.Decision) string {
	switch {
	case d.Action == gate.Releasing:
		return "the gate (all met)"
	case d.Reason == gate.ReasonInvalidExpression:
		return "a valid expression"
	case d.Reason == gate.ReasonHeld:
		return oneLine(d.Message)
	case d.Action == gate.Ignoring && d.Message != "":
		return "nothing (" + oneLine(d.Message) + ")"
	}
	return ""
}
