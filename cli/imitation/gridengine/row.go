package gridengine

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"depctl.dev/cli/imitation"
)

// defaultQueue is that of a job that names none.
const defaultQueue = "all.q"

// row is a line of qstat: a job, an element of an array that has begun, or several that have
// not.
type row struct {
	job   *imitation.Job
	first *imitation.Element
	state string
	// tasks are those of an array, as Grid Engine writes them.
	tasks string
}

// rows returns the lines of jobs; each element has one of its own with each.
func rows(jobs []*imitation.Job, each bool) []row {
	var all []row
	for _, j := range jobs {
		waiting := map[string][]int{}
		var order []string
		first := map[string]*imitation.Element{}
		for i := range j.Elements {
			e := &j.Elements[i]
			state := letters(e)
			switch {
			case j.Numbers == nil:
				all = append(all, row{job: j, first: e, state: state})
			case each || group(state) != "p":
				all = append(all, row{job: j, first: e, state: state, tasks: ranges([]int{e.Task}, 1)})
			default:
				if waiting[state] == nil {
					order, first[state] = append(order, state), e
				}
				waiting[state] = append(waiting[state], e.Task)
			}
		}
		for _, state := range order {
			all = append(all, row{job: j, first: first[state], state: state, tasks: ranges(waiting[state], step(j))})
		}
	}
	slices.SortStableFunc(all, func(a, b row) int {
		return cmp.Compare(b2i(group(a.state) == "p"), b2i(group(b.state) == "p")) // what runs comes first
	})
	return all
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func step(j *imitation.Job) int {
	if len(j.Numbers) == 1 && j.Numbers[0].Step > 0 {
		return j.Numbers[0].Step
	}
	return 1
}

// time is when it began, or was submitted.
func (r *row) time() time.Time {
	if group(r.state) != "p" && !r.first.Started.IsZero() {
		return r.first.Started
	}
	return r.job.Made
}

// queue is where it runs: QUEUE@NODE, and empty while it does not.
func (r *row) queue() string {
	if r.first.Node == "" || group(r.state) == "p" {
		return ""
	}
	return queueOf(r.job) + "@" + r.first.Node
}

func queueOf(j *imitation.Job) string { return cmp.Or(j.Told.Queue, defaultQueue) }

// slots is how many processors it was given.
func slots(j *imitation.Job) int64 {
	containers := j.Full.Spec.Template.Spec.Containers
	if len(containers) == 0 {
		return 1
	}
	asked := containers[0].Resources.Requests[corev1.ResourceCPU]
	return max(asked.Value(), 1)
}

// matches reports whether a pattern of Grid Engine is of a text.
func matches(pattern, text string) bool {
	ok, err := path.Match(strings.ReplaceAll(pattern, "/", "\x00"), strings.ReplaceAll(text, "/", "\x00"))
	return ok && err == nil
}
