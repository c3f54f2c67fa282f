package lint

import (
	"cmp"
	"strconv"
	"strings"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/picture"
	"depctl.dev/lang"
)

// stage is when Helm or Argo CD makes an object.
type stage struct {
	// tool is empty where no annotation says anything.
	tool        string
	hook        bool
	phase, wave int
	// name orders the hooks of Helm that have one weight: each is over before the next is made.
	name string
	// deleted reports whether the object is deleted once it has succeeded.
	deleted bool
}

const (
	helmHook, helmWeight, helmDelete = "helm.sh/hook", "helm.sh/hook-weight", "helm.sh/hook-delete-policy"
	argoHook, argoWave, argoDelete   = "argocd.argoproj.io/hook", "argocd.argoproj.io/sync-wave", "argocd.argoproj.io/hook-delete-policy"
)

// stageOf returns when a workload is made. Others than those of the way up, such
// as hooks of tests and deletions, have none.
func stageOf(w *manifest.Workload) (stage, bool) {
	note := func(key string) string { return manifest.Word(manifest.Child(w.Root, "metadata", "annotations"), key) }
	s := stage{phase: 1}
	order := map[string]int{"pre-install": 0, "pre-upgrade": 0, "post-install": 2, "post-upgrade": 2, "PreSync": 0, "Sync": 1, "PostSync": 2}
	hooks, weight, deletion := note(argoHook), note(argoWave), note(argoDelete)
	if hooks != "" || weight != "" {
		s.tool = "Argo CD"
	}
	if helm := note(helmHook); helm != "" && hooks == "" {
		s.tool, hooks, deletion = "Helm", helm, note(helmDelete)
		weight, s.name = note(helmWeight), w.Name
	}
	if hooks != "" {
		first, _, _ := strings.Cut(hooks, ",")
		phase, known := order[strings.TrimSpace(first)]
		if !known {
			return s, false
		}
		s.hook, s.phase = true, phase
	}
	s.wave, _ = strconv.Atoi(weight)
	s.deleted = s.hook && (strings.Contains(deletion, "hook-succeeded") || strings.Contains(deletion, "HookSucceeded"))
	return s, true
}

// before reports whether one stage is over before the other begins.
func (s stage) before(o stage) bool {
	return cmp.Or(cmp.Compare(s.phase, o.phase), cmp.Compare(s.wave, o.wave), cmp.Compare(s.name, o.name)) < 0
}

// waveOrder reports a prerequisite that the tool makes only once what waits for it
// has run. Helm waits for hooks alone.
func waveOrder(l *linting, w *manifest.Workload) []mistake {
	own, ok := stageOf(w)
	if !ok || w.Kind != "Job" || w.Expr == nil {
		return nil
	}
	var found []mistake
	for _, edge := range w.OnceEach() {
		other := l.jobs[edge.Ref.Resolve(w.By())]
		if other == nil || other == w {
			continue
		}
		its, ok := stageOf(other)
		tool := own.tool
		if tool == "" {
			tool = its.tool
		}
		if !ok || tool == "" || its.tool != "" && own.tool != "" && its.tool != own.tool || !own.before(its) || tool == "Helm" && !own.hook {
			continue
		}
		hint := "give both the same stage, or this one the later one"
		if tool == "Helm" {
			hint = "give this one a later event, or a higher " + helmWeight
		}
		found = append(found, mistakef(w.Expression(edge.Span), hint,
			"%s makes %s only after this Job has completed, and this Job waits for it", tool, other.Display())...)
	}
	return found
}

// hookDeleted reports a prerequisite that is gone before what waits for it is made.
func hookDeleted(l *linting, w *manifest.Workload) []mistake {
	its, ok := stageOf(w)
	if !ok || !its.deleted || w.Ref().Name == "" {
		return nil
	}
	for _, dependent := range l.dependents[w.Ref()] {
		own, ok := stageOf(dependent)
		// Argo CD deletes each as it succeeds, Helm those of an event when all have.
		if !ok || own.before(its) || !its.before(own) || its.tool == "Helm" && its.phase == own.phase {
			continue
		}
		key := helmDelete
		if its.tool == "Argo CD" {
			key = argoDelete
		}
		return mistakef(w.Span(manifest.Child(w.Root, "metadata", "annotations", key)), "keep it, as with before-hook-creation (BeforeHookCreation of Argo CD)",
			"%s deletes this Job when it has succeeded, before %s is made, which then waits for it forever", its.tool, dependent.Display())
	}
	return nil
}

