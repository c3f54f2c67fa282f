package serve

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"depctl.dev/cli/event"
	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/stamp"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// made is what came of an event.
type made struct {
	job string
	// anew says that it was not done before.
	anew bool
}

// done makes a Job that is over.
func (s *server) done(ctx context.Context, i *event.Intent, who *caller) (made, error) {
	job, changed, err := s.jobs().Done(ctx, i.Done(i.Result()), who.name, s.clock.Now())
	var other *cluster.OtherJob
	if errors.As(err, &other) {
		return made{}, &event.Refusal{Status: http.StatusConflict, Message: other.Error()}
	}
	return made{job.Name, changed}, err
}

// mostTries is how many names are tried that other events of the CronJob have: they are hashes.
const mostTries = 5

// run makes a Job of a CronJob. The key makes its name: who makes it a second time finds it there.
func (s *server) run(ctx context.Context, i *event.Intent, who *caller) (made, error) {
	cronJob := who.cronJob
	if cronJob == nil {
		var err error
		if cronJob, err = s.jobs().FindCronJob(ctx, i.Namespace, i.Name); err != nil {
			return made{}, err
		}
		if cronJob == nil {
			return made{}, &event.Refusal{Status: http.StatusNotFound, Message: fmt.Sprintf("there is no CronJob %s/%s", i.Namespace, i.Name)}
		}
	}
	full := &batchv1.CronJob{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(cronJob.Object, full); err != nil {
		return made{}, fmt.Errorf("CronJob %s/%s is not as batch/v1 has it: %w", i.Namespace, i.Name, err)
	}
	salt := "event " + i.Key
	if i.Key == "" {
		salt = "now " + s.clock.Now().UTC().Format(time.RFC3339Nano) + s.suffix()
	}
	for try := range mostTries {
		name := stamp.Name(i.Name, salt, try, &batchv1.Job{Spec: full.Spec.JobTemplate.Spec})
		job := stamp.OfCronJob(cronJob.DeepCopy(), name, time.Time{}, nil)
		if err := stamp.OfEvent(job, i.Key, i.Results); err != nil {
			return made{}, &event.Refusal{Status: http.StatusUnprocessableEntity, Message: err.Error()}
		}
		_, err := s.jobs().Create(ctx, job)
		if err == nil {
			return made{name, true}, nil
		}
		if !apierrors.IsAlreadyExists(err) {
			return made{}, s.explain(ctx, err, job)
		}
		there, err := s.jobs().Get(ctx, lang.Job(i.Namespace, name))
		if err != nil {
			return made{}, err
		}
		if i.Key != "" && there.Raw.GetAnnotations()[gate.EventKeyAnnotation] == i.Key {
			return made{name, false}, nil
		}
	}
	return made{}, fmt.Errorf("%d names for the Job of this event are taken by other Jobs", mostTries)
}

// explain says what is wrong with a Job that was not created.
func (s *server) explain(ctx context.Context, err error, job *unstructured.Unstructured) error {
	ref := lang.Job(job.GetNamespace(), job.GetName())
	explained := s.jobs().Explain(ctx, err, cluster.Right{Verb: "create", Kind: cluster.JobKind, Namespace: ref.Namespace}, ref)
	var denied *cluster.Denied
	if !errors.As(explained, &denied) && !cluster.Temporary(err) && cluster.Refused(err) {
		return &event.Refusal{Status: http.StatusUnprocessableEntity, Message: explained.Error()}
	}
	return explained
}
