package logs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/labels"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/reference"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// selection says which Jobs are meant, and which of their pods.
type selection struct {
	// namespace is empty for all.
	namespace string
	// named are the Jobs that were named, or the steps of the run. A name may be a pattern.
	named   []lang.Ref
	labels  labels.Selector
	run     string
	failed  bool
	indexes lang.Indexes
}

// has reports whether a Job is meant.
func (s *selection) has(job gate.Job) bool {
	switch {
	case s.run != "" && job.Step().Run != s.run, s.failed && job.Outcome() != lang.Failed:
		return false
	case len(s.named) > 0 && !s.several():
		return s.names(s.key(job))
	case len(s.named) > 0 && !s.names(s.key(job)):
		return false
	case s.indexes != nil && len(s.elements(job)) == 0:
		return false
	}
	return (s.namespace == "" || job.Namespace == s.namespace || len(s.named) > 0) && s.labels.Matches(labels.Set(job.Labels))
}

func (s *selection) names(key lang.Ref) bool {
	return slices.ContainsFunc(s.named, func(name lang.Ref) bool {
		return name.Kind == key.Kind && name.Namespace == key.Namespace && reference.Matches(name.Name, key.Name)
	})
}

// several reports whether a pattern may mean several Jobs, or none.
func (s *selection) several() bool {
	return slices.ContainsFunc(s.named, func(name lang.Ref) bool { return reference.IsPattern(name.Name) })
}

// elements returns those of a Job that were asked for, none if it is no array.
func (s *selection) elements(job gate.Job) lang.Indexes {
	if job.Object.Array == nil || job.Object.Array.Size == 0 {
		return nil
	}
	return s.indexes.Intersect(lang.Indexes{{Low: 0, High: job.Object.Array.Size - 1}})
}

// hasPod reports whether a pod of a Job that is meant is.
func (s *selection) hasPod(p *pod) bool {
	return (s.indexes == nil || p.index >= 0 && s.indexes.Contains(p.index)) && (!s.failed || p.failed)
}

// key is by what a Job is named: of several of one key the latest counts.
func (s *selection) key(job gate.Job) lang.Ref {
	if s.run != "" {
		ref := job.Step()
		ref.Run = ""
		return ref
	}
	return job.Identity()
}

// read returns the Jobs that are meant, of one step the latest.
func (s *selection) read(ctx context.Context, reader *cluster.LogReader) ([]*batchv1.Job, error) {
	var all []*batchv1.Job
	if len(s.named) > 0 {
		refs := s.named
		if s.run != "" {
			var err error
			if refs, err = reader.Steps(ctx, s.run, s.named); err != nil {
				return nil, err
			}
		}
		for _, ref := range refs {
			if reference.IsPattern(ref.Name) {
				jobs, err := reader.Jobs(ctx, ref.Namespace, "")
				if err != nil {
					return nil, err
				}
				all = append(all, jobs...) // of which those are kept that are meant
				continue
			}
			job, err := reader.Job(ctx, ref.Namespace, ref.Name)
			if err != nil {
				return nil, err
			}
			all = append(all, job)
		}
	} else {
		selector := s.labels.String()
		if s.run != "" {
			selector = strings.TrimPrefix(selector+","+gate.RunLabel+"="+s.run, ",")
		}
		var err error
		if all, err = reader.Jobs(ctx, s.namespace, selector); err != nil {
			return nil, err
		}
	}
	if s.several() {
		slices.SortStableFunc(all, func(a, b *batchv1.Job) int {
			return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
		})
		all = slices.CompactFunc(all, func(a, b *batchv1.Job) bool { return a.UID == b.UID }) // each once
	}
	latest, observed := map[lang.Ref]gate.Job{}, map[*batchv1.Job]gate.Job{}
	for _, full := range all {
		job := gate.Observe(full)
		observed[full] = job
		if before, there := latest[s.key(job)]; !there || gate.Newer(job, before) {
			latest[s.key(job)] = job
		}
	}
	return slices.DeleteFunc(all, func(full *batchv1.Job) bool {
		job := observed[full]
		return !s.has(job) || latest[s.key(job)].UID != job.UID
	}), nil
}

// checkIndexes returns an error if a Job that was named has no such elements.
func (s *selection) checkIndexes(jobs []*batchv1.Job) error {
	if s.indexes == nil || len(s.named) == 0 || s.several() {
		return nil
	}
	highest := s.indexes[len(s.indexes)-1].High
	for _, full := range jobs {
		job := gate.Observe(full)
		switch array := job.Object.Array; {
		case array == nil:
			return fmt.Errorf("job %s is no array, and has no element %s", job.Identity(), s.indexes)
		case highest >= array.Size:
			return fmt.Errorf("job %s has no element %d: it has 0 to %d", job.Identity(), highest, array.Size-1)
		}
	}
	return nil
}

// isRun reports whether a whole run is meant.
func (s *selection) isRun() bool { return s.run != "" && len(s.named) == 0 && s.labels.Empty() }

// where says in words where Jobs were looked for.
func (s *selection) where() string {
	text := ""
	if s.run != "" {
		text = " in run " + s.run
	}
	return text + command.In(s.namespace)
}

// mostNames is how many Jobs are watched, and their pods listed, one by one: more are as
// all of their namespace.
const mostNames = 8

// streams returns which Jobs to watch.
func (s *selection) streams() []cluster.Stream {
	if len(s.named) == 0 {
		return []cluster.Stream{{Namespace: s.namespace}}
	}
	var list []cluster.Stream
	for _, ref := range s.named {
		stream := cluster.Stream{Namespace: ref.Namespace, Name: ref.Name}
		if s.run != "" || len(s.named) > mostNames || s.several() {
			stream.Name = "" // a step, and what a pattern means, has a name that nobody knows
		}
		if !slices.Contains(list, stream) {
			list = append(list, stream)
		}
	}
	return list
}

// pods returns which pods to list or to watch: all of Jobs, or those of the few that are
// named.
func (s *selection) pods() []cluster.PodStream {
	var list []cluster.PodStream
	names := map[string][]string{}
	for _, stream := range s.streams() {
		if _, known := names[stream.Namespace]; !known {
			list = append(list, cluster.PodStream{Namespace: stream.Namespace})
		}
		names[stream.Namespace] = append(names[stream.Namespace], stream.Name)
	}
	for i, stream := range list {
		list[i].Selector = batchv1.JobNameLabel
		if of := names[stream.Namespace]; !slices.Contains(of, "") {
			list[i].Selector += " in (" + strings.Join(of, ",") + ")"
		}
	}
	return list
}
