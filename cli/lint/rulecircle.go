package lint

import (
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// cronJobDeadlock reports a circle of CronJobs whose runs of one time wait for one another, once, on the first
// of them.
func cronJobDeadlock(l *linting, w *manifest.Workload) []mistake {
	own := gate.CronJobRef(w.Namespace, w.Name)
	circle := l.circleFrom(own)
	if len(circle) == 0 || slices.MinFunc(circle, lang.Ref.Compare) != own || l.cronJob(own) != w {
		return nil
	}
	var names []string
	for _, ref := range append(slices.Clone(circle[1:]), own) {
		names = append(names, picture.NameIn(w.Namespace, ref))
	}
	name := names[len(names)-1]
	at := w.Span(w.Value)
	for _, edge := range w.Expr.Edges() {
		if edge.Ref.Resolve(w.By()).Object() == circle[1%len(circle)] {
			at = w.Expression(edge.Span)
		}
	}
	return mistakef(at, "wait for the run before on one of these ways, as in: "+name+"@-1",
		"%s waits for %s, each for the run of the same time: none of them ever begins", name, strings.Join(names, ", which waits for "))
}

// circleFrom returns the shortest circle of CronJobs of the files that leads from one back to it, nil if there
// is none.
func (l *linting) circleFrom(own lang.Ref) []lang.Ref {
	if l.circles == nil {
		l.circles = l.circlesOfCronJobs()
	}
	before := map[lang.Ref]lang.Ref{}
	for level := []lang.Ref{own}; len(level) > 0; {
		var next []lang.Ref
		for _, one := range level {
			for _, to := range l.circles[one] {
				if to == own {
					path := []lang.Ref{one}
					for ; one != own; one = before[one] {
						path = append(path, before[one])
					}
					slices.Reverse(path)
					return path
				}
				if _, seen := before[to]; !seen {
					before[to] = one
					next = append(next, to)
				}
			}
		}
		level = next
	}
	return nil
}

// neededRuns returns the names of CronJobs without a run of which one of w cannot begin: an "or" and a count may
// open a circle.
func neededRuns(w *manifest.Workload) []string {
	if w.Kind != "CronJob" || w.Expr == nil {
		return nil
	}
	var names []string
	for _, term := range w.Expr.Requirements() {
		check, ok := term.Node.(*lang.Check)
		if ok && len(check.Targets) == 1 && check.Compare == nil && check.Status != lang.StatusAbsent && check.Targets[0].Ref.Kind == lang.KindCronJob {
			names = append(names, check.Targets[0].Ref.String())
		}
	}
	return names
}

// circlesOfCronJobs returns whom each CronJob of the files waits for on a circle, sorted.
func (l *linting) circlesOfCronJobs() map[lang.Ref][]lang.Ref {
	world := snapshot.NewWorld(anyNight)
	for w := range l.each {
		needed := neededRuns(w)
		if len(needed) == 0 {
			continue
		}
		spec := manifest.Child(w.Root, "spec")
		c := &batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Namespace: w.Namespace, Name: w.Name}}
		c.Spec.Schedule = manifest.Word(spec, "schedule")
		if zone := manifest.Word(spec, "timeZone"); zone != "" {
			c.Spec.TimeZone = &zone
		}
		c.Spec.JobTemplate.Annotations = map[string]string{gate.DependsOnAnnotation: strings.Join(needed, ", ")}
		world.PutTemplate(c)
	}
	circles := map[lang.Ref][]lang.Ref{}
	for hop := range world.Circles() {
		circles[hop[0]] = append(circles[hop[0]], hop[1])
	}
	for _, list := range circles {
		slices.SortFunc(list, lang.Ref.Compare)
	}
	return circles
}
