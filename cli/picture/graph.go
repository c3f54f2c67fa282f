package picture

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"depctl.dev/cli/cause"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// StateUnknown is the state of an object that the user may not read, in addition
// to those of package gate.
const StateUnknown gate.State = "unknown"

// Graph is what is drawn.
type Graph struct {
	Nodes []Node
	Edges []Edge
	// Namespace is the one whose Jobs are named without it; empty means none.
	Namespace string
	// Run is the one whose steps are named without it; empty means none.
	Run string
	// Title stands above the drawing, if it is not empty.
	Title string
	// Cluster is how the one is called that the Jobs were read from; empty for manifests.
	Cluster string
	// Now is when the Jobs were read: ages count to it.
	Now time.Time
}

// Kind says what a node stands for.
type Kind string

// The kinds of nodes.
const (
	// Job is one Job, and Array one that is Indexed.
	Job   Kind = "job"
	Array Kind = "array"
	// Set is a glob or a selector, with the Jobs in it.
	Set Kind = "set"
	// WholeRun is a run as the language asks about it, with its steps.
	WholeRun Kind = "run"
	// CronJob is one with all its runs.
	CronJob Kind = "cronjob"
	// Missing is what somebody waits for and nobody has made, or that cannot be
	// looked up.
	Missing Kind = "missing"
	// Group stands for Jobs with the same neighbours, which were folded.
	Group Kind = "group"
	// Namespace stands for all Jobs of one.
	Namespace Kind = "namespace"
)

// Node is one object, or several that are shown as one.
type Node struct {
	// ID is what edges call it.
	ID   string
	Kind Kind
	Ref  lang.Ref
	// Name is that of a Job which Ref calls by its step.
	Name string
	// State is where it stands; empty for several.
	State gate.State
	UID   string
	// Created, Started and Finished are zero where that is not known.
	Created, Started, Finished time.Time
	DependsOn                  string
	Message                    string
	// Waits are the checks that keep it waiting, for people.
	Waits []string
	// Causes are why a Job that may run does not run, or why it has failed.
	Causes []cause.Cause
	// When is what it waits for where that is not merely the success of names.
	When string
	// Size is the number of elements of an array, or of steps of a run; Done and Failed
	// are those that have ended.
	Size, Done, Failed int64
	// Runs are the last ones of a CronJob, the latest last.
	Runs []Run
	// Counts has how many Jobs there are in which state, where it stands for
	// several, and Members their names.
	Counts  map[gate.State]int
	Members []string
	// Critical says that it is on the longest way that is left to go.
	Critical bool
	// Change is what a manifest would do to it.
	Change Change
}

// Run is one run of a CronJob: its scheduled time, and where it stands.
type Run struct {
	Time  string     `json:"time"`
	State gate.State `json:"state"`
}

// Change is how manifests differ from a cluster.
type Change string

// The changes.
const (
	Same    Change = ""
	Added   Change = "added"
	Removed Change = "removed"
	Changed Change = "changed"
)

// Edge leads from a prerequisite to the Job that waits for it, or from a member
// to its set.
type Edge struct {
	From, To string
	// Check is what is asked, as the annotation has it; empty for a member.
	Check string
	Value lang.Value
	// Runs are the scheduled times of the CronJob that are meant, where that is known.
	Runs []string
	// Plain says that Check only asks for success.
	Plain bool
	// OtherRun says that another run of the CronJob it leads from is meant than the one that waits for To:
	// it closes no cycle.
	OtherRun bool
	Member   bool
	Critical bool
	Change   Change
}

// Label returns how a node is called in the graph.
func (g *Graph) Label(n Node) string {
	switch n.Kind {
	case Namespace:
		return n.Ref.Namespace + "/"
	case WholeRun:
		return g.nameOfRun(n.Ref)
	}
	return g.name(n.Ref)
}

func (g *Graph) name(ref lang.Ref) string {
	return NameFrom(lang.Ref{Namespace: g.Namespace, Run: g.Run}, ref)
}

// isOne reports whether a node stands for one object.
func (n Node) isOne() bool {
	return n.Kind == Job || n.Kind == Array || n.Kind == CronJob || n.Kind == Missing
}

// Label returns what is written on an edge: what is asked if that is more than success, and of which
// scheduled times.
func (e Edge) Label() string {
	var parts []string
	if !e.Plain && e.Check != "" {
		parts = append(parts, e.Check)
	}
	if runs := e.runs(); runs != "" {
		parts = append(parts, runs)
	}
	return strings.Join(parts, ", ")
}

// runs says which scheduled times are meant, empty if that is not known.
func (e Edge) runs() string {
	switch n := len(e.Runs); n {
	case 0:
		return ""
	case 1:
		return "run of " + e.Runs[0]
	default:
		return fmt.Sprintf("%d runs, %s to %s", n, e.Runs[0], e.Runs[n-1])
	}
}

// lastRun returns the latest scheduled time that is meant, empty if none is known.
func (e Edge) lastRun() string {
	if n := len(e.Runs); n > 0 {
		return e.Runs[n-1]
	}
	return ""
}

// same reports whether two edges say the same.
func (e Edge) same(o Edge) bool {
	return e.From == o.From && e.To == o.To && e.Check == o.Check && e.Value == o.Value && e.Plain == o.Plain &&
		e.OtherRun == o.OtherRun && e.Member == o.Member && e.Critical == o.Critical && e.Change == o.Change && slices.Equal(e.Runs, o.Runs)
}

// total returns how many Jobs a node stands for.
func (n Node) total() int {
	if n.isOne() {
		return 1
	}
	total := 0
	for _, count := range n.Counts {
		total += count
	}
	return total
}

// states returns how many Jobs there are in which state.
func (n Node) states() map[gate.State]int {
	if n.State != "" && n.Kind != WholeRun {
		return map[gate.State]int{n.State: 1}
	}
	return n.Counts
}

// sorted returns the graph with its nodes and edges in order, and of several
// edges between the same two one for each check, so that the same graph gives the same bytes.
func (g *Graph) sorted() *Graph {
	s := *g
	s.Nodes = slices.Clone(g.Nodes)
	slices.SortFunc(s.Nodes, func(a, b Node) int { return cmp.Or(a.Ref.Compare(b.Ref), cmp.Compare(a.ID, b.ID)) })
	s.Edges = slices.Clone(g.Edges)
	slices.SortFunc(s.Edges, func(a, b Edge) int {
		return cmp.Or(cmp.Compare(a.To, b.To), cmp.Compare(a.From, b.From), cmp.Compare(a.Check, b.Check),
			cmp.Compare(a.Value, b.Value), cmp.Compare(a.Change, b.Change))
	})
	there := s.index()
	s.Edges = slices.CompactFunc(s.Edges, Edge.same)
	s.Edges = slices.DeleteFunc(s.Edges, func(e Edge) bool {
		_, from := there[e.From]
		_, to := there[e.To]
		return !from || !to // an edge to what is not shown is not shown either
	})
	return &s
}
