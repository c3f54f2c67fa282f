package cli

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// linting is everything that is linted together, and what is known around it.
type linting struct {
	manifests []*manifest
	workloads map[*manifest][]*workload
	broken    map[*manifest][]syntaxError
	// world has the Jobs of the files, and of the cluster where it was asked.
	world *snapshot.World
	// jobs are those of the world that come from files.
	jobs map[lang.Ref]*workload
	// dependents are those that name a Job, one of CronJobs too, which are not
	// in the graph.
	dependents map[lang.Ref][]*workload
	// spaces are the namespaces of the files.
	spaces map[string]*lintSpace
	// inCluster reports whether the world has the cluster's Jobs too, and access
	// what Jobs may look at there; nil if nobody asked.
	inCluster bool
	access    gate.Access
	rules     []lintRule
	// suggested counts the names for which near ones were looked up.
	suggested int
}

// lintSpace is what the files say of a namespace.
type lintSpace struct {
	// names are those of its Jobs, and made begin those of Jobs that get theirs
	// when they are made.
	names, made []string
	// closed reports whether some Job of the files waits for one in here that
	// is among them too: then the files seem to have all that belongs together.
	closed bool
	// annotated reports whether a Job in here waits.
	annotated bool
	// crons are its CronJobs, and pods how many pods its quotas allow; 0 if none
	// says.
	crons []*workload
	pods  int64
}

// newLinting looks at the files together. namespace is that of objects that
// name none.
func newLinting(manifests []*manifest, namespace string) *linting {
	l := &linting{
		manifests: manifests, workloads: map[*manifest][]*workload{}, broken: map[*manifest][]syntaxError{},
		world: snapshot.NewWorld(time.Time{}), jobs: map[lang.Ref]*workload{}, dependents: map[lang.Ref][]*workload{},
		spaces: map[string]*lintSpace{}, rules: lintRules(),
	}
	for _, m := range manifests {
		l.workloads[m], l.broken[m] = m.workloads(namespace)
		for _, w := range l.workloads[m] {
			l.add(w)
		}
	}
	for _, w := range l.jobs {
		l.enter(w)
	}
	for _, space := range l.spaces {
		slices.Sort(space.names)
	}
	for w := range l.each {
		l.name(w)
	}
	l.world.Graph.Settle()
	return l
}

// each visits all workloads.
func (l *linting) each(visit func(*workload) bool) {
	for _, m := range l.manifests {
		for _, w := range l.workloads[m] {
			if !visit(w) {
				return
			}
		}
	}
}

func (l *linting) space(namespace string) *lintSpace {
	if l.spaces[namespace] == nil {
		l.spaces[namespace] = &lintSpace{}
	}
	return l.spaces[namespace]
}

// add notes a workload. Of several Jobs with the same name the last counts, but
// none that is only laid over another.
func (l *linting) add(w *workload) {
	if pods := w.quota(); pods > 0 {
		if space := l.space(w.namespace); space.pods == 0 || pods < space.pods {
			space.pods = pods
		}
	}
	if w.job == nil {
		return
	}
	space := l.space(w.namespace)
	if w.kind == "CronJob" {
		space.crons = append(space.crons, w)
	}
	space.annotated = space.annotated || w.isAnnotated()
	ref := w.ref()
	switch before := l.jobs[ref]; {
	case ref.Name == "" && w.kind == "CronJob":
		space.made = append(space.made, w.name+"-")
	case ref.Name == "":
		space.made = append(space.made, w.name)
	case before == nil:
		space.names = append(space.names, ref.Name)
		l.jobs[ref] = w
	case before.isPatch() || !w.isPatch():
		l.jobs[ref] = w
	}
}

// enter puts a Job of the files into the world. A text that YAML took away says
// nothing.
func (l *linting) enter(w *workload) {
	facts := w.facts
	if w.source == nil {
		facts.Annotated = false
	}
	l.world.Add(facts)
}

// name notes whom a workload waits for.
func (l *linting) name(w *workload) {
	if w.expr == nil {
		return
	}
	for _, edge := range w.expr.Edges() {
		ref := edge.Ref.Resolve(w.namespace)
		if ref.IsSet() || ref == w.ref() {
			continue
		}
		if others := l.dependents[ref]; len(others) == 0 || others[len(others)-1] != w {
			l.dependents[ref] = append(others, w)
		}
		if l.jobs[ref] != nil {
			l.space(ref.Namespace).closed = true
		}
	}
}

// isMade reports whether a Job of this name may be one that gets its name when it
// is made: by a CronJob, or by generateName.
func (s *lintSpace) isMade(name string) bool {
	return slices.ContainsFunc(s.made, func(begin string) bool { return strings.HasPrefix(name, begin) })
}

// isCronJob reports whether a CronJob of the namespace has this name.
func (s *lintSpace) isCronJob(name string) bool {
	return slices.ContainsFunc(s.crons, func(w *workload) bool { return w.name == name })
}

// seenBy returns the world of a workload's expression.
func (l *linting) seenBy(w *workload) gate.World {
	return gate.World{Graph: l.world.Graph, Self: w.ref(), Access: gate.Open{}}
}

// findings returns what is wrong in a file, in the order of the file.
func (l *linting) findings(m *manifest) []finding {
	var found []finding
	for _, w := range l.workloads[m] {
		if w.isOver() {
			continue
		}
		of := finding{manifest: m, document: w.document.number, kind: w.kind, namespace: w.namespace, name: w.name}
		for _, diagnostic := range l.diagnose(w) {
			of.Diagnostic = diagnostic
			found = append(found, of)
		}
	}
	for _, failure := range l.broken[m] {
		found = append(found, finding{manifest: m, document: failure.document, Diagnostic: lang.Diagnostic{
			Severity: lang.Error, Code: yamlSyntax, Message: failure.message, Hint: failure.hint,
			Span: lang.Span{Start: failure.offset, End: failure.offset},
		}})
	}
	slices.SortStableFunc(found, byPlace)
	return found
}

// diagnose returns what the language and the rules find in a workload, but what
// it asks to leave out.
func (l *linting) diagnose(w *workload) []lang.Diagnostic {
	var found []lang.Diagnostic
	if w.isAnnotated() {
		found = w.diagnose(l.seenBy(w))
	}
	for _, rule := range l.rules {
		if w.live && slices.Contains(manifestCodes, rule.code) {
			continue
		}
		for _, mistake := range rule.find(l, w) {
			found = append(found, lang.Diagnostic{
				Severity: rule.severity, Code: rule.code, Span: mistake.at, Message: mistake.message, Hint: mistake.hint,
			})
		}
	}
	if ignored := ignoredBy(w); len(ignored) > 0 {
		found = slices.DeleteFunc(found, func(d lang.Diagnostic) bool { return d.Code != unknownCode && slices.Contains(ignored, string(d.Code)) })
	}
	slices.SortStableFunc(found, func(a, b lang.Diagnostic) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	return found
}
