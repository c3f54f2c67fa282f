package lang

import "time"

// Expr is a parsed expression. It is immutable and safe for concurrent use.
type Expr struct {
	root     Node   // nil in a compact one
	list     string // the text of a plain list of names; else empty
	elements bool   // some requirement is per element
}

func newExpr(root Node) *Expr {
	return &Expr{root: root, elements: mentionsElement(root)}
}

// Root returns the tree of e. The caller must not change it.
func (e *Expr) Root() Node { return e.tree() }

func (e *Expr) tree() Node {
	if e.root == nil {
		return treeOfNames(e.list)
	}
	return e.root
}

// Compact returns e in little memory, for callers that keep very many. Of a plain list of
// names it keeps the text that was parsed, and reads it again (0.15 µs a name)
// whenever its tree is needed. It returns e itself if it is anything else.
func (e *Expr) Compact() *Expr {
	if e == nil || e.list == "" {
		return e
	}
	return &Expr{list: e.list}
}

// Node is a part of an expression: *All, *Any, *Not or *Check.
type Node interface {
	// Span returns where the text says it.
	Span() Span
	// String returns its canonical text.
	String() string
	node()
}

// All is true when all its terms are. It has at least two, none of them an All.
type All struct {
	Terms []Node
	span  Span
}

// Any is true when one of its terms is. It has at least two, none of them an Any.
type Any struct {
	Terms []Node
	span  Span
}

// Not swaps true and false.
type Not struct {
	Term Node
	span Span
}

// Check asks for the status of one object or of a set of them, or for a time.
type Check struct {
	Status Status
	// Targets has at least one, and none for StatusTime.
	Targets []Target
	// Reasons are the alternatives of reason=, for StatusFailed.
	Reasons []string
	// Codes are the alternatives of code=, for StatusFailed.
	Codes []CodeRange
	// Results are the alternatives of result=, for StatusSucceeded.
	Results []string
	// Condition is condition=, for StatusReady: the condition that must be True.
	Condition string
	// Before is made=before: only what was created before the annotated Job.
	Before bool
	// Compare is nil where all must satisfy the status.
	Compare *Comparison
	// Delay is how long the check must have been true; 0 is not at all.
	Delay time.Duration
	// At is the time of StatusTime.
	At   time.Time
	span Span
}

// CodeRange is a range of exit codes, both ends included.
type CodeRange struct {
	Low  int32 `json:"low"`
	High int32 `json:"high"`
}

// Target is what a check asks about.
type Target struct {
	// Ref names an object, or a set if its Name is a glob or a selector. It is
	// empty for the annotated Job's own elements.
	Ref Ref
	// Self is self[...]: the annotated Job's own elements.
	Self bool
	// WholeRun is "run": the steps of a run together, but those that themselves ask this
	// of a run. Ref is the set of all its steps.
	WholeRun bool
	// Elements is nil for the object itself.
	Elements *Elements
	// Span is where the text says it.
	Span Span
}

// Span returns where the text says it.
func (a *All) Span() Span { return a.span }

// Span returns where the text says it.
func (a *Any) Span() Span { return a.span }

// Span returns where the text says it.
func (n *Not) Span() Span { return n.span }

// Span returns where the text says it.
func (c *Check) Span() Span { return c.span }

func (*All) node()   {}
func (*Any) node()   {}
func (*Not) node()   {}
func (*Check) node() {}

// isSet reports whether the check asks about a set, not about a single object or
// element. A CronJob may have several times in the period that is meant.
func (c *Check) isSet() bool {
	if len(c.Targets) > 1 || c.Before {
		return true
	}
	return len(c.Targets) == 1 && c.Targets[0].isSet(c.Status)
}

func (t *Target) isSet(asked Status) bool {
	switch {
	case t.WholeRun:
		return false
	case t.Ref.Kind == KindCronJob && asked != StatusAbsent, t.Ref.IsSet():
		return true
	}
	return t.Elements != nil && !t.Elements.single()
}

// ofOneCronJob reports whether the check asks about the runs of one CronJob, or about an
// element of each. How many those are is known only where it is asked.
func (c *Check) ofOneCronJob() bool {
	if len(c.Targets) != 1 || c.Status == StatusAbsent {
		return false
	}
	t := &c.Targets[0]
	return t.Ref.Kind == KindCronJob && (t.Elements == nil || t.Elements.single())
}

// isOpen reports whether the set may get another member at any time.
func (c *Check) isOpen() bool {
	if c.Before {
		return false
	}
	for i := range c.Targets {
		if t := &c.Targets[i]; t.Ref.IsSet() && !t.WholeRun {
			return true
		}
	}
	return false
}

// mentionsElement reports whether n speaks of the annotated Job's own index.
func mentionsElement(n Node) bool {
	switch n := n.(type) {
	case *All:
		return anyMentions(n.Terms)
	case *Any:
		return anyMentions(n.Terms)
	case *Not:
		return mentionsElement(n.Term)
	case *Check:
		for i := range n.Targets {
			if t := &n.Targets[i]; t.Self || t.Elements != nil && t.Elements.linear() {
				return true
			}
		}
	}
	return false
}

func anyMentions(terms []Node) bool {
	for _, t := range terms {
		if mentionsElement(t) {
			return true
		}
	}
	return false
}
