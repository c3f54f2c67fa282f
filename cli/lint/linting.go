package lint

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// linting is everything that is linted together, and what is known around it.
type linting struct {
	manifests []*manifest.Manifest
	workloads map[*manifest.Manifest][]*manifest.Workload
	broken    map[*manifest.Manifest][]manifest.SyntaxError
	// world has the Jobs of the files, and of the cluster where it was asked.
	world *snapshot.World
	// jobs are those of the world that come from files.
	jobs map[lang.Ref]*manifest.Workload
	// dependents are those that name a Job, one of CronJobs too, which are not
	// in the graph.
	dependents map[lang.Ref][]*manifest.Workload
	// spaces are the namespaces of the files.
	spaces map[string]*lintSpace
	// inCluster reports whether the world has the cluster's Jobs too, and access
	// what Jobs may look at there; nil if nobody asked.
	inCluster bool
	access    gate.Access
	// hasKind reports whether the cluster has a kind of objects that is not one of Kubernetes
	// itself; nil if that is not known.
	hasKind func(kind.Kind) bool
	// noScheduler tells that the cluster has no depctl-scheduler, as far as that is known.
	noScheduler bool
	rules       []lintRule
	// run is the run of which all Jobs of the files are steps; empty if they are none.
	run string
	// circles has whom each CronJob waits for on a circle; nil until somebody asks.
	circles map[lang.Ref][]lang.Ref
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
	crons []*manifest.Workload
	pods  int64
}

// newLinting looks at the files together. namespace is that of objects that
// name none, and run that of which all Jobs are steps, if it is not empty.
func newLinting(manifests []*manifest.Manifest, namespace, run string) *linting {
	l := &linting{
		manifests: manifests, workloads: map[*manifest.Manifest][]*manifest.Workload{}, broken: map[*manifest.Manifest][]manifest.SyntaxError{},
		world: snapshot.NewWorld(time.Time{}), jobs: map[lang.Ref]*manifest.Workload{}, dependents: map[lang.Ref][]*manifest.Workload{},
		spaces: map[string]*lintSpace{}, rules: lintRules(), run: run,
	}
	for _, m := range manifests {
		l.workloads[m], l.broken[m] = m.Workloads(namespace)
		for _, w := range l.workloads[m] {
			if run != "" {
				w.Join(run)
			}
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
		l.name(w.AsWaiting())
		if job, waits := w.Held(); waits {
			l.world.Add(job)
		}
	}
	l.world.Graph.Settle()
	return l
}

// each visits all workloads.
func (l *linting) each(visit func(*manifest.Workload) bool) {
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
func (l *linting) add(w *manifest.Workload) {
	if pods := w.Quota(); pods > 0 {
		if space := l.space(w.Namespace); space.pods == 0 || pods < space.pods {
			space.pods = pods
		}
	}
	if w.Job == nil {
		return
	}
	space := l.space(w.Namespace)
	if w.Kind == "CronJob" {
		space.crons = append(space.crons, w)
	}
	space.annotated = space.annotated || w.IsAnnotated()
	ref := w.Ref()
	switch before := l.jobs[ref]; {
	case ref.Name == "" && w.Kind == "CronJob":
		space.made = append(space.made, w.Name+"-")
	case ref.Name == "":
		space.made = append(space.made, w.Name)
	case before == nil:
		space.names = append(space.names, ref.Name)
		l.jobs[ref] = w
	case before.IsPatch() || !w.IsPatch():
		l.jobs[ref] = w
	}
}

// enter puts a Job of the files into the world. A text that YAML took away says
// nothing.
func (l *linting) enter(w *manifest.Workload) {
	facts := w.Facts
	if w.Source == nil {
		facts.Annotated = false
	}
	l.world.Add(facts)
}

// name notes whom a workload waits for.
func (l *linting) name(w *manifest.Workload) {
	if w.Expr == nil {
		return
	}
	for _, edge := range w.Expr.Edges() {
		ref := edge.Ref.Resolve(w.By())
		if ref.IsSet() || ref == w.Ref() {
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
	return slices.ContainsFunc(s.crons, func(w *manifest.Workload) bool { return w.Name == name })
}

// seenBy returns the world of a workload's expression.
func (l *linting) seenBy(w *manifest.Workload) gate.World {
	return gate.World{Graph: l.world.Graph, Self: w.Ref(), Access: gate.Open{}}
}

// findings returns what is wrong in a file, in the order of the file.
func (l *linting) findings(m *manifest.Manifest) []manifest.Finding {
	var found []manifest.Finding
	for _, w := range l.workloads[m] {
		if w.IsOver() {
			continue
		}
		of := manifest.Finding{Manifest: m, Document: w.Document.Number, Kind: w.Kind, Namespace: w.Namespace, Name: w.Name}
		for _, diagnostic := range l.diagnose(w) {
			of.Diagnostic = diagnostic
			found = append(found, of)
		}
	}
	for _, failure := range l.broken[m] {
		found = append(found, manifest.Finding{Manifest: m, Document: failure.Document, Diagnostic: lang.Diagnostic{
			Severity: lang.Error, Code: manifest.YAMLSyntax, Message: failure.Message, Hint: failure.Hint,
			Span: lang.Span{Start: failure.Offset, End: failure.Offset},
		}})
	}
	slices.SortStableFunc(found, manifest.ByPlace)
	return found
}

// diagnose returns what the language and the rules find in a workload, but what
// it asks to leave out.
func (l *linting) diagnose(w *manifest.Workload) []lang.Diagnostic {
	var found []lang.Diagnostic
	if w.IsAnnotated() {
		found = w.Diagnose(l.seenBy(w))
	}
	for _, rule := range l.rules {
		if w.Live && slices.Contains(manifestCodes, rule.code) {
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
