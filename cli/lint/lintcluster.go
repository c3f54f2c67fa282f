package lint

import (
	"context"
	"fmt"
	"maps"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// lintCluster is what "depctl lint --cluster" asks.
type lintCluster struct {
	jobs    *cluster.Reader
	reviews cluster.Reviewer
	// all reads what is no Job.
	all *cluster.Reader
	// client is asked for what no Reader knows.
	client cluster.Client
}

func newLintCluster(f *cluster.Factory) (*lintCluster, error) {
	jobs, err := f.JobReader()
	if err != nil {
		return nil, err
	}
	reviews, err := f.Reviewer()
	if err != nil {
		return nil, err
	}
	all, err := f.Reader("")
	if err != nil {
		return nil, err
	}
	client, err := f.Client()
	return &lintCluster{jobs: jobs, reviews: reviews, all: all, client: client}, err
}

// live returns the Jobs of the cluster, each as a manifest, and says where they are.
func (o *lintOptions) live(ctx context.Context) ([]*manifest.Manifest, string, error) {
	c, place := *o.cluster.jobs, "namespace "+o.namespace
	if c.Namespace = o.namespace; o.allNamespaces {
		c.Namespace, place = metav1.NamespaceAll, "all namespaces"
	}
	var manifests []*manifest.Manifest
	err := c.Each(ctx, c.Namespace, func(job *batchv1.Job) error {
		name := "job/" + job.Name
		if o.allNamespaces {
			name += " -n " + job.Namespace
		}
		m, err := liveManifest(name, job)
		manifests = append(manifests, m)
		return err
	})
	if err != nil {
		return nil, "", cluster.NotListed(c.Namespace, err)
	}
	return manifests, place, nil
}

// liveManifest writes a Job as a person would have: without what nobody reads in it.
func liveManifest(name string, job *batchv1.Job) (*manifest.Manifest, error) {
	metadata := metav1.ObjectMeta{
		Name: job.Name, Namespace: job.Namespace, Labels: job.Labels,
		Annotations: maps.Clone(job.Annotations), OwnerReferences: job.OwnerReferences,
	}
	delete(metadata.Annotations, corev1.LastAppliedConfigAnnotation)
	text, err := yaml.Marshal(&batchv1.Job{
		TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"}, ObjectMeta: metadata, Spec: job.Spec,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	m := manifest.NewManifest(name, text)
	m.Live = job
	return m, nil
}

// join adds the cluster's Jobs to those of the files, which count where both have
// one, and what service accounts may see. It returns notes on what it may not
// know.
func (c *lintCluster) join(ctx context.Context, l *linting) ([]string, error) {
	r := c.jobs.Reading(l.world.Now)
	for w := range l.each {
		if w.Live {
			r.Listed[w.Namespace] = nil
		}
	}
	for w := range l.each {
		if w.Job == nil {
			continue
		}
		refs := []lang.Ref{lang.Job(w.Namespace, "*")}
		for _, edge := range w.OnceEach() {
			refs = append(refs, edge.Ref.Resolve(w.By()))
		}
		for _, ref := range refs {
			if err := r.Look(ctx, ref); err != nil {
				return nil, err
			}
		}
	}
	if err := r.FollowUpstream(ctx); err != nil {
		return nil, err
	}
	for ref, job := range r.World.Jobs {
		if l.jobs[ref] == nil {
			l.world.Add(job)
			space := l.space(ref.Namespace)
			space.names = append(space.names, ref.Name)
		}
	}
	for _, space := range l.spaces {
		slices.Sort(space.names)
	}
	l.world.Unread = r.World.Unread
	l.world.Graph.Settle()
	l.inCluster = true
	if err := c.lookForKinds(l); err != nil {
		return nil, err
	}
	for w := range l.each {
		if w.PodSpec().SchedulerName == cluster.RankScheduler {
			l.noScheduler = cluster.LacksScheduler(ctx, c.client, l.world.Now)
			break
		}
	}
	asked, err := c.ask(ctx, l)
	return append(snapshot.UnreadableNotes(r.World), asked...), err
}

// lookForKinds asks which kinds the cluster has, where some Job names one that it may lack. What
// was said of it counts, too.
func (c *lintCluster) lookForKinds(l *linting) error {
	said := l.hasKind
	l.hasKind = func(kind.Kind) bool { return false }
	for w := range l.each {
		for _, edge := range w.OnceEach() {
			if _, lacks := l.lacks(edge.Ref); !lacks {
				continue
			}
			groups, err := c.all.Groups()
			l.hasKind = func(k kind.Kind) bool { return groups[k.Group] || said != nil && said(k) }
			return err
		}
	}
	return nil
}

// ask asks for each reference into another namespace what the gate will ask.
func (c *lintCluster) ask(ctx context.Context, l *linting) ([]string, error) {
	answers := gate.Answers{}
	for w := range l.each {
		if w.Job == nil || w.Expr == nil {
			continue
		}
		for _, question := range w.Facts.Questions(w.Expr, nil) {
			if _, known := answers[question]; known {
				continue
			}
			review, err := c.reviews.Create(ctx, question.Review(), metav1.CreateOptions{})
			if apierrors.IsForbidden(err) {
				return []string{fmt.Sprintf("Whether Jobs may wait for those of other namespaces is not known: %v", err)}, nil
			}
			if err != nil {
				return nil, fmt.Errorf("asking what service account %s/%s may do: %w", question.Namespace, question.Account, err)
			}
			answers[question] = gate.Denied
			if review.Status.Allowed {
				answers[question] = gate.Allowed
			}
		}
	}
	l.access = answers
	return nil, nil
}
