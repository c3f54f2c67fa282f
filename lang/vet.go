package lang

import (
	"fmt"
	"slices"
	"strings"
)

// Context is what Vet may know about the place of an expression. All of it is
// optional.
type Context struct {
	// Subject is the annotated Job; nil if it is not known.
	Subject *Subject
	// World answers for the objects that are known; nil if none are.
	World World
	// Kinds are those that can be looked up; empty if that is not known.
	Kinds []string
}

// Vet returns what is doubtful about e, in the order of the text: warnings, and
// errors for what can never be right for this Job (self-reference, not-indexed).
func (e *Expr) Vet(c Context) []Diagnostic {
	v := vetting{Context: c, found: &report{}}
	if e.elements && c.Subject != nil && c.Subject.Object != nil && c.Subject.Object.Array == nil {
		v.notIndexed(e)
	}
	v.selfCycle(e)
	for _, check := range e.Checks() {
		v.check(check)
	}
	v.repeated(e.tree())
	v.found.trim()
	return v.found.list
}

type vetting struct {
	Context
	found *report
}

func (v *vetting) warn(code Code, span Span, hint, format string, args ...any) {
	v.found.addSeverity(Warning, code, span, hint, format, args...)
}

func (v *vetting) notIndexed(e *Expr) {
	for _, c := range e.Checks() {
		for i := range c.Targets {
			if t := &c.Targets[i]; t.Self || t.Elements != nil && t.Elements.linear() {
				v.found.add(NotIndexed, t.Span, `set completionMode: Indexed, or name elements by number`, "this Job is not Indexed and has no index i")
				return
			}
		}
	}
}

// selfCycle looks for elements that wait for one another. From a small array one
// may learn what is wrong with the text where the size is not known.
func (v *vetting) selfCycle(e *Expr) {
	size := int64(3)
	if v.Subject != nil && v.Subject.Object != nil {
		if v.Subject.Object.Array == nil {
			return
		}
		size = v.Subject.Object.Array.Size
	}
	if !e.elements || size > maxOwnSize {
		return
	}
	if cycle, span := e.selfCycle(size); len(cycle) > 0 {
		v.found.add(SelfCycle, span, "let them wait in one direction, as in self[i-1]", "%s", sayCycle(cycle))
	}
}

func (v *vetting) check(c *Check) {
	for i := range c.Targets {
		v.target(c, &c.Targets[i])
	}
	if c.isOpen() && c.Compare == nil {
		counted := *c
		counted.Delay, counted.Compare = 0, &Comparison{Op: AtLeast, Number: 5}
		v.warn(OpenSet, c.span, "give it a number: "+counted.String(), "more that match may be applied later, this is true of those that are there")
	}
}

func (v *vetting) target(c *Check, t *Target) {
	if t.Self {
		return
	}
	ref := t.Ref
	base, suffix, _ := cutLast(ref.Name, ".")
	switch status := statusNamed(suffix); {
	case !ref.IsSet() && base != "" && status != "":
		base = (&Target{Ref: Ref{Kind: ref.Kind, Namespace: ref.Namespace, Name: base}}).String()
		v.warn(StatusSuffix, t.Span, "write "+asCheck(status, base)+" if its status is meant", "%s is a name that ends in a status", quote(ref.Name))
	case ref.Kind == KindJob && slices.Contains(v.knownKinds(), ref.Namespace):
		v.warn(KindAsNamespace, t.Span, "write "+strings.TrimPrefix((&Target{Ref: Ref{Kind: ref.Namespace, Name: ref.Name}}).String(), "job:")+" if a kind is meant",
			"%s is the namespace here, not the kind", quote(ref.Namespace))
	}
	if kinds := v.Kinds; len(kinds) > 0 && !slices.Contains(kinds, ref.Kind) {
		hint := "known are " + strings.Join(kinds, ", ")
		if near := Nearest(ref.Kind, kinds); near != "" {
			hint = "did you mean " + quote(near) + "?"
		}
		v.warn(UnknownKind, t.Span, hint, "unknown kind %s", quote(ref.Kind))
	}
	if v.Subject == nil {
		return
	}
	ref = ref.Resolve(v.Subject.Ref.Namespace)
	if ref == v.Subject.Ref && !c.Before {
		hint := ""
		if t.Elements != nil {
			hint = "write self" + t.Elements.String()
		}
		v.found.add(SelfReference, t.Span, hint, "a Job cannot wait for itself")
		return
	}
	if v.World != nil && !ref.IsSet() {
		v.array(c, t, v.World.Object(ref))
	}
}

// array warns about elements that the array does not have, and about counting
// on elements of an array that ends with its first failure.
func (v *vetting) array(c *Check, t *Target, o *Object) {
	if o == nil || t.Elements == nil || o.Problem != nil {
		return
	}
	if o.Array == nil {
		v.warn(NoSuchElement, t.Span, "name the Job without brackets", "%s is not an Indexed Job and has no elements", quote(t.Ref.Name))
		return
	}
	for i := range t.Elements.Ranges {
		r := &t.Elements.Ranges[i]
		if low, high := r.at(0); !r.linear() && max(low, high) >= o.Array.Size {
			v.warn(NoSuchElement, t.Span, fmt.Sprintf("its last is %d", o.Array.Size-1), "%s has no element %d", quote(t.Ref.Name), max(low, high))
			return
		}
	}
	percent := c.Compare != nil && c.Compare.Percent
	if !o.Array.PerIndex && t.Elements.All && (percent || c.Status == StatusFailed) {
		v.warn(WholeArrayFails, t.Span, "give it a backoffLimitPerIndex", "the first failure of %s ends it, and all that have not completed count as failed", quote(t.Ref.Name))
	}
}

func (v *vetting) knownKinds() []string {
	return append([]string{KindJob, "cronjob", "pod", "deployment", "service"}, v.Kinds...)
}

// repeated warns about terms that stand twice beside each other, and beside
// their opposite.
func (v *vetting) repeated(n Node) {
	var terms []Node
	all := false
	switch n := n.(type) {
	case *All:
		terms, all = n.Terms, true
	case *Any:
		terms = n.Terms
	case *Not:
		v.repeated(n.Term)
	}
	seen := make(map[string]Node, len(terms))
	for _, t := range terms {
		v.repeated(t)
		text := t.String()
		if _, twice := seen[text]; twice {
			v.warn(Duplicate, t.Span(), "delete one of them", "%s stands here twice", quote(text))
			continue
		}
		seen[text] = t
	}
	for _, t := range terms {
		opposite, ok := t.(*Not)
		if !ok {
			continue
		}
		if _, both := seen[opposite.Term.String()]; both && all {
			v.warn(Contradiction, t.Span(), "", "%s and its opposite are never true together", quote(opposite.Term.String()))
		} else if both {
			v.warn(Contradiction, t.Span(), "write finished(...) if the end is meant, whatever it is", "%s or its opposite is true of all that finish", quote(opposite.Term.String()))
		}
	}
}
