package slurm

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"depctl.dev/cli/batch/request"
	"depctl.dev/cli/imitation"
	"depctl.dev/gate"
)

// row is a line of a list: a job, an element of an array, or the elements of an array that
// have not run, for one reason.
type row struct {
	job *imitation.Job
	imitation.Element
	// tasks are the numbers of several elements; nil for one.
	tasks []int
	now   time.Time
	// namespace stands for the account where none was given.
	namespace string
}

// rows returns the lines of jobs. Elements that have not run are one line for each
// reason, unless each is wanted.
func (t tool) rows(jobs []*imitation.Job, each bool) []row {
	var all []row
	now := t.Now()
	for _, job := range jobs {
		pending := map[string]int{}
		for i := range job.Elements {
			r := row{job: job, Element: job.Elements[i], now: now, namespace: job.Full.Namespace}
			if each || job.Numbers == nil || !neverRan(&r.Element) {
				all = append(all, r)
				continue
			}
			reason := string(r.State) + reasonOf(&r.Element)
			at, there := pending[reason]
			if !there {
				at = len(all)
				pending[reason] = at
				r.ID = job.ID
				all = append(all, r)
			}
			all[at].tasks = append(all[at].tasks, r.Task)
		}
	}
	return all
}

// neverRan reports whether nothing tells an element from the others of its array: it
// pends, or was ended before it ran.
func neverRan(e *imitation.Element) bool {
	switch e.State {
	case imitation.Waiting, imitation.Queued:
		return true
	case imitation.Cancelled, imitation.Unmet:
		return e.Started.IsZero()
	}
	return false
}

// id returns the number as squeue shows it: 17, 17_4, 17_[5-9%2].
func (r *row) id() string {
	switch {
	case r.job.Numbers == nil:
		return strconv.FormatInt(r.job.ID, 10)
	case r.tasks != nil:
		return fmt.Sprintf("%d_[%s%s]", r.job.ID, ranges(r.tasks), r.atOnce())
	}
	return fmt.Sprintf("%d_%d", r.job.ID, r.Task)
}

func (r *row) atOnce() string {
	if r.job.Limit == 0 {
		return ""
	}
	return "%" + strconv.Itoa(r.job.Limit)
}

// taskID returns the number of the element alone.
func (r *row) taskID(none string) string {
	switch {
	case r.job.Numbers == nil:
		return none
	case r.tasks != nil:
		return ranges(r.tasks) + r.atOnce()
	}
	return strconv.Itoa(r.Task)
}

// ranges writes numbers as sbatch reads them: 1-3,7.
func ranges(numbers []int) string {
	var parts []string
	for i := 0; i < len(numbers); {
		end := i
		for end+1 < len(numbers) && numbers[end+1] == numbers[end]+1 {
			end++
		}
		if end > i {
			parts = append(parts, fmt.Sprintf("%d-%d", numbers[i], numbers[end]))
		} else {
			parts = append(parts, strconv.Itoa(numbers[i]))
		}
		i = end + 1
	}
	return strings.Join(parts, ",")
}

func (r *row) word() word {
	w, _ := wordOf(r.State)
	return w
}

// used returns how long it has run.
func (r *row) used() time.Duration {
	switch {
	case r.Started.IsZero():
		return 0
	case r.State.Ended() && !r.Ended.IsZero():
		return r.Ended.Sub(r.Started)
	case r.State.Ended():
		return 0
	}
	return r.now.Sub(r.Started)
}

// limit returns how long it may run, 0 for as long as it likes.
func (r *row) limit() time.Duration {
	for _, seconds := range []*int64{r.job.Full.Spec.ActiveDeadlineSeconds, r.job.Full.Spec.Template.Spec.ActiveDeadlineSeconds} {
		if seconds != nil {
			return time.Duration(*seconds) * time.Second
		}
	}
	return 0
}

// ends returns when it has ended, or when its time is over.
func (r *row) ends() time.Time {
	switch {
	case r.State.Ended():
		return r.Ended
	case r.Started.IsZero() || r.limit() == 0:
		return time.Time{}
	}
	return r.Started.Add(r.limit())
}

func (r *row) needs(name corev1.ResourceName) int64 {
	containers := r.job.Full.Spec.Template.Spec.Containers
	if len(containers) == 0 {
		return 0
	}
	q := containers[0].Resources.Requests[name]
	return q.Value()
}

func (r *row) cpus() int64 { return max(r.needs(corev1.ResourceCPU), 1) }

// memory returns what it asked for, as Slurm writes it: 4G, 1500M, 0.
func (r *row) memory() string {
	switch m := r.needs(corev1.ResourceMemory) >> 20; {
	case m == 0:
		return "0"
	case m%1024 == 0:
		return fmt.Sprintf("%dG", m/1024)
	default:
		return fmt.Sprintf("%dM", m)
	}
}

// tres are the resources, as Slurm lists them.
func (r *row) tres() string {
	text := fmt.Sprintf("cpu=%d", r.cpus())
	if m := r.memory(); m != "0" {
		text += ",mem=" + m
	}
	return text + fmt.Sprintf(",node=1,billing=%d", r.cpus())
}

func (r *row) partition() string { return cmp.Or(r.job.Told.Queue, defaultPartition) }

func (r *row) account() string { return cmp.Or(r.job.Told.Account, r.namespace) }

// exit returns the exit code and the signal: 0:0, 1:0, 0:9.
func (r *row) exit() string { return fmt.Sprintf("%d:%d", r.Exit, r.Signal) }

// file returns the name of a file of output, with what the element knows filled in.
func (r *row) file(name string) string {
	return request.FillMarks(name, func(of byte, width int) string {
		switch {
		case r.tasks != nil:
			return "%" + string(of)
		case of == request.MarkTask:
			return request.Padded(int64(r.Task), width)
		case of == request.MarkID:
			return request.Padded(r.ID, width)
		}
		return r.Node
	})
}

// sorted puts rows into the order of squeue: what pends, what runs, what has ended.
func sorted(rows []row) []row {
	slices.SortStableFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(rank(a.State), rank(b.State)), cmp.Compare(a.job.ID, b.job.ID), cmp.Compare(a.Task, b.Task))
	})
	return rows
}

func rank(s imitation.State) int {
	_, i := wordOf(s)
	if s == imitation.Queued {
		i-- // both pend
	}
	return i
}

// dependency returns what a job still waits for, in the words that it was told; empty if
// that is nothing.
func dependency(r *row) string {
	if r.State != imitation.Waiting || r.job.DependsOn() == "" {
		return ""
	}
	if r.job.Told.Waits == "" {
		return r.job.DependsOn()
	}
	mark := "(unfulfilled)"
	if r.Why == imitation.NeverMet {
		mark = "(failed)"
	}
	separator := ","
	if strings.Contains(r.job.Told.Waits, "?") {
		separator = "?"
	}
	parts := strings.Split(r.job.Told.Waits, separator)
	for i := range parts {
		parts[i] += mark
	}
	return strings.Join(parts, separator)
}

// licences returns the limits of which it takes tokens, as Slurm writes licences.
func (r *row) licences() string {
	return strings.NewReplacer("=", ":", " ", "").Replace(r.job.Full.Annotations[gate.UsesAnnotation])
}
