package cluster

import (
	"context"
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/cli/explanation"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Inquirer reads what an inquiry needs. What the user may not read is left out, and
// said in a note.
type Inquirer struct {
	Client kubernetes.Interface
	Notes  []string
	// CronJobs are asked about as well, and Facts is what was read of them.
	CronJobs []lang.Ref
	Facts    map[lang.Ref]explanation.CronJobFacts
	// listed are CronJobs that were read with others.
	listed map[lang.Ref]*batchv1.CronJob
	others
}

// Inquirer returns what reads what an inquiry needs.
func (f *Factory) Inquirer(client Client) (*Inquirer, error) {
	others, err := f.others()
	return &Inquirer{Client: client, others: others}, err
}

// Read returns the Jobs that are asked about by their names, all that they wait for, and
// those beside them, by which durations are known. In refs it writes how the world knows
// them. change may alter a Job before what it waits for is read.
func (i *Inquirer) Read(ctx context.Context, now time.Time, refs []lang.Ref, change func(*batchv1.Job)) (*snapshot.Inquiry, map[lang.Ref]*batchv1.Job, error) {
	reader := NewReader(i.Client, "")
	reader.others = i.others
	r := reader.Reading(now)
	asked := map[lang.Ref]*batchv1.Job{}
	queue, err := i.readCronJobs(ctx, r, now)
	if err != nil {
		return nil, nil, err
	}
	for _, ref := range refs {
		if ref.Kind != lang.KindJob {
			continue
		}
		job, err := i.Client.BatchV1().Jobs(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			_ = r.Look(ctx, lang.Ref{Kind: lang.KindJob, Namespace: ref.Namespace, Name: "*"}) // for names that are near
			return nil, nil, NotThere(r.World, ref)
		case err != nil:
			return nil, nil, fmt.Errorf("reading Job %s: %w", ref, err)
		}
		asked[ref] = job
		if err := r.Look(ctx, ref); err != nil {
			return nil, nil, err
		}
	}
	for _, job := range asked {
		change(job)
		r.World.Observe(job)
	}
	for n, ref := range refs {
		if ref.Kind != lang.KindJob {
			if asked[ref], err = i.held(ctx, r, ref); err != nil {
				return nil, nil, err
			}
			queue = append(queue, ref)
			continue
		}
		// in a run a Job is known as its step
		job := asked[ref]
		if refs[n] = r.World.RefOf(ref); refs[n] != ref {
			delete(asked, ref)
			asked[refs[n]] = job
		}
		queue = append(queue, refs[n])
	}
	reached, err := i.follow(ctx, r, queue)
	if err != nil {
		return nil, nil, err
	}
	notes, err := r.settle(ctx)
	if err != nil {
		return nil, nil, err
	}
	i.answered(r.World)
	i.Notes = append(i.Notes, notes...)
	if err := i.surround(ctx, r, asked, reached); err != nil {
		return nil, nil, err
	}
	i.Notes = append(i.Notes, snapshot.UnreadableNotes(r.World)...)
	return snapshot.NewInquiry(r.World), asked, nil
}

// Causes reads why those Jobs do not run that are asked about, and those that block them in the end,
// or why they have failed.
func (i *Inquirer) Causes(ctx context.Context, q *snapshot.Inquiry, refs []lang.Ref) {
	c := NewCauses(i.Client)
	c.logs, c.all = true, true
	c.readGate(ctx, q.World, refs)
	var suspects []lang.Ref
	for _, ref := range refs {
		for _, suspect := range explanation.Suspects(q, ref) {
			if !slices.Contains(suspects, suspect) {
				suspects = append(suspects, suspect)
			}
		}
	}
	notes := c.readOf(ctx, q.World, suspects)
	if len(q.Suspects(suspects)) == 0 {
		return // they run: nobody asks why they do not
	}
	for _, note := range notes {
		i.note("%s", note)
	}
}

// follow reads what Jobs wait for until nothing new turns up, and returns all that
// it came by.
func (i *Inquirer) follow(ctx context.Context, r *Reading, queue []lang.Ref) (reached []lang.Ref, err error) {
	got := map[lang.Ref]bool{}
	for len(queue) > 0 {
		ref := queue[0]
		queue = queue[1:]
		if got[ref] {
			continue
		}
		got[ref], reached = true, append(reached, ref)
		if _, known := r.World.Jobs[ref]; !known {
			if err := r.Look(ctx, ref); err != nil {
				return nil, err
			}
		}
		if expr := r.World.Graph.Expr(ref); expr != nil {
			for _, edge := range expr.Edges() {
				queue = append(queue, edge.Ref.Resolve(ref))
			}
			queue = append(queue, r.World.Graph.Prerequisites(ref)...)
		}
	}
	return reached, nil
}

// surround reads how the gate runs, what service accounts may see, the pods of
// elements, and exit codes.
func (i *Inquirer) surround(ctx context.Context, r *Reading, asked map[lang.Ref]*batchv1.Job, reached []lang.Ref) error {
	q := r.World
	deployment, err := i.Client.AppsV1().Deployments(GateNamespace).Get(ctx, GateName, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		deployment, err = i.Client.AppsV1().Deployments(FindInstallation(ctx, i.Client.RbacV1()).Namespace).Get(ctx, GateName, metav1.GetOptions{})
	}
	if err == nil {
		q.Reach = snapshot.ReachOf(deployment)
	}
	for ref, job := range asked {
		if expr := q.Graph.Expr(ref); !q.Reach.Known && expr != nil && expr.Elementwise() && !q.Jobs[ref].Released {
			i.note("Whether the gate releases arrays element by element (--arrays) is not known, it is taken to: %v", err)
		}
		if q.Reach.Known && !q.Reach.Has(job.Namespace) {
			i.note("The gate leaves namespace %s alone (--namespaces, --exclude-namespaces): nobody releases %s.", job.Namespace, ref)
		}
	}
	if slices.ContainsFunc(reached, func(ref lang.Ref) bool { return q.Jobs[ref].Uses.Said && q.Jobs[ref].Waits() }) {
		limited, err := r.readLimits(ctx, false)
		if err != nil {
			return err
		}
		i.Notes = append(i.Notes, limited...)
	}
	switch q.Reach.CrossNamespace {
	case "open":
	case "deny":
		q.Access = gate.Closed{}
	default:
		notes, err := r.ask(ctx, reached)
		if err != nil {
			return err
		}
		i.Notes = append(i.Notes, notes...)
	}
	for _, ref := range reached {
		if job, ok := q.Jobs[ref]; ok && job.Released && job.Gated && job.Waits() {
			i.readPods(ctx, q, job)
		}
	}
	for _, note := range r.learn(ctx, reached) {
		i.note("%s", note)
	}
	return ctx.Err()
}

func (i *Inquirer) note(format string, args ...any) {
	if note := fmt.Sprintf(format, args...); !slices.Contains(i.Notes, note) {
		i.Notes = append(i.Notes, note)
	}
}

func (i *Inquirer) readPods(ctx context.Context, q *snapshot.World, job gate.Job) {
	pods, err := PodsOf(ctx, i.Client, job.Namespace, string(job.UID))
	if err != nil {
		i.note("Which elements of %s run is not known: %v", job.Ref(), err)
		return
	}
	list := []gate.Pod{}
	for n := range pods {
		if pod, owner, ok := gate.ObservePod(&pods[n]); ok && owner == job.Owner() {
			list = append(list, pod)
		}
	}
	slices.SortFunc(list, gate.ComparePods)
	q.Pods[job.UID] = list
}
