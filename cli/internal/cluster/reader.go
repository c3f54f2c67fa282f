package cluster

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	batchv1client "k8s.io/client-go/kubernetes/typed/batch/v1"
	"k8s.io/client-go/tools/pager"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Reader reads the Jobs of one namespace, or of all if it is empty, and those
// of other namespaces that they wait for.
type Reader struct {
	client    batchv1client.JobsGetter
	Namespace string
	// reviews is whom to ask what service accounts may see; nil for nobody.
	reviews Reviewer
	// cronJobs is whom to ask for CronJobs; nil for nobody.
	cronJobs batchv1client.CronJobsGetter
	// pods is whom to ask for what pods have told, and for limits; nil for nobody.
	pods Client
	// AllLimits reads all limits, not only those that are waited for.
	AllLimits bool
	// AllInLine reads the PriorityClasses also for Jobs that use no limit.
	AllInLine bool
	// AllCronJobs reads the CronJobs of the namespace, not only those that are waited for.
	AllCronJobs bool
	// Templates reads the CronJobs of the namespace with what their templates wait for.
	Templates bool
	// Noted, if it is not nil, is called with all of each Job that is read.
	Noted func(*batchv1.Job)
	others
}

func (c *Reader) Read(ctx context.Context, now time.Time) (*snapshot.World, []string, error) {
	r := c.Reading(now)
	if err := r.List(ctx, c.Namespace); err != nil {
		return nil, nil, NotListed(c.Namespace, err)
	}
	notes, err := r.complete(ctx)
	return r.World, notes, err
}

// complete reads what the Jobs that were listed need besides, as far as it has not been
// read yet, and returns what is to be said of it.
func (r *Reading) complete(ctx context.Context) ([]string, error) {
	var more []string
	if r.Templates {
		notes, err := r.readTemplates(ctx)
		if err != nil {
			return nil, err
		}
		more = notes
	}
	notes, err := r.listHeld(ctx, r.Namespace)
	if err != nil {
		return nil, err
	}
	more = append(more, notes...)
	if r.Namespace != "" { // else there is nothing elsewhere
		if err := r.FollowUpstream(ctx); err != nil {
			return nil, err
		}
	}
	if err := r.readKinds(ctx); err != nil {
		return nil, err
	}
	if r.AllCronJobs {
		notes, err := r.listCronJobs(ctx)
		if err != nil {
			return nil, err
		}
		more = append(more, notes...)
	}
	missed, err := r.settle(ctx)
	if err != nil {
		return nil, err
	}
	more = slices.Concat(more, missed, r.learnAll(ctx))
	limited, err := r.readLimits(ctx, r.Namespace == "")
	if err != nil {
		return nil, err
	}
	notes, err = r.ask(ctx, slices.Collect(maps.Keys(r.World.Jobs)))
	if r.World.Limits.Known {
		r.World.Settle() // who may use limits is known by now
	}
	return slices.Concat(snapshot.UnreadableNotes(r.World), more, limited, notes), err
}

// Reading begins to read a world that is real: what nobody knows of it is not known.
func (c *Reader) Reading(now time.Time) *Reading {
	r := &Reading{Reader: c, World: snapshot.NewWorld(now), Listed: map[string]error{}, looked: map[lang.Ref]bool{}, objectsRead: map[lang.Ref]time.Time{}, unread: map[lang.Ref]string{}}
	r.World.Access = &snapshot.Hearsay{Asked: gate.Answers{}}
	if c.cronJobs != nil {
		r.World.Kinds = gate.CronJobsOnly()
	}
	return r
}

// mostQuestions is how many rights are asked for at once.
const mostQuestions = 200

// ask asks the API server which of some Jobs may look into other namespaces, where
// the gate has not said so.
func (r *Reading) ask(ctx context.Context, refs []lang.Ref) ([]string, error) {
	r.World.Settle()
	known, ok := r.World.Access.(*snapshot.Hearsay)
	if !ok || r.reviews == nil {
		return nil, nil
	}
	for n, q := range r.World.Open(refs) {
		if _, asked := known.Asked[q]; asked {
			continue
		}
		if n >= mostQuestions {
			return []string{fmt.Sprintf("What service accounts may see in other namespaces was asked for %d of them: of the others it is not known where the gate has not said it.", mostQuestions)}, nil
		}
		var review *authorizationv1.SubjectAccessReview
		err := r.mayNotAsk
		if err == nil {
			review, err = r.reviews.Create(ctx, q.Review(), metav1.CreateOptions{})
		}
		switch {
		case apierrors.IsForbidden(err) && known.Answer(q) == gate.Unasked:
			r.mayNotAsk = err
			return []string{"Whether service accounts may look into other namespaces is only known where the gate has said it: you may not create subjectaccessreviews."}, nil
		case apierrors.IsForbidden(err):
			r.mayNotAsk = err
			continue
		case err != nil:
			return nil, fmt.Errorf("asking what service account %s/%s may see: %w", q.Namespace, q.Account, err)
		}
		known.Asked[q] = gate.Denied
		if review.Status.Allowed {
			known.Asked[q] = gate.Allowed
		}
	}
	return nil, nil
}

