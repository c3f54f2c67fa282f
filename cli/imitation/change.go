package imitation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/cli/batch"
	"depctl.dev/cli/batch/request"
	"depctl.dev/cli/internal/cluster"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// cancelledAnnotation has the indexes of the elements that a person has ended.
const cancelledAnnotation = "depctl.dev/cancelled"

// What cannot be done to a Job as it stands.
var (
	// ErrEnded is that it has ended, and ErrBegun that it runs already.
	ErrEnded = errors.New("it has ended")
	ErrBegun = errors.New("it is no longer pending")
	// ErrNotStarted is that an element has no pod that could be ended.
	ErrNotStarted = errors.New("an element that has no pod yet cannot be ended alone")
)

// Absolute returns the name of a file on this machine.
func (s *Session) Absolute(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(s.Host.Directory, name)
}

// Cancel ends a Job: its pods end, and its record stays. Where the user may not say so in
// the status of the Job, it is deleted.
func (s *Session) Cancel(ctx context.Context, j *Job) error {
	if j.Ended() {
		return ErrEnded
	}
	client, live, err := s.live(ctx, j)
	if err != nil {
		return err
	}
	by := fmt.Sprintf("%s (%s)", s.Host.User, s.System.Name)
	_, _, err = client.Apply(ctx, live, cluster.Change{Kind: types.StrategicMergePatchType, Of: "status", Patch: func(t cluster.LiveJob) ([]byte, error) {
		if t.Job.Outcome() != lang.Undecided || t.Ending {
			return nil, ErrEnded
		}
		return gate.CancelPatch(t.Job, by, s.Now())
	}})
	var denied *cluster.Denied
	if errors.As(err, &denied) {
		return client.Remove(ctx, live)
	}
	return err
}

// CancelElements ends elements of an array that have a pod. The record of what they were
// ended by stays with the Job.
func (s *Session) CancelElements(ctx context.Context, j *Job, elements []*Element) error {
	queue, err := s.Queue()
	if err != nil {
		return err
	}
	var indexes []int64
	for _, e := range elements {
		if e.Pod == "" {
			return ErrNotStarted
		}
		indexes = append(indexes, int64(e.Index))
	}
	client, live, err := s.live(ctx, j)
	if err != nil {
		return err
	}
	if _, _, err = client.Apply(ctx, live, cluster.Change{Kind: types.MergePatchType, Patch: func(t cluster.LiveJob) ([]byte, error) {
		before, _ := lang.ParseIndexes(t.Full.Annotations[cancelledAnnotation])
		text := before.Union(lang.Listed(indexes)).String()
		return gate.EditPatch(t.Job, map[string]*string{cancelledAnnotation: &text})
	}}); err != nil {
		return err
	}
	for _, e := range elements {
		if err := queue.RemovePod(ctx, e.Pod, e.podUID); err != nil {
			return err
		}
	}
	return nil
}

// Hold keeps a Job from running that has not begun.
func (s *Session) Hold(ctx context.Context, j *Job, why string) error {
	return s.change(ctx, j, func(t cluster.LiveJob) ([]byte, error) {
		switch {
		case t.Job.Outcome() != lang.Undecided || t.Ending:
			return nil, ErrEnded
		case !t.Suspended:
			return nil, ErrBegun
		case t.OnHold:
			return nil, nil
		}
		return gate.EditPatch(t.Job, map[string]*string{gate.HoldAnnotation: &why})
	})
}

// Release takes the hold off a Job.
func (s *Session) Release(ctx context.Context, j *Job) error {
	return s.change(ctx, j, func(t cluster.LiveJob) ([]byte, error) {
		switch {
		case t.Job.Outcome() != lang.Undecided || t.Ending:
			return nil, ErrEnded
		case !t.OnHold:
			return nil, nil
		case !t.AsksToWait():
			return gate.StartPatch(t.Job) // no gate releases it
		}
		return gate.EditPatch(t.Job, map[string]*string{gate.HoldAnnotation: nil})
	})
}

// Edit is what can be changed of a Job; nil for what stays.
type Edit struct {
	// Seconds is how long it may run, 0 for as long as it likes, and AtOnce how many elements
	// of an array run at once.
	Seconds *int64
	AtOnce  *int32
	// DependsOn is what it waits for; Waits is the same in the words of the system.
	DependsOn, Waits *string
	Comment, Name    *string
}

// Edit changes a Job that has not ended. What it waits for can only be changed while it
// waits.
func (s *Session) Edit(ctx context.Context, j *Job, e Edit) error {
	return s.change(ctx, j, func(t cluster.LiveJob) ([]byte, error) {
		switch {
		case t.Job.Outcome() != lang.Undecided || t.Ending:
			return nil, ErrEnded
		case e.DependsOn != nil && !t.Suspended:
			return nil, ErrBegun
		}
		told := j.Told
		spec, annotations := map[string]any{}, map[string]any{}
		switch {
		case e.Seconds != nil && *e.Seconds == 0:
			spec["activeDeadlineSeconds"] = nil
		case e.Seconds != nil:
			spec["activeDeadlineSeconds"] = *e.Seconds
		}
		if e.AtOnce != nil {
			spec["parallelism"] = *e.AtOnce
		}
		if e.DependsOn != nil {
			annotations[gate.DependsOnAnnotation], told.Waits = *e.DependsOn, *e.Waits
		}
		if e.Comment != nil {
			annotations["kubernetes.io/description"] = *e.Comment
		}
		if e.Name != nil {
			told.Name = *e.Name
		}
		if told != j.Told {
			text, err := json.Marshal(told)
			if err != nil {
				return nil, fmt.Errorf("recording what Job %s was told: %w", t.Name, err)
			}
			annotations[request.SubmittedAnnotation] = string(text)
		}
		return json.Marshal(map[string]any{
			"metadata": map[string]any{"uid": t.UID, "resourceVersion": t.ResourceVersion, "annotations": annotations},
			"spec":     spec,
		})
	})
}

// Expression returns what options of the system wait for, in the words of package lang.
func (s *Session) Expression(ctx context.Context, options ...batch.Option) (string, error) {
	in, err := s.input(ctx, Order{Options: options, Command: []string{"true"}})
	if err != nil {
		return "", err
	}
	if !in.Site.HasImage() {
		in.Options = append(in.Options, batch.Option{Dialect: batch.Depctl, Name: "image", Value: "any"}) // none is made
	}
	made, err := batch.Compile(*in)
	if err != nil {
		return "", err
	}
	return made.Job.Annotations[gate.DependsOnAnnotation], nil
}

func (s *Session) change(ctx context.Context, j *Job, patch func(cluster.LiveJob) ([]byte, error)) error {
	client, live, err := s.live(ctx, j)
	if err != nil {
		return err
	}
	_, _, err = client.Apply(ctx, live, cluster.Change{Kind: types.MergePatchType, Patch: patch})
	return err
}

// live returns a Job as it is now.
func (s *Session) live(ctx context.Context, j *Job) (*cluster.JobClient, cluster.LiveJob, error) {
	client, err := s.factory.JobClient()
	if err != nil {
		return nil, cluster.LiveJob{}, err
	}
	live, err := client.Get(ctx, lang.Ref{Kind: lang.KindJob, Namespace: j.Full.Namespace, Name: j.Full.Name})
	return client, live, err
}
