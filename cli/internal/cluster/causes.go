package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/cli/cause"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// How much is read to find causes: of so many Jobs where all of a namespace are shown, of each
// so many pods, and of so many of them the events. So many Jobs are asked about at once.
const (
	mostSuspects    = 50
	podPage         = 100
	mostPodPages    = 5
	mostEventful    = 3
	mostEventPages  = 5
	suspectsAtOnce  = 8
	causesGrowOld   = 5 * time.Second
	logPatience     = 5 * time.Second
	mostBytesOfALog = 16 << 10
)

// Causes reads why Jobs do not run, or have failed: from their pods, from events, and from the
// logs of pods that have failed. What the user may not read is left out, and said in a note.
type Causes struct {
	client Client
	// logs reads the last lines of logs as well, and all looks at every Job that is asked about.
	logs, all bool
	// read has what was read of Jobs, where one looks on.
	read map[lang.Ref]readCauses

	mu        sync.Mutex
	forbidden map[listing]error
}

// listing is what is listed of a namespace.
type listing struct{ namespace, what string }

type readCauses struct {
	version string
	at      time.Time
	causes  []cause.Cause
}

// NewCauses returns what reads causes of the Jobs of a namespace, or of many.
func NewCauses(client Client) *Causes {
	return &Causes{client: client, read: map[lang.Ref]readCauses{}}
}

// Causes returns what reads causes of the Jobs that a reader reads.
func (c *Reader) Causes() *Causes { return NewCauses(c.pods) }

// Read looks at those of some Jobs that do not run, or have failed, and at the gate if any waits,
// writes what it finds into the world, and returns what is to be said of it.
func (c *Causes) Read(ctx context.Context, w *snapshot.World, refs []lang.Ref) []string {
	if c.client == nil {
		return nil
	}
	c.readGate(ctx, w, refs)
	return c.readOf(ctx, w, w.Suspects(refs))
}

// readGate finds out whether a gate releases the Jobs that wait.
func (c *Causes) readGate(ctx context.Context, w *snapshot.World, refs []lang.Ref) {
	if w.NoGate = ""; w.Waiting(refs) {
		w.NoGate = (&Inspector{Client: c.client, Now: w.Now}).noGate(ctx, w.Heard)
	}
}

// readOf reads the causes of Jobs.
func (c *Causes) readOf(ctx context.Context, w *snapshot.World, suspects []lang.Ref) []string {
	var notes []string
	if left := len(suspects) - mostSuspects; left > 0 && !c.all {
		suspects = suspects[:mostSuspects]
		notes = append(notes, fmt.Sprintf("Why %s more did not run, or failed, was not looked at: depctl explain JOB says it of one.", command.Count(left, "Job")))
	}
	c.forbidden = map[listing]error{}
	found := make([]readCauses, len(suspects))
	var group sync.WaitGroup
	slots := make(chan struct{}, suspectsAtOnce)
	for i, ref := range suspects {
		job := w.Jobs[ref]
		known, ok := c.read[ref]
		version := string(job.UID) + "/" + job.ResourceVersion
		if fresh := w.Now.Sub(known.at) < causesGrowOld || job.Outcome() != lang.Undecided; ok && known.version == version && fresh {
			found[i] = known
			continue
		}
		said := w.Ends[ref]
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			found[i] = readCauses{version, w.Now, c.of(ctx, w.Now, job, said)}
		})
	}
	group.Wait()
	c.read, w.Causes = map[lang.Ref]readCauses{}, map[lang.Ref][]cause.Cause{}
	for i, ref := range suspects {
		c.read[ref], w.Causes[ref] = found[i], found[i].causes
	}
	return append(notes, c.unlisted()...)
}

// unlisted says what could not be listed, of each namespace once.
func (c *Causes) unlisted() []string {
	denied := map[string][]string{}
	var notes []string
	for key, err := range c.forbidden {
		if IsForbidden(err) {
			denied[key.namespace] = append(denied[key.namespace], key.what)
			continue
		}
		notes = append(notes, fmt.Sprintf("Why Jobs do not run, or have failed, is said without the %s of namespace %s: %v", key.what, key.namespace, err))
	}
	for namespace, what := range denied {
		slices.Sort(what)
		notes = append(notes, fmt.Sprintf("Why Jobs do not run, or have failed, is said without the %s of namespace %s: you may not list them.", strings.Join(what, " and "), namespace))
	}
	slices.Sort(notes)
	return notes
}

