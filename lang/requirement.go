package lang

// requirements returns the terms that must all be true.
func (e *Expr) requirements() []Node {
	if a, ok := e.tree().(*All); ok {
		return a.Terms
	}
	return []Node{e.tree()}
}

// Requirement is a term of the top-level all-of.
type Requirement struct {
	Node Node
	// PerElement says that it mentions i or self[...] and gates single
	// elements; every other gates the Job.
	PerElement bool
}

// Requirements returns the terms of e that must all be true, in the order of
// the text.
func (e *Expr) Requirements() []Requirement {
	terms := e.requirements()
	list := make([]Requirement, len(terms))
	for i, t := range terms {
		list[i] = Requirement{Node: t, PerElement: e.elements && mentionsElement(t)}
	}
	return list
}

// Names returns the references of e if it is nothing but names that must all
// have succeeded, in the order of the text and with repetitions, and nil
// otherwise. Namespaces are not filled in.
func (e *Expr) Names() []Ref {
	terms := e.requirements()
	refs := make([]Ref, 0, len(terms))
	for _, t := range terms {
		c, ok := t.(*Check)
		if !ok || c.Status != StatusSucceeded || c.Delay > 0 || c.Compare != nil || c.Before || len(c.Targets) != 1 ||
			len(c.Results) > 0 || c.Targets[0].Elements != nil || c.Targets[0].isSet(c.Status) || c.Targets[0].WholeRun {
			return nil
		}
		refs = append(refs, c.Targets[0].Ref)
	}
	return refs
}

// Checks returns all checks of e in the order of the text.
func (e *Expr) Checks() []*Check { return appendChecks(nil, e.tree()) }

func appendChecks(list []*Check, n Node) []*Check {
	switch n := n.(type) {
	case *All:
		for _, t := range n.Terms {
			list = appendChecks(list, t)
		}
	case *Any:
		for _, t := range n.Terms {
			list = appendChecks(list, t)
		}
	case *Not:
		return appendChecks(list, n.Term)
	case *Check:
		return append(list, n)
	}
	return list
}

// Edge is one way in which an expression names an object or a set.
type Edge struct {
	// Ref is as written: an empty namespace is that of the annotated Job.
	Ref Ref
	// Span is where the text names it.
	Span Span
	// WholeRun says that the steps of a run are asked about together: Ref is the set of
	// them.
	WholeRun bool
	// ExitCode says that the answer depends on an exit code, and Result that it depends on
	// a result.
	ExitCode, Result bool
	// PerElement says that it depends on the index of the annotated Job.
	PerElement bool

	check  *Check
	target int
}

// Check returns what is asked, about this target alone, as in "failed(tune)".
func (e Edge) Check() string {
	one := *e.check
	one.Targets, one.Compare, one.Delay = e.check.Targets[e.target:e.target+1:e.target+1], nil, 0
	return one.String()
}

// Edges returns the objects and sets that e names, in the order of the text and
// with repetitions, but not the annotated Job's own self[...].
func (e *Expr) Edges() []Edge {
	var list []Edge
	for _, r := range e.Requirements() {
		for _, c := range appendChecks(nil, r.Node) {
			for i := range c.Targets {
				if t := &c.Targets[i]; !t.Self {
					list = append(list, Edge{
						Ref: t.Ref, Span: t.Span, WholeRun: t.WholeRun, ExitCode: len(c.Codes) > 0, Result: len(c.Results) > 0,
						PerElement: r.PerElement, check: c, target: i,
					})
				}
			}
		}
	}
	return list
}

// AsksExitCode reports whether e depends on the exit code of the object that ref
// names, as Resolve returns it. by is the annotated Job. A selector in the namespace
// counts, as labels are not known here, and so does every time of a CronJob. Exit codes
// of the annotated Job's own elements are not meant.
func (e *Expr) AsksExitCode(ref, by Ref) bool {
	return e.asks(ref, by, func(c *Check) bool { return len(c.Codes) > 0 })
}

// AsksResult is AsksExitCode for the result of the object.
func (e *Expr) AsksResult(ref, by Ref) bool {
	return e.asks(ref, by, func(c *Check) bool { return len(c.Results) > 0 })
}

// asks reports whether a check of this kind is about the object that ref names.
func (e *Expr) asks(ref, by Ref, kind func(*Check) bool) bool {
	for _, c := range e.Checks() {
		if !kind(c) {
			continue
		}
		for i := range c.Targets {
			if r := c.Targets[i].Ref.Resolve(by); r.Object() == ref.Object() || r.MayContain(ref) {
				return true
			}
		}
	}
	return false
}

// MayContain reports whether r names a set that may have an object whose labels are not known.
func (r Ref) MayContain(o Ref) bool {
	return r.IsSet() && r.Kind == o.Kind && r.Namespace == o.Namespace && r.Run == o.Run && (r.Name[0] == '{' || matchGlob(r.Name, o.Name))
}
