package lang

import (
	"fmt"
	"slices"
	"strings"

	"depctl.dev/lang/kind"
)

// Context is what Vet may know about the place of an expression. All of it is
// optional.
type Context struct {
	// Subject is the annotated Job; nil if it is not known.
	Subject *Subject
	// World answers for the objects that are known; nil if none are.
	World World
	// Kinds are those of package kind that the cluster has; empty if that is not known.
	Kinds []string
}

// Vet returns what is doubtful about e, in the order of the text: warnings, and
// errors for what can never be right for this Job (self-reference, not-indexed, no-run,
// an unknown kind that it cannot do without).
func (e *Expr) Vet(c Context) []Diagnostic {
	v := vetting{Context: c, found: &report{}}
	if e.elements && c.Subject != nil && c.Subject.Object != nil && c.Subject.Object.Array == nil {
		v.notIndexed(e)
	}
	v.selfCycle(e)
	v.stuck = v.isStuck(e.tree())
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
	// stuck says that the expression never comes true as it needs a kind that
	// nobody looks up.
	stuck bool
}

func (v *vetting) warn(code Code, span Span, hint, format string, args ...any) {
	v.found.addSeverity(Warning, code, span, hint, nil, format, args...)
}

func (v *vetting) suggest(code Code, span Span, text, hint, format string, args ...any) {
	v.found.addSeverity(Warning, code, span, hint, []Fix{{span, text}}, format, args...)
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
		counted.Compare = &Comparison{Op: AtLeast, Number: 5}
		v.suggest(OpenSet, c.span, counted.String(), "give it a number: "+counted.String(), "more that match may be applied later, this is true of those that are there")
	}
}

func (v *vetting) target(c *Check, t *Target) {
	switch {
	case t.Self:
		return
	case t.WholeRun:
		if v.Subject != nil && t.Ref.Resolve(v.Subject.Ref).Run == "" {
			v.found.add(NoRun, t.Span, `if a Job called run is meant, write "run" in quotes; otherwise make this Job with depctl run, which gives it a run, or name a run, as in: run@2026-11-29; in a CronJob name what it waits for, as in: cronjob:load`,
				"this Job belongs to no run")
		}
		return
	}
	ref := t.Ref
	base, suffix, _ := cutLast(ref.Name, ".")
	switch status := statusNamed(suffix); {
	case !ref.IsSet() && base != "" && status != "":
		meant := ref
		meant.Name = base
		text := (&Target{Ref: meant, Elements: t.Elements}).String()
		if t.Span == c.span { // it is not inside a status
			text = asCheck(status, text)
		}
		v.suggest(StatusSuffix, t.Span, text, "write "+text+" if its status is meant", "%s is a name that ends in a status", quote(ref.Name))
	case ref.Kind == KindJob && ref.Namespace == KindJob:
		text := (&Target{Ref: Ref{Kind: KindJob, Name: ref.Name, Run: ref.Run}, Elements: t.Elements}).String()
		v.suggest(KindAsNamespace, t.Span, text, "write "+text+" if a kind is meant", "%s is the namespace here, not the kind", quote(ref.Namespace))
	case ref.Kind == KindJob && ref.Namespace != "":
		// Short names and those of other projects are likely names of namespaces, too.
		if k, is := kind.Of(ref.Namespace); is && k.IsBuiltIn() && (k.Name == ref.Namespace || k.Resource == ref.Namespace) {
			v.kindAsNamespace(t, k.Name)
		}
	}
	if !v.knows(ref.Kind) {
		v.unknownKind(t)
	}
	if v.Subject == nil {
		return
	}
	ref = ref.Resolve(v.Subject.Ref)
	if ref == v.Subject.Ref && !c.Before {
		hint, fixes := "", []Fix(nil)
		if text := v.ownElements(t); text != "" {
			hint, fixes = "write "+text, []Fix{{t.Span, text}}
		}
		v.found.suggest(SelfReference, t.Span, hint, fixes, "a Job cannot wait for itself")
		return
	}
	if v.World != nil && !ref.IsSet() && ref.Kind != KindCronJob {
		v.array(c, t, v.World.Object(ref))
	}
}

// ownElements returns how a target that names the Job itself names its elements,
// empty if that would be a mistake too.
func (v *vetting) ownElements(t *Target) string {
	own := v.Subject.Object
	if t.Elements == nil || t.Elements.All || own != nil && own.Array == nil {
		return ""
	}
	text := "self" + t.Elements.String()
	if _, err := Parse(text); err != nil {
		return ""
	}
	return text
}

// knows reports whether objects of a kind can be looked up, as far as is known.
func (v *vetting) knows(name string) bool {
	k, is := kind.Of(name)
	return is && (len(v.Kinds) == 0 || !k.Listed() || slices.Contains(v.Kinds, name))
}

// kindAsNamespace reports kubectl's form of what is not a Job.
func (v *vetting) kindAsNamespace(t *Target, name string) {
	text := (&Target{Ref: Ref{Kind: name, Name: t.Ref.Name}, Elements: t.Elements}).String()
	v.suggest(KindAsNamespace, t.Span, text, "write "+text+" if a kind is meant", "%s is the namespace here, not the kind", quote(t.Ref.Namespace))
}

// unknownKind reports a kind that nobody looks up: an error if the expression
// cannot come true without it, as the Job is held forever.
func (v *vetting) unknownKind(t *Target) {
	severity, fixes := Warning, []Fix(nil)
	if v.stuck {
		severity = Error
	}
	if _, is := kind.Of(t.Ref.Kind); is {
		v.found.addSeverity(severity, UnknownKind, t.Span, "it has these: "+strings.Join(v.Kinds, ", "), nil, "this cluster has no kind %s", quote(t.Ref.Kind))
		return
	}
	hint := "depctl kinds lists them; one that is not among them is written with its API group, as in widget.example.com:" + clip(t.Ref.Name)
	if near := Nearest(t.Ref.Kind, kind.Words()); near != "" {
		ref := t.Ref
		ref.Kind = canonicalKind(near)
		if ref.Kind != KindCronJob {
			ref.Run = "" // an offset of something that is none
		}
		text := (&Target{Ref: ref, Elements: t.Elements}).String()
		hint, fixes = "did you mean "+quote(near)+"?", []Fix{{t.Span, text}}
	}
	v.found.addSeverity(severity, UnknownKind, t.Span, hint, fixes, "unknown kind %s: nobody looks it up", quote(t.Ref.Kind))
}

// isStuck reports whether n stays unknown because of kinds that nobody looks up.
func (v *vetting) isStuck(n Node) bool {
	switch n := n.(type) {
	case *Not:
		return v.isStuck(n.Term)
	case *All:
		return slices.ContainsFunc(n.Terms, v.isStuck)
	case *Any:
		return !slices.ContainsFunc(n.Terms, func(t Node) bool { return !v.isStuck(t) })
	case *Check:
		unknown := 0
		for i := range n.Targets {
			if t := &n.Targets[i]; !t.Self && !v.knows(t.Ref.Kind) {
				unknown++
			}
		}
		return unknown > 0 && (n.Compare == nil || unknown == len(n.Targets))
	}
	return false
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
