package imitation

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"depctl.dev/cli/batch"
	"depctl.dev/cli/batch/request"
)

// Query says which Jobs are meant. What is empty means all.
type Query struct {
	// IDs are numbers of Jobs, or of elements that have one of their own.
	IDs []int64
	// Names are as they were given.
	Names []string
	Users []string
	// Exits asks for the exit codes of elements that have ended, which are in their pods.
	Exits bool
}

// podsOfMany is how many Jobs may be asked for by name. Beyond that all are read.
const podsOfMany = 100

// Jobs returns the Jobs that are meant, by their numbers.
func (s *Session) Jobs(ctx context.Context, q Query) ([]*Job, error) {
	jobs, err := s.list(ctx, q)
	if err != nil {
		return nil, err
	}
	pods, err := s.podsOf(ctx, jobs, q.Exits)
	if err != nil {
		return nil, err
	}
	made := make([]*Job, 0, len(jobs))
	for i := range jobs {
		j := Observe(&jobs[i], pods[string(jobs[i].UID)])
		if len(q.Names) == 0 || slices.Contains(q.Names, j.Name) {
			made = append(made, j)
		}
	}
	slices.SortFunc(made, func(a, b *Job) int { return cmp.Compare(a.ID, b.ID) })
	return made, nil
}

// list reads the Jobs that a query means, but for names, which labels have otherwise.
func (s *Session) list(ctx context.Context, q Query) ([]batchv1.Job, error) {
	if len(q.IDs) > 0 {
		jobs, err := s.find(ctx, q.IDs)
		return slices.DeleteFunc(jobs, func(j batchv1.Job) bool {
			return len(q.Users) > 0 && !slices.ContainsFunc(q.Users, func(u string) bool { return j.Labels[request.UserLabel] == batch.LabelOf(u) })
		}), err
	}
	queue, err := s.Queue()
	if err != nil {
		return nil, err
	}
	selector := request.IDLabel
	if len(q.Users) > 0 {
		labels := make([]string, len(q.Users))
		for i, u := range q.Users {
			labels[i] = batch.LabelOf(u)
		}
		selector += "," + request.UserLabel + " in (" + strings.Join(labels, ",") + ")"
	}
	return queue.Jobs(ctx, selector)
}

// find returns the Jobs with these numbers. One that no Job has may be that of an
// element, of an array that has a smaller one.
func (s *Session) find(ctx context.Context, ids []int64) ([]batchv1.Job, error) {
	queue, err := s.Queue()
	if err != nil {
		return nil, err
	}
	selector := request.IDLabel
	if len(ids) <= podsOfMany {
		texts := make([]string, len(ids))
		for i, id := range ids {
			texts[i] = strconv.FormatInt(id, 10)
		}
		selector += " in (" + strings.Join(texts, ",") + ")"
	}
	jobs, err := queue.Jobs(ctx, selector)
	if err != nil {
		return nil, err
	}
	left := slices.Clone(ids)
	for i := range jobs {
		first, last := request.IDOf(&jobs[i]), request.IDOf(&jobs[i])+int64(request.SizeOf(&jobs[i]))
		left = slices.DeleteFunc(left, func(id int64) bool { return id >= first && id < last })
	}
	if len(left) > 0 && len(ids) <= podsOfMany {
		if jobs, err = queue.Jobs(ctx, request.IDLabel); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(jobs, func(j batchv1.Job) bool {
		first, last := request.IDOf(&j), request.IDOf(&j)+int64(request.SizeOf(&j))
		return !slices.ContainsFunc(ids, func(id int64) bool { return id >= first && id < last })
	}), nil
}

// podsOf returns the pods that say how Jobs stand, by the UIDs of the Jobs: those that
// live of Jobs that have such, all of arrays that have such, for a pod that has just ended
// is in no count yet, and with exits those that have failed. With exits, all of a few.
func (s *Session) podsOf(ctx context.Context, jobs []batchv1.Job, exits bool) (map[string][]corev1.Pod, error) {
	var live, whole, failed []string
	for i := range jobs {
		j := &jobs[i]
		id := j.Labels[request.IDLabel]
		switch {
		case exits && len(jobs) <= podsOfMany:
			whole = append(whole, id) // all pods: they say when and where each ran
		case j.Status.Active > 0 && request.IsIndexed(j):
			whole = append(whole, id)
		case j.Status.Active > 0:
			live = append(live, id)
		case exits && (j.Status.Failed > 0 || j.Status.UncountedTerminatedPods != nil):
			failed = append(failed, id)
		}
	}
	found := map[string][]corev1.Pod{}
	for _, part := range []struct {
		ids    []string
		fields string
	}{
		{live, "status.phase!=Succeeded,status.phase!=Failed"},
		{whole, ""},
		{failed, "status.phase=Failed"},
	} {
		if len(part.ids) > podsOfMany && part.fields != "" {
			if err := s.addPods(ctx, found, request.IDLabel, part.fields); err != nil {
				return nil, err
			}
			continue
		}
		for ids := range slices.Chunk(part.ids, podsOfMany) {
			if err := s.addPods(ctx, found, request.IDLabel+" in ("+strings.Join(ids, ",")+")", part.fields); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

func (s *Session) addPods(ctx context.Context, to map[string][]corev1.Pod, labels, fields string) error {
	queue, err := s.Queue()
	if err != nil {
		return err
	}
	pods, err := queue.Pods(ctx, labels, fields)
	for i := range pods {
		uid := pods[i].Labels[batchv1.ControllerUidLabel]
		to[uid] = append(to[uid], pods[i])
	}
	return err
}
