package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	batchv1client "k8s.io/client-go/kubernetes/typed/batch/v1"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/batch"
	"depctl.dev/cli/batch/request"
	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
)

// undoTimeout bounds taking back what was created before something failed.
const undoTimeout = 30 * time.Second

// Submitter creates what was submitted, and watches it.
type Submitter struct {
	All       batchv1client.JobsGetter
	Core      corev1client.CoreV1Interface
	Namespace string
	// Explicit is the namespace, if it was named; else the context tells.
	Explicit string
	DryRun   command.DryRun
}

func (s *Submitter) options() metav1.CreateOptions {
	return metav1.CreateOptions{
		DryRun: s.DryRun.Option(), FieldManager: "depctl", FieldValidation: metav1.FieldValidationStrict,
	}
}

// Create makes the Job and then its script, which the Job owns: its pods cannot
// start without it. If the script cannot be made, the Job goes again, also when
// the user has given up meanwhile.
func (s *Submitter) Create(ctx context.Context, made *batch.Submission) error {
	job, err := s.All.Jobs(s.Namespace).Create(ctx, made.Job, s.options())
	if apierrors.IsAlreadyExists(err) && made.Again != "" {
		again := made.Job.DeepCopy()
		again.Name, again.GenerateName = "", made.Again
		job, err = s.All.Jobs(s.Namespace).Create(ctx, again, s.options())
	}
	if err != nil {
		return s.explainCreate(err, made.Job)
	}
	job.APIVersion, job.Kind = made.Job.APIVersion, made.Job.Kind
	made.Job = job
	if made.Script == nil {
		return nil
	}
	made.Script.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(job, batchv1.SchemeGroupVersion.WithKind("Job"))}
	script, err := s.Core.ConfigMaps(s.Namespace).Create(ctx, made.Script, s.options())
	if err == nil {
		script.APIVersion, script.Kind = made.Script.APIVersion, made.Script.Kind
		made.Script = script
		return nil
	}
	err = fmt.Errorf("creating ConfigMap %s, which has the script: %w", made.Script.Name, err)
	if s.DryRun == command.DryRunServer {
		return err
	}
	undo, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTimeout)
	defer cancel()
	undone := s.All.Jobs(s.Namespace).Delete(undo, job.Name, metav1.DeleteOptions{
		Preconditions: metav1.NewUIDPreconditions(string(job.UID)), PropagationPolicy: ptr.To(metav1.DeletePropagationBackground),
	})
	if undone != nil && !apierrors.IsNotFound(undone) {
		return fmt.Errorf("%w\nJob %s was created and cannot be deleted again: %w; it does not run without its script, delete it", err, job.Name, undone)
	}
	return fmt.Errorf("%w\nJob %s was deleted again", err, job.Name)
}

func (s *Submitter) explainCreate(err error, job *batchv1.Job) error {
	name := job.Name
	if name == "" {
		name = job.GenerateName
	}
	err = fmt.Errorf("creating Job %s in namespace %s: %w", name, s.Namespace, err)
	switch {
	case apierrors.IsAlreadyExists(err):
		return fmt.Errorf("%w\ndelete that one, choose another --name, or end it in - for a new name each time", err)
	case apierrors.ReasonForError(err) == metav1.StatusReasonUnknown:
		return fmt.Errorf("%w; is the cluster reachable, and is it the right --context?", err)
	}
	return err
}

// Remarks returns what is to be said of a Job that was created, beside its name.
func (s *Submitter) Remarks(ctx context.Context, asked string, job *batchv1.Job) []string {
	var notes []string
	if asked != "" && job.Name != asked {
		notes = append(notes, fmt.Sprintf("there is a Job %s already: this one is called %s; -l %s=%s finds all", asked, job.Name, request.NameLabel, job.Labels[request.NameLabel]))
	}
	if _, waits := job.Annotations[gate.DependsOnAnnotation]; !waits {
		return notes
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	// Without an answer there is nothing to say: the Job was created.
	if held, err := isHeldAtBirth(ctx, s.All, s.Namespace); err == nil && !held {
		notes = append(notes, fmt.Sprintf("nothing in the cluster holds Jobs of namespace %s that wait, so there may be no gate, and without one nobody releases %s; look with: depctl check", s.Namespace, job.Name))
	}
	return notes
}

// lookupTimeout bounds one question about another Job.
const lookupTimeout = 10 * time.Second

// Lookup tells about a Job that others wait for.
func (s *Submitter) Lookup(ctx context.Context) request.Lookup {
	return func(namespace, name string) (*request.Known, error) {
		if namespace == "" {
			namespace = s.Namespace
		}
		ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
		defer cancel()
		job, err := s.All.Jobs(namespace).Get(ctx, name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		numbers, err := request.Numbers(job)
		return &request.Known{Numbers: numbers}, err
	}
}

// Match returns the Jobs that a pattern matches now.
func (s *Submitter) Match(ctx context.Context) request.Match {
	return func(pattern string) ([]string, error) {
		list, err := s.All.Jobs(s.Namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return nil, err
		}
		var names []string
		for i := range list.Items {
			if request.Matches(pattern, list.Items[i].Name) {
				names = append(names, list.Items[i].Name)
			}
		}
		return names, nil
	}
}

// Namesakes returns the Jobs that were submitted by a name.
func (s *Submitter) Namesakes(ctx context.Context) request.Namesakes {
	return func(name string) ([]string, error) {
		ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
		defer cancel()
		list, err := s.All.Jobs(s.Namespace).List(ctx, metav1.ListOptions{LabelSelector: request.NameLabel + "=" + name})
		if err != nil {
			return nil, err
		}
		names := make([]string, len(list.Items))
		for i := range list.Items {
			names[i] = list.Items[i].Name
		}
		return names, nil
	}
}

// errGone is returned for a Job that was deleted before it ended.
var errGone = errors.New("it was deleted before it ended")

// Wait returns the Job once it has ended, and tells of each state before, and of the API
// server where it does not answer.
func (s *Submitter) Wait(ctx context.Context, job *batchv1.Job, tell, outage func(text string)) (*batchv1.Job, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	type end struct {
		job *batchv1.Job
		err error
	}
	ended := make(chan end, 1)
	over := func(job *batchv1.Job, err error) {
		select {
		case ended <- end{job, err}:
		default: // it is over already
		}
	}
	told := ""
	set := func(now *batchv1.Job) {
		if now.UID != job.UID {
			over(nil, errGone)
			return
		}
		text, done := batch.Progress(now)
		if text != told {
			told = text
			tell(text)
		}
		if done {
			over(now, nil)
		}
	}
	w := &Watcher{
		Client: s.All, Reached: true, Set: set, Outage: outage,
		Removed:   func(*batchv1.Job) { over(nil, errGone) },
		Forbidden: func(_ Stream, err error) error { return err },
		Replaced: func(_ Stream, jobs []*batchv1.Job) {
			if len(jobs) == 0 {
				over(nil, errGone)
				return
			}
			set(jobs[0])
		},
	}
	w.Watch(ctx, Stream{s.Namespace, job.Name})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case err := <-w.Ended():
		return nil, err
	case e := <-ended:
		return e.job, e.err
	}
}

// FailedPods returns the pods of a Job that have failed.
func (s *Submitter) FailedPods(ctx context.Context, job *batchv1.Job) ([]corev1.Pod, error) {
	list, err := s.Core.Pods(s.Namespace).List(ctx, metav1.ListOptions{
		LabelSelector: batchv1.ControllerUidLabel + "=" + string(job.UID),
		FieldSelector: fields.OneTermEqualSelector("status.phase", string(corev1.PodFailed)).String(),
	})
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}
