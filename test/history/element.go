package history

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/lang"
)

// Opening is the moment in which one element was let go.
type Opening struct {
	Job   string
	Index int64
	// Made is when its pod was first seen, and At when it was let go.
	Made, At time.Time
}

// JudgeElements goes through the events of Jobs and of pods, in the order of the
// cluster, and returns which elements were let go and what broke the rules: no
// element before its requirement was true, and never more at once than
// depctl.dev/array-limit says. Of what pods did after the last event of a Job it is not
// said whether it was too early: the watch of Jobs may be behind that of pods.
func JudgeElements(jobs []Event, pods []PodEvent) (openings []Opening, violations []string) {
	j := elements{now: present{}, of: map[types.UID]*array{}, gone: map[lang.Ref]left{}}
	n := 0
	for _, p := range pods {
		for ; n < len(jobs) && revision(jobs[n].Job) < revision(p.Pod); n++ {
			j.job(jobs[n])
		}
		j.ahead = n == len(jobs)
		j.pod(p)
	}
	return j.openings, j.violations
}

func revision(o metav1.Object) int64 {
	n, _ := strconv.ParseInt(o.GetResourceVersion(), 10, 64)
	return n
}

// elements replays a history.
type elements struct {
	now present
	of  map[types.UID]*array
	// ahead reports whether the pods are ahead of the Jobs.
	ahead bool
	// gone is what ended and went, and seen counts the events of Jobs.
	gone       map[lang.Ref]left
	seen       int
	openings   []Opening
	violations []string
}

// left is a Job that ended and went, and the number of the event that said so.
type left struct {
	Event
	number int
}

// array is what is remembered of a Job that was released element by element.
type array struct {
	// since is the number of the event with which the Job began to exist.
	since int
	// pods are those that exist, and opened the elements that were let go before.
	pods   map[types.UID]PodEvent
	made   map[types.UID]time.Time
	opened map[int64]bool
}

func (j *elements) job(e Event) {
	j.seen++
	if !e.Deleted {
		j.now.add(e)
		if j.of[e.Job.UID] == nil {
			j.of[e.Job.UID] = &array{since: j.seen, pods: map[types.UID]PodEvent{}, made: map[types.UID]time.Time{}, opened: map[int64]bool{}}
		}
		if gone, ok := j.gone[e.ref()]; ok && gone.Job.UID != e.Job.UID {
			delete(j.gone, e.ref())
		}
		return
	}
	j.now.remove(e)
	delete(j.of, e.Job.UID)
	if object(e).Outcome != lang.Undecided {
		j.gone[e.ref()] = left{e, j.seen}
	}
}

// goneSince returns what ended and went after an event.
func (j *elements) goneSince(number int) map[lang.Ref]Event {
	gone := map[lang.Ref]Event{}
	for ref, e := range j.gone {
		if e.number > number {
			gone[ref] = e.Event
		}
	}
	return gone
}

func (j *elements) pod(e PodEvent) {
	owner := metav1.GetControllerOfNoCopy(e.Pod)
	index, err := strconv.ParseInt(e.Pod.Annotations[batchv1.JobCompletionIndexAnnotation], 10, 64)
	if owner == nil || err != nil {
		return
	}
	// A pod may say of any Job that it is its owner; the namespace it cannot choose.
	job := e.Pod.Namespace + "/" + owner.Name
	a, exists := j.of[owner.UID], j.now[e.Pod.Namespace][owner.Name]
	if a == nil || exists.Job == nil || exists.Job.UID != owner.UID {
		return // its Job is gone, and it goes, too
	}
	before, known := a.pods[e.Pod.UID]
	if e.Deleted {
		delete(a.pods, e.Pod.UID)
		return
	}
	if a.pods[e.Pod.UID] = e; !known {
		a.made[e.Pod.UID] = e.At
	}
	switch {
	case e.Gated():
	case !known:
		j.violate("%s: pod %s of element %d was made without the scheduling gate", job, e.Pod.Name, index)
	case before.Gated():
		j.open(a, exists, Opening{Job: job, Index: index, Made: a.made[e.Pod.UID], At: e.At})
	}
}

func (j *elements) open(a *array, e Event, o Opening) {
	j.openings = append(j.openings, o)
	if !j.ahead && !a.opened[o.Index] && !j.mayRun(a, e, o.Index, o.At) {
		j.violate("%s: element %d was let go too early: %s", o.Job, o.Index, e.Job.Annotations[dependsOn])
	}
	a.opened[o.Index] = true
	limit, _ := strconv.Atoi(e.Job.Annotations["depctl.dev/array-limit"])
	if running := a.running(); limit > 0 && running > limit {
		j.violate("%s: %d elements run at once, with an array-limit of %d", o.Job, running, limit)
	}
}

func (a *array) running() (n int) {
	for _, e := range a.pods {
		if !e.Gated() && e.Pod.Status.Phase != corev1.PodSucceeded && e.Pod.Status.Phase != corev1.PodFailed {
			n++
		}
	}
	return n
}

// mayRun reports whether the requirement of an element is true.
func (j *elements) mayRun(a *array, e Event, index int64, at time.Time) bool {
	text, annotated := e.Job.Annotations[dependsOn]
	if !annotated {
		return true
	}
	expr, err := lang.Parse(text)
	if err != nil {
		return false
	}
	if slices.ContainsFunc(expr.Checks(), func(c *lang.Check) bool { return c.Delay > 0 || len(c.Codes) > 0 || asksOtherKinds(c) }) {
		return true // not judged, as by Judge
	}
	self := &lang.Subject{Ref: e.ref(), Object: object(e)}
	w := world{now: j.now, one: &judged{gone: j.goneSince(a.since)}, self: self.Ref}
	return expr.EvalElements(w, self, at).Open.Contains(index) ||
		e.Job.Annotations[onFailure] == "run" && expr.Relaxed().EvalElements(w, self, at).Open.Contains(index)
}

func (j *elements) violate(format string, args ...any) {
	j.violations = append(j.violations, fmt.Sprintf(format, args...))
}

// Since returns how long after their requirements were met elements were let go,
// in ascending order: met says for an element when that was.
func Since(openings []Opening, met func(Opening) (time.Time, bool)) []time.Duration {
	var all []time.Duration
	for _, o := range openings {
		if at, ok := met(o); ok {
			all = append(all, o.At.Sub(at))
		}
	}
	slices.SortFunc(all, cmp.Compare)
	return all
}
