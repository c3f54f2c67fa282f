package clusterworkload

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/gate"
	"depctl.dev/test/history"
	"depctl.dev/test/simulation"
)

// Graph is a random graph of Jobs on a cluster.
type Graph struct {
	// Spaces are the namespaces of the cluster, by those of the scenario. The
	// service accounts of each may look into all.
	Spaces map[string]string

	client   kubernetes.Interface
	scenario simulation.Scenario
	names    *strings.Replacer
	seed     uint64
	want     map[string]string
	// deployed is how each Deployment must end: complete means that it has started.
	deployed map[string]string
	restless bool
}

// New makes a graph whose end does not depend on what happens first.
func New(ctx context.Context, client kubernetes.Interface, seed uint64, jobs, namespaces int) (*Graph, error) {
	return begin(ctx, client, seed, simulation.Options{
		Fewest: jobs, Most: jobs, Namespaces: namespaces, Steady: true, Untimed: true, Lively: true,
	})
}

// NewWithDeployments makes such a graph in which Deployments wait, too.
func NewWithDeployments(ctx context.Context, client kubernetes.Interface, seed uint64, jobs, namespaces int) (*Graph, error) {
	return begin(ctx, client, seed, simulation.Options{
		Fewest: jobs, Most: jobs, Namespaces: namespaces, Steady: true, Untimed: true, Lively: true, Deployments: true,
	})
}

// NewRestless makes a graph whose Jobs are cleaned away, deleted, edited and recreated
// while it runs, and released element by element, some of them. How they end depends
// on what happens first: only package history can judge them.
func NewRestless(ctx context.Context, client kubernetes.Interface, seed uint64, jobs, namespaces int) (*Graph, error) {
	return begin(ctx, client, seed, simulation.Options{Fewest: jobs, Most: jobs, Namespaces: namespaces, Untimed: true, Lively: true})
}

// begin makes the namespaces of the graph of a seed, with so many Jobs. What order
// they come in does not matter to their end.
func begin(ctx context.Context, client kubernetes.Interface, seed uint64, o simulation.Options) (*Graph, error) {
	g := &Graph{Spaces: map[string]string{}, deployed: map[string]string{}, client: client, seed: seed, scenario: simulation.New(seed, o), restless: !o.Steady}
	var names []string
	for _, job := range g.scenario.Jobs {
		if g.Spaces[job.Namespace] != "" {
			continue
		}
		made, err := client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{
			ObjectMeta: metav1.ObjectMeta{GenerateName: "graph-"},
		}, metav1.CreateOptions{})
		if err != nil {
			return nil, fmt.Errorf("making a namespace: %w", err)
		}
		g.Spaces[job.Namespace] = made.Name
		names = append(names, job.Namespace+"/", made.Name+"/")
	}
	g.names = strings.NewReplacer(names...)
	for _, space := range g.Spaces {
		if err := g.open(ctx, space); err != nil {
			return nil, fmt.Errorf("granting the right to look into %s: %w", space, err)
		}
	}
	if !g.restless {
		g.want = g.settle()
	}
	return g, nil
}

// open lets the service accounts of all namespaces of the graph look into one.
func (g *Graph) open(ctx context.Context, space string) error {
	meta := metav1.ObjectMeta{Name: "look", Namespace: space}
	binding := &rbacv1.RoleBinding{ObjectMeta: meta, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: meta.Name}}
	for _, from := range g.Spaces {
		binding.Subjects = append(binding.Subjects, rbacv1.Subject{Kind: "ServiceAccount", Namespace: from, Name: "default"})
	}
	_, err := g.client.RbacV1().Roles(space).Create(ctx, &rbacv1.Role{
		ObjectMeta: meta, Rules: []rbacv1.PolicyRule{
			{APIGroups: []string{"batch"}, Resources: []string{"jobs"}, Verbs: []string{"get", "list"}},
			{APIGroups: []string{"apps"}, Resources: []string{"deployments"}, Verbs: []string{"get"}},
		},
	}, metav1.CreateOptions{})
	if err == nil {
		_, err = g.client.RbacV1().RoleBindings(space).Create(ctx, binding, metav1.CreateOptions{})
	}
	return err
}

// Restless reports whether the graph is one of NewRestless.
func (g *Graph) Restless() bool { return g.restless }

// settle finds out how each Job must end, by namespace/name.
func (g *Graph) settle() map[string]string {
	scratch := simulation.NewCluster()
	for _, step := range g.scenario.Steps {
		switch job := g.scenario.Jobs[step.Job]; step.Kind {
		case simulation.Create:
			scratch.Create(job.AsJob(), step.Ends)
		case simulation.Unhold:
			scratch.Annotate(job.Namespace, job.Name, gate.HoldAnnotation, "")
		}
	}
	scratch.Settle(rand.New(rand.NewPCG(g.seed, 2)))
	want := map[string]string{}
	for _, job := range g.scenario.Jobs {
		ends := want
		if job.Deployment {
			ends = g.deployed
		}
		ends[g.Spaces[job.Namespace]+"/"+job.Name] = simulation.End(scratch.Get(job.Namespace, job.Name))
	}
	return want
}

// Ends returns how each Job has ended, or where it stands.
func (g *Graph) Ends(last map[string]history.Event) map[string]string {
	ends := map[string]string{}
	for _, job := range g.scenario.Jobs {
		if job.Deployment {
			continue
		}
		key := g.Spaces[job.Namespace] + "/" + job.Name
		ends[key] = simulation.End(last[key].Job)
	}
	return ends
}

// Remove deletes the namespaces of the graph and returns when no Job is left.
func (g *Graph) Remove(ctx context.Context, h *history.History) error {
	for _, space := range g.Spaces {
		err := Persist(ctx, func() error {
			err := g.client.CoreV1().Namespaces().Delete(ctx, space, metav1.DeleteOptions{})
			if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
				return nil
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("removing namespace %s: %w", space, err)
		}
	}
	var left []string
	err := h.Wait(ctx, func(last map[string]history.Event) bool {
		left = left[:0]
		for _, e := range last {
			if g.Has(e.Job) {
				left = append(left, fmt.Sprintf("%s %v", e.Key(), e.Job.Finalizers))
			}
		}
		return len(left) == 0
	})
	if err != nil {
		return fmt.Errorf("waiting for the Jobs to go, %d are left, such as %s: %w", len(left), strings.Join(left[:min(len(left), 3)], ", "), err)
	}
	return nil
}

// Has reports whether a Job is in a namespace of the graph.
func (g *Graph) Has(job *batchv1.Job) bool {
	for space := range maps.Values(g.Spaces) {
		if job.Namespace == space {
			return true
		}
	}
	return false
}