// NotListed says that the Jobs of a namespace, or of all if it is empty, cannot be
// listed, why, and what to try.
func NotListed(namespace string, err error) error {
	where := "namespace " + namespace
	if namespace == "" {
		where = "all namespaces"
	}
	switch {
	case apierrors.IsForbidden(err) && namespace == "":
		return fmt.Errorf("listing Jobs in %s: %w; try one namespace, with -n", where, err)
	case apierrors.ReasonForError(err) == metav1.StatusReasonUnknown:
		return fmt.Errorf("listing Jobs in %s: %w; is the cluster reachable, and is it the right --context?", where, err)
	}
	return fmt.Errorf("listing Jobs in %s: %w", where, err)
}

// IsForbidden reports whether something was not read because the user may not.
func IsForbidden(err error) bool { return apierrors.IsForbidden(err) }

// Reading is one run of cluster.read.
type Reading struct {
	*Reader
	World *snapshot.World
	// Listed has the namespaces that were tried: nil, or why it was forbidden.
	Listed map[string]error
	// looked has what was looked for in other namespaces, and mayNotAsk is why the API
	// server cannot be asked what service accounts may see.
	looked map[lang.Ref]bool
	// objectsRead is when objects of other kinds were read.
	objectsRead map[lang.Ref]time.Time
	// unread has why the CronJobs of a namespace may not be read.
	unread    map[lang.Ref]string
	mayNotAsk error
	// noTemplates is why the CronJobs of the namespace may not be listed.
	noTemplates error
	// limitsRead is when limits were read, and limitNotes is what is to be said of them.
	limitsRead time.Time
	limitNotes []string
}

// FollowUpstream reads what is waited for in other namespaces until nothing
// new turns up. What the user may not list is asked for by name; what they may
// not get either stays unreadable.
func (r *Reading) FollowUpstream(ctx context.Context) error {
	for again := true; again; {
		again = false
		for _, ref := range r.World.Wanted(r.Namespace) {
			if _, known := r.World.Jobs[ref]; known || r.looked[ref] || ref.Namespace == r.Namespace {
				continue
			}
			if err := r.Look(ctx, ref); err != nil {
				return err
			}
			r.looked[ref], again = true, true
		}
	}
	return nil
}

// Look reads what is waited for in another namespace: all of the namespace, or what may be
// read of it. What may not is noted as unread.
func (r *Reading) Look(ctx context.Context, ref lang.Ref) error {
	switch ref.Kind {
	case lang.KindJob:
	case lang.KindCronJob:
		if err := r.lookForCronJob(ctx, ref); err != nil {
			return err
		}
		ref = lang.Job(ref.Namespace, "*") // its runs
	default:
		return r.lookForObject(ctx, ref)
	}
	forbidden, tried := r.Listed[ref.Namespace]
	if !tried {
		err := r.List(ctx, ref.Namespace)
		if err != nil && !apierrors.IsForbidden(err) {
			return fmt.Errorf("listing Jobs in namespace %s, where others are waited for: %w", ref.Namespace, err)
		}
		forbidden, r.Listed[ref.Namespace] = err, err
	}
	if forbidden == nil {
		return nil
	}
	if ref.IsSet() || ref.Run != "" { // only a list tells which Job is the step
		r.World.Unread[ref] = forbidden.Error()
		return nil
	}
	job, err := r.client.Jobs(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
	switch {
	case err == nil:
		r.World.Observe(job)
	case apierrors.IsForbidden(err):
		r.World.Unread[ref] = err.Error()
	case !apierrors.IsNotFound(err):
		return fmt.Errorf("reading Job %s, which others wait for: %w", ref, err)
	}
	return nil
}

// List reads the Jobs of a namespace in pages, and keeps of each no more than
// a decision needs.
func (r *Reading) List(ctx context.Context, namespace string) error {
	return r.Each(ctx, namespace, func(job *batchv1.Job) error {
		if r.Noted != nil {
			r.Noted(job)
		}
		r.World.Observe(job)
		return nil
	})
}

// Each visits the Jobs of a namespace, or of all if it is empty, page by page.
func (c *Reader) Each(ctx context.Context, namespace string, visit func(*batchv1.Job) error) error {
	return c.each(ctx, namespace, metav1.ListOptions{}, visit)
}

func (c *Reader) each(ctx context.Context, namespace string, which metav1.ListOptions, visit func(*batchv1.Job) error) error {
	pages := pager.New(func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		return c.client.Jobs(namespace).List(ctx, options)
	})
	return pages.EachListItem(ctx, which, func(object runtime.Object) error {
		if job, ok := object.(*batchv1.Job); ok {
			return visit(job)
		}
		return nil
	})
}

// readAll reads the Jobs of all namespaces.
func readAll(ctx context.Context, client batchv1client.JobsGetter, now time.Time) (*snapshot.World, error) {
	r := NewJobReader(client, "").Reading(now)
	if err := r.List(ctx, metav1.NamespaceAll); err != nil {
		return nil, err
	}
	return r.World, nil
}

// Reviewer asks whether a service account may do something; it is the client's.
type Reviewer interface {
	Create(context.Context, *authorizationv1.SubjectAccessReview, metav1.CreateOptions) (*authorizationv1.SubjectAccessReview, error)
}
