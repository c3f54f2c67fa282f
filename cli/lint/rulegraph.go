package lint

import (
	"fmt"
	"slices"
	"strings"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/picture"
	"depctl.dev/cli/reference"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// deadlock reports a circle once, on the first of its Jobs that is in a file.
func deadlock(l *linting, w *manifest.Workload) []mistake {
	if w.Kind == "CronJob" && w.Expr != nil {
		return cronJobDeadlock(l, w)
	}
	ref := w.Ref()
	if ref.Name == "" || l.jobs[ref] != w {
		return nil
	}
	cycle := l.world.Graph.Cycle(ref)
	if slices.ContainsFunc(cycle, func(one lang.Ref) bool { return l.jobs[one] != nil && len(runCycle(l, l.jobs[one])) > 0 }) {
		return nil // which says more
	}
	for i, one := range cycle {
		if one == ref {
			d := l.world.Decide(ref)
			if d.Reason != gate.ReasonDependencyCycle {
				return nil
			}
			message, hint, _ := strings.Cut(l.say(d.Message), "; ")
			return []mistake{{at: w.Naming(cycle[(i+1)%len(cycle)]), message: message, hint: hint}}
		}
		if l.jobs[one] != nil {
			return nil
		}
	}
	return nil
}

// say returns a message of the gate as it is for steps of a run that has no name yet.
func (l *linting) say(message string) string {
	if l.run == "" {
		return message
	}
	return manifest.Nameless(message)
}

// maxSuggested bounds the names for which near ones are looked up: each is
// compared with all Jobs of its namespace.
const maxSuggested = 100

// missingPrerequisite reports names that nobody has. Others may be applied by
// others, at other times: so it speaks only where a near name tells that one is
// misspelt, or where the files seem to have all that belongs together, as some
// of the namespace's Jobs find one another there. A cluster has all.
func missingPrerequisite(l *linting, w *manifest.Workload) []mistake {
	w = w.AsWaiting()
	var found []mistake
	for _, edge := range w.OnceEach() {
		ref := edge.Ref.Resolve(w.By())
		space := l.spaces[ref.Namespace]
		if ref.Kind != lang.KindJob || ref.IsSet() || ref == w.Ref() || l.run != "" && ref.Run == l.run || edge.Ref.Run != "" && !l.inCluster || l.exists(ref) || space != nil && space.isMade(ref.Name) {
			continue
		}
		if _, kept := w.Facts.Seen[ref]; kept || mayBeAbsent(w, ref) {
			continue // it is gone, and its outcome is not; or its author knows that it may not be there
		}
		if space != nil && space.isCronJob(ref.Name) {
			found = append(found, mistakef(w.Expression(edge.Span), fmt.Sprintf("did you mean %q?", "cronjob:"+picture.NameIn(w.Namespace, ref)),
				"%s is a CronJob: its Jobs have names such as %s-29391840, and none has this one", picture.NameIn(w.Namespace, ref), ref.Name)...)
			continue
		}
		if space == nil {
			if near := l.nearSpace(ref); near != "" {
				found = append(found, mistakef(w.Expression(edge.Span), fmt.Sprintf("did you mean %q?", near), "there is no Job %s among the files", picture.NameIn(w.Namespace, ref))...)
			}
			continue
		}
		near := l.nearest(space, w, ref)
		if near == "" && !space.closed && !l.inCluster {
			continue
		}
		where := "among the files"
		if l.inCluster {
			where = "among the files or in the cluster"
			if w.Live {
				where = "in the cluster"
			}
		}
		hint := "it is waited for until somebody makes it; if others do, write " + lintIgnoreAnnotation + ": missing-prerequisite"
		if near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		found = append(found, mistakef(w.Expression(edge.Span), hint, "there is no Job %s %s", picture.NameIn(w.Namespace, ref), where)...)
	}
	return found
}

// mayBeAbsent reports whether an expression asks whether an object is absent.
func mayBeAbsent(w *manifest.Workload, ref lang.Ref) bool {
	for _, check := range w.Expr.Checks() {
		for i := range check.Targets {
			if check.Status == lang.StatusAbsent && check.Targets[i].Ref.Resolve(w.By()) == ref {
				return true
			}
		}
	}
	return false
}

// exists reports whether there is such a Job, or whether nobody may know.
func (l *linting) exists(ref lang.Ref) bool {
	_, known := l.world.Jobs[ref]
	_, unreadable := l.world.Unread[ref]
	return known || unreadable
}

// nearest returns a name of the namespace that is likely meant. Names that differ
// in their numbers alone are those of different Jobs.
func (l *linting) nearest(space *lintSpace, w *manifest.Workload, ref lang.Ref) string {
	if l.suggested++; l.suggested > maxSuggested {
		return ""
	}
	near := lang.Nearest(ref.Name, space.names)
	for _, name := range space.names { // a prefix of kustomize or Helm
		if near == "" && strings.HasSuffix(name, "-"+ref.Name) && lang.Job(ref.Namespace, name) != w.Ref() {
			near = name
		}
	}
	if near == "" || reference.WithoutNumbers(near) == reference.WithoutNumbers(ref.Name) || lang.Job(ref.Namespace, near) == w.Ref() {
		return ""
	}
	return picture.NameIn(w.Namespace, lang.Job(ref.Namespace, near))
}

// nearSpace returns a Job of the same name in a namespace of nearly the same name.
func (l *linting) nearSpace(ref lang.Ref) string {
	for namespace, space := range l.spaces {
		if lang.Nearest(ref.Namespace, []string{namespace}) != "" && reference.WithoutNumbers(namespace) != reference.WithoutNumbers(ref.Namespace) && slices.Contains(space.names, ref.Name) {
			return namespace + "/" + ref.Name
		}
	}
	return ""
}

// forbiddenReference says what the gate would say, where the cluster was asked.
func forbiddenReference(l *linting, w *manifest.Workload) []mistake {
	if l.access == nil {
		return nil
	}
	world := gate.World{Graph: l.world.Graph, Self: w.Ref(), Job: w.Facts, Access: l.access}
	world.Self.Namespace = w.Namespace
	var found []mistake
	for _, edge := range w.OnceEach() {
		ref := edge.Ref.Resolve(w.By())
		if ref.Kind != lang.KindJob || !world.Forbids(ref) {
			continue
		}
		_, problem := world.Members(ref)
		message, hint, _ := strings.Cut(problem.Message, "; ")
		found = append(found, mistake{at: w.Expression(edge.Span), message: message, hint: hint})
	}
	return found
}
