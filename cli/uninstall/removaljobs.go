package uninstall

import (
	"context"
	"errors"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
)

// rounds bounds how often all Jobs are gone through for finalizers. A gate that
// runs elsewhere adds them again.
const rounds = 3

// freeJobs removes the finalizer of all Jobs.
func (r *removal) freeJobs(ctx context.Context) error {
	for range rounds {
		if err := r.readJobs(ctx); err != nil {
			return err
		}
		guarded := guarded(r.world)
		if len(guarded) == 0 {
			return nil
		}
		freed, err := r.patchAll(ctx, guarded, "finalizer removed", types.StrategicMergePatchType, func(job gate.Job) ([]byte, error) {
			if !job.Guarded {
				return nil, nil
			}
			return gate.GuardPatch(job, gate.RemoveGuard)
		})
		r.tally.freed += freed
		if err != nil || r.DryRun != command.DryRunNone {
			return err
		}
	}
	return fmt.Errorf("finalizers %s come back as fast as they are removed: is there a gate outside of namespace %s? "+
		"Stop it, and run the command again", gate.OutcomeFinalizer, r.installed.Namespace)
}

// releaseJobs un-suspends the Jobs that no person holds, if that was asked for,
// and notes which stay suspended.
func (r *removal) releaseJobs(ctx context.Context) error {
	for range rounds {
		if err := r.readJobs(ctx); err != nil {
			return err
		}
		held := func(job gate.Job) bool { return job.OnHold || snapshot.ByElement(job) }
		ready := slices.DeleteFunc(slices.Clone(r.tally.stranded), held)
		if !r.release || len(ready) == 0 {
			return nil
		}
		released, err := r.patchAll(ctx, ready, "released", types.JSONPatchType, func(job gate.Job) ([]byte, error) {
			if !isStranded(job) || held(job) {
				return nil, nil
			}
			// The policy that keeps Jobs suspended may be in force yet; it lets
			// the record of a release pass.
			return gate.ReleasePatch(job, gate.NewRelease(job, r.clock.Now(), "depctl uninstall", nil), gate.ReleaseOptions{Unlimited: true})
		})
		r.tally.released += released
		if r.DryRun != command.DryRunNone {
			r.tally.stranded = slices.DeleteFunc(r.tally.stranded, func(job gate.Job) bool { return !held(job) })
		}
		if err != nil || r.DryRun != command.DryRunNone {
			return err
		}
	}
	return nil
}

func (r *removal) readJobs(ctx context.Context) error {
	var err error
	if r.world, err = r.Read(ctx, r.clock.Now()); err == nil {
		r.tally.stranded = stranded(r.world)
		r.tally.mixed = r.tally.mixed || slices.ContainsFunc(r.tally.stranded, func(job gate.Job) bool { return !job.IsJob() })
	}
	return err
}

// patchAll patches Jobs, says so of each, and counts them.
func (r *removal) patchAll(ctx context.Context, all []gate.Job, done string, kind types.PatchType, patch func(gate.Job) ([]byte, error)) (int, error) {
	var failed []error
	patched, rehearsed := 0, map[string]bool{}
	r.progress.Begin("Changing Jobs", len(all))
	defer r.progress.End()
	for _, job := range all {
		r.progress.Step()
		if r.rehearsal && rehearsed[job.Namespace] {
			patched++
			continue
		}
		rehearsed[job.Namespace] = true
		did, err := r.PatchJob(ctx, job, kind, patch)
		switch {
		case r.rehearsal && apierrors.IsBadRequest(err):
			did = true
		case err != nil:
			failed = append(failed, err)
			if !isRefusal(err) {
				return patched, errors.Join(failed...)
			}
			continue
		}
		if !did {
			continue
		}
		patched++
		if err := r.say("%s/%s %s in %s namespace", cluster.ResourceOf(job), job.Name, done, job.Namespace); err != nil {
			return patched, err
		}
	}
	return patched, errors.Join(failed...)
}
