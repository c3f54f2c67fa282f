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
	// unmet are the prerequisites that the Job still waits for: those that
	// cannot come true as things stand, then the others, each in the order
	// of its expression.
	unmet []lang.Ref
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
		requirements := w.requirements(ref)
		m.nodes = append(m.nodes, newNode(w, ref, requirements))
		for _, r := range requirements {
			m.edges = append(m.edges, edge{from: r.ref, to: ref, check: r.check, value: r.value})
		}
	}
	return m
}

func newNode(w *world, ref lang.Ref, requirements []requirement) node {
	job, exists := w.jobs[ref]
	if why, ok := w.unreadable[ref]; ok && !exists {
		return node{ref: ref, state: stateUnknown, message: why}
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
		finished:  job.Finished,
		dependsOn: job.DependsOn,
		message:   decision.Message,
		remark:    remark(decision),
	}
	if decision.Action == gate.Waiting {
		n.unmet = unmet(requirements)
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

func unmet(requirements []requirement) []lang.Ref {
	var never, undecided []lang.Ref
	for _, r := range requirements {
		switch r.value {
		case lang.False:
			never = append(never, r.ref)
		case lang.Unknown:
			undecided = append(undecided, r.ref)
		}
	}
	return append(never, undecided...)
}