// of finds the causes of one Job.
func (c *Causes) of(ctx context.Context, now time.Time, job gate.Job, said string) []cause.Cause {
	facts := cause.Facts{Job: job, Said: said, Now: now}
	var known bool
	if facts.Pods, known = c.podsOf(ctx, job); known {
		facts.Events = c.eventsOf(ctx, facts)
	}
	found := cause.Of(facts)
	if !c.logs {
		return found
	}
	for i := range found {
		if one := &found[i]; one.HasLog() {
			one.Log, one.NoLog = c.logOf(ctx, job.Namespace, one.Pod, one.Container)
			break // of one pod
		}
	}
	return found
}

// podsOf returns the pods of a Job that have not succeeded, as far as so many are looked at, and whether
// they could be listed.
func (c *Causes) podsOf(ctx context.Context, job gate.Job) (pods []corev1.Pod, known bool) {
	options := metav1.ListOptions{
		LabelSelector: batchv1.ControllerUidLabel + "=" + string(job.UID), FieldSelector: "status.phase!=" + string(corev1.PodSucceeded), Limit: podPage,
	}
	known = c.pages(job.Namespace, "pods", mostPodPages, &options, func() (string, error) {
		page, err := c.client.CoreV1().Pods(job.Namespace).List(ctx, options)
		if err != nil {
			return "", err
		}
		for i := range page.Items {
			if by := metav1.GetControllerOfNoCopy(&page.Items[i]); by != nil && by.UID == job.UID {
				pods = append(pods, page.Items[i])
			}
		}
		return page.Continue, nil
	})
	return pods, known
}

// eventsOf returns the warnings about a Job that has fewer pods than it should have, and about pods
// of which nothing else says why they do not start.
func (c *Causes) eventsOf(ctx context.Context, f cause.Facts) []corev1.Event {
	var about []types.UID
	there := 0
	for i := range f.Pods {
		pod := &f.Pods[i]
		if pod.Status.Phase != corev1.PodFailed {
			there++
		}
		if pod.Status.Phase == corev1.PodPending && pod.Spec.NodeName != "" && len(about) < mostEventful {
			about = append(about, pod.UID)
		}
	}
	over := f.Job.Outcome() != lang.Undecided
	if over {
		about = nil
	}
	if over && len(f.Pods) == 0 || !over && int64(there) < f.Job.Parallelism {
		about = append(about, f.Job.UID)
	}
	var events []corev1.Event
	for _, uid := range about {
		options := metav1.ListOptions{Limit: podPage, FieldSelector: fields.Set{"involvedObject.uid": string(uid), "type": corev1.EventTypeWarning}.String()}
		c.pages(f.Job.Namespace, "events", mostEventPages, &options, func() (string, error) {
			page, err := c.client.CoreV1().Events(f.Job.Namespace).List(ctx, options)
			if err != nil {
				return "", err
			}
			events = append(events, page.Items...)
			return page.Continue, nil
		})
	}
	return events
}

// pages lists pages of what the user may list, and reports whether they may; what they may not is noted once.
func (c *Causes) pages(namespace, what string, most int, options *metav1.ListOptions, list func() (string, error)) bool {
	key := listing{namespace, what}
	for range most {
		c.mu.Lock()
		_, forbidden := c.forbidden[key]
		c.mu.Unlock()
		if forbidden {
			return false
		}
		next, err := list()
		if err != nil {
			c.mu.Lock()
			c.forbidden[key] = err
			c.mu.Unlock()
			return false
		}
		if options.Continue = next; next == "" {
			return true
		}
	}
	return true
}

// logOf returns the last lines that a container printed, or why they cannot be read.
func (c *Causes) logOf(ctx context.Context, namespace, pod, container string) (lines []string, why string) {
	ctx, cancel := context.WithTimeout(ctx, logPatience)
	defer cancel()
	options := &corev1.PodLogOptions{Container: container, TailLines: new(int64(cause.MostLines)), LimitBytes: new(int64(mostBytesOfALog))}
	text, err := c.client.CoreV1().Pods(namespace).GetLogs(pod, options).DoRaw(ctx)
	switch {
	case IsForbidden(err):
		return nil, "you may not get pods/log"
	case err != nil:
		return nil, err.Error()
	}
	return cause.Tail(string(text)), ""
}