// oldRun reports a count of Jobs that runs of a CronJob meet which are long over.
func oldRun(l *linting, w *manifest.Workload) []mistake {
	if w.Expr == nil {
		return nil
	}
	var found []mistake
	for _, check := range w.Expr.Checks() {
		if check.Before {
			continue
		}
		for i := range check.Targets {
			t := &check.Targets[i]
			ref := t.Ref.Resolve(w.By())
			if t.Self || t.WholeRun || !ref.IsSet() {
				continue
			}
			if t.Ref.Run == lang.PlainRun && w.By().Run != "" {
				found = append(found, mistakef(w.Expression(t.Span), "leave out the @ to count the steps of this run, or name each of these Jobs",
					"Jobs outside of all runs that earlier days have left count as well")...)
				continue
			}
			if ref.Run != "" || l.spaces[ref.Namespace] == nil {
				continue
			}
			for _, cron := range l.spaces[ref.Namespace].crons {
				if cron == w || !lang.NewMatcher(ref).Match(cron.Name+"-29391840", cron.Job.Labels) {
					continue
				}
				found = append(found, mistakef(w.Expression(t.Span), "count on a run by its own name, or let the CronJob's Jobs be deleted before the next",
					"CronJob %s makes these Jobs, and runs of earlier days count as well", cron.Name)...)
				break
			}
		}
	}
	return found
}

// endsEarly reports elements of a Job that its successPolicy ends before they have
// all completed.
func endsEarly(l *linting, w *manifest.Workload) []mistake {
	if w.Expr == nil {
		return nil
	}
	var found []mistake
	for _, check := range w.Expr.Checks() {
		for i := range check.Targets {
			t := &check.Targets[i]
			if t.Self || t.Elements == nil || check.Status != lang.StatusSucceeded {
				continue
			}
			other := l.jobs[t.Ref.Resolve(w.By())]
			if other == nil || other.Job.Spec.SuccessPolicy == nil {
				continue
			}
			found = append(found, mistakef(w.Expression(t.Span), "wait for the Job as a whole: "+picture.NameIn(w.Namespace, other.Ref()),
				"the successPolicy of %s may end it before this element has completed, and it then counts as failed", other.Display())...)
		}
	}
	return found
}

func noParallelism(l *linting, w *manifest.Workload) []mistake {
	if w.Job == nil || w.Job.Spec.Parallelism == nil || *w.Job.Spec.Parallelism != 0 || w.Job.Spec.Completions != nil && *w.Job.Spec.Completions == 0 ||
		!w.IsAnnotated() && len(l.dependents[w.Ref()]) == 0 || w.IsElementwise() {
		return nil
	}
	return mistakef(w.Field("spec", "parallelism"), "leave parallelism out", "with parallelism: 0 the Job has no pods until somebody raises it, and what waits for it waits too")
}

// podQuota reports elements that wait as pods and may take all of a quota, so that
// what they wait for cannot make its own.
func podQuota(l *linting, w *manifest.Workload) []mistake {
	space := l.spaces[w.Namespace]
	if !w.IsElementwise() || space == nil || space.pods == 0 || w.Job.Spec.Completions == nil || int64(*w.Job.Spec.Completions) < space.pods {
		return nil
	}
	return mistakef(w.Field("spec", "completions"), "raise the quota above all elements, or let the array wait as a whole",
		"elements wait as pods, and %d of them take all %d pods of the ResourceQuota: what they wait for may get none", *w.Job.Spec.Completions, space.pods)
}

// podGroup reports an array whose pods a scheduler starts together: one that is
// gated holds all.
func podGroup(_ *linting, w *manifest.Workload) []mistake {
	if !w.IsElementwise() {
		return nil
	}
	n := manifest.Child(w.Template, "spec", "scheduling")
	if n == nil {
		n = manifest.Child(w.Pods, "spec", "schedulingGroup")
	}
	if n == nil {
		return nil
	}
	return mistakef(w.Span(n), "let the array wait as a whole, or leave the group out",
		"the pods of a group start together: one element that waits holds all, and those that wait for one another wait forever")
}
