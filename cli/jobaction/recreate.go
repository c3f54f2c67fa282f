package jobaction

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilwait "k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/cli-runtime/pkg/printers"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// remaking is a Job that is to be deleted and recreated.
type remaking struct {
	old  cluster.LiveJob
	anew *unstructured.Unstructured
}

// remake deletes Jobs and makes them again, one by one in their order.
func (o *retryOptions) remake(ctx context.Context, refs []lang.Ref) error {
	all := make([]remaking, 0, len(refs))
	for _, ref := range refs {
		t, err := o.client.Get(ctx, ref)
		if err != nil {
			return fmt.Errorf("%w: %w", command.ErrUnchanged, err)
		}
		if err := errors.Join(remakeable(t.Job), ownedByOther(t)); err != nil {
			return fmt.Errorf("%w: %w", command.ErrUnchanged, err)
		}
		if !isOver(t.Job) {
			return fmt.Errorf("%w: job %s has changed meanwhile, run the command again", command.ErrUnchanged, ref)
		}
		all = append(all, remaking{old: t, anew: gate.Recreate(t.Raw)})
	}
	if o.client.DryRun != command.DryRunClient {
		if err := o.rehearse(ctx, all); err != nil {
			return fmt.Errorf("%w: %w", command.ErrUnchanged, command.Flatten(err))
		}
	}
	if !o.changes() {
		return o.sayAll(all)
	}
	file, err := saveManifests(all)
	if err != nil {
		return fmt.Errorf("%w: %w", command.ErrUnchanged, err)
	}
	if err := o.note("Until all is done, the manifests are in %s", file); err != nil {
		return err
	}
	o.progress.Begin("Recreating Jobs", len(all))
	defer o.progress.End()
	for i, r := range all {
		o.progress.Set(i)
		if err := o.remakeOne(ctx, r); err != nil {
			return fmt.Errorf("%w\nTo go on, make what is missing, and run the command again:\n  kubectl create -f %s  # refuses what exists", err, file)
		}
	}
	if err := os.Remove(file); err != nil {
		return fmt.Errorf("all is done: %w", err)
	}
	return nil
}

// rehearse asks the API server whether each Job may be deleted and made. That it
// exists is found out last, after all that could be wrong with it.
func (o *retryOptions) rehearse(ctx context.Context, all []remaking) error {
	client := *o.client
	client.DryRun = command.DryRunServer
	o.progress.Begin("Trying out Jobs", len(all))
	defer o.progress.End()
	var failed []error
	for i, r := range all {
		o.progress.Set(i)
		_, err := client.Create(ctx, r.anew)
		switch {
		case apierrors.IsAlreadyExists(err), apierrors.IsBadRequest(err), overQuota(err):
			// A webhook that cannot do dry runs is a bad request, and there is
			// more room when the old Job is gone.
		case err != nil:
			failed = append(failed, client.Explain(ctx, err, cluster.Right{Verb: "create", Kind: cluster.JobKind, Subresource: "", Namespace: r.old.Namespace}, r.old.Identity()))
		}
		if err := client.Remove(ctx, r.old); err != nil && !apierrors.IsBadRequest(err) {
			failed = append(failed, err)
		}
	}
	o.client.Person = client.Person
	return errors.Join(failed...)
}

// overQuota reports whether there is no room for a Job: the quota is counted anew
// some time after another has gone.
func overQuota(err error) bool {
	return apierrors.IsForbidden(err) && strings.Contains(err.Error(), "exceeded quota")
}

func (o *retryOptions) sayAll(all []remaking) error {
	for _, r := range all {
		if err := o.say(cluster.LiveJob{Raw: r.anew, Full: r.old.Full, Job: r.old.Job}, o.done); err != nil {
			return err
		}
	}
	return nil
}

func (o *retryOptions) remakeOne(ctx context.Context, r remaking) error {
	if err := o.client.Remove(ctx, r.old); err != nil {
		return err
	}
	if err := o.client.AwaitGone(ctx, r.old, o.timeout); err != nil {
		return err
	}
	made, err := o.makeAnew(ctx, r)
	if err != nil {
		return err
	}
	return o.say(made, o.done)
}

// makeAnew makes a Job whose old one is gone. Nothing but time is lost by trying
// again, and the Job would be.
func (o *retryOptions) makeAnew(ctx context.Context, r remaking) (cluster.LiveJob, error) {
	var made *unstructured.Unstructured
	var last error
	err := utilwait.PollUntilContextTimeout(ctx, 500*time.Millisecond, o.timeout, true, func(ctx context.Context) (bool, error) {
		made, last = o.client.Create(ctx, r.anew)
		refused := apierrors.ReasonForError(last) != "" && !overQuota(last) && !passes(last)
		if refused {
			return false, last
		}
		return last == nil, nil
	})
	switch {
	case apierrors.IsAlreadyExists(err):
		// Somebody else was faster, such as GitOps, or an answer was lost.
		if err := o.note("%s was recreated by somebody else meanwhile", o.short(r.old.Identity())); err != nil {
			return cluster.LiveJob{}, err
		}
		return o.client.Get(ctx, r.old.Identity())
	case last != nil:
		return cluster.LiveJob{}, o.client.Explain(ctx, last, cluster.Right{Verb: "create", Kind: cluster.JobKind, Subresource: "", Namespace: r.old.Namespace}, r.old.Identity())
	case err != nil:
		return cluster.LiveJob{}, err
	}
	return cluster.NewLiveJob(made)
}

// passes reports whether a refusal passes by itself.
func passes(err error) bool {
	return slices.ContainsFunc([]func(error) bool{
		apierrors.IsTooManyRequests, apierrors.IsServerTimeout, apierrors.IsTimeout, apierrors.IsInternalError, apierrors.IsServiceUnavailable,
	}, func(is func(error) bool) bool { return is(err) })
}

// saveManifests writes the Jobs to a file that nobody else may read: the
// environment of a container may have secrets.
func saveManifests(all []remaking) (name string, err error) {
	file, err := os.CreateTemp("", "depctl-retry-*.yaml")
	if err != nil {
		return "", fmt.Errorf("saving the manifests: %w", err)
	}
	printer := &printers.YAMLPrinter{}
	for _, r := range all {
		if err = printer.PrintObj(r.anew, file); err != nil {
			break
		}
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		_ = os.Remove(file.Name())
		return "", fmt.Errorf("saving the manifests: %w", err)
	}
	return file.Name(), nil
}
