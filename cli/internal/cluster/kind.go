package cluster

import (
	"context"
	"fmt"
	"time"

	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/gate/lookup"
	"depctl.dev/gate/status"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// objectsGrowOld is after how long objects are read again, where one looks on.
const objectsGrowOld = 2 * time.Second

// others read what is no Job; nil where nobody does.
type others struct {
	objects dynamic.Interface
	names   metadata.Interface
}

// others returns what reads objects of other kinds than Jobs.
func (f *Factory) others() (others, error) {
	config, err := f.config()
	if err != nil {
		return others{}, err
	}
	objects, err := f.NewObjects(config)
	if err != nil {
		return others{}, fmt.Errorf("connecting to the cluster at %s: %w", config.Host, err)
	}
	names, err := f.NewNames(config)
	if err != nil {
		return others{}, fmt.Errorf("connecting to the cluster at %s: %w", config.Host, err)
	}
	return others{objects, names}, nil
}

// readKinds reads what is waited for of other kinds than Jobs: each object by its name, and of a
// set all of the namespace. What may not be read stays unread. Only now can the world look
// these kinds up.
func (r *Reading) readKinds(ctx context.Context) error {
	for _, ref := range r.World.Wanted(r.Namespace) {
		if _, held := r.World.Jobs[ref]; held {
			continue
		}
		var err error
		switch ref.Kind {
		case lang.KindJob:
		case lang.KindCronJob:
			err = r.lookForCronJob(ctx, ref)
		default:
			err = r.lookForObject(ctx, ref)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// lookForObject reads an object of another kind, or a set, unless that has just been done.
func (r *Reading) lookForObject(ctx context.Context, ref lang.Ref) error {
	of, known := kind.Of(ref.Kind)
	if at, read := r.objectsRead[ref]; r.objects == nil || !known || read && r.World.Now.Sub(at) < objectsGrowOld {
		return nil
	}
	r.objectsRead[ref] = r.World.Now
	return r.readObject(ctx, of, ref)
}

// readObject reads an object of a kind, or a set of them.
func (r *Reading) readObject(ctx context.Context, of kind.Kind, ref lang.Ref) error {
	known, asked := r.World.Kinds[of.Name]
	if !asked {
		known = r.resolve(ctx, of)
		r.World.Kinds[of.Name] = known
	}
	if known.Why != "" {
		return nil
	}
	list, err := r.objectsOf(ctx, of, known.Resource, ref)
	switch {
	case apierrors.IsNotFound(err) && !ref.IsSet():
		r.World.Graph.Remove(ref) // it may have been there
		return nil
	case apierrors.IsForbidden(err):
		r.World.Unread[ref] = err.Error()
		return nil
	case err != nil:
		return fmt.Errorf("reading %s, which is waited for: %w", ref, err)
	}
	for _, object := range list {
		o := status.Observe(of, object)
		if err := r.readEndpoints(ctx, of, object, o); err != nil {
			return err
		}
		r.put(of, lang.Ref{Kind: ref.Kind, Namespace: ref.Namespace, Name: object.GetName()}, object, o)
	}
	return nil
}

// objectsOf returns the object that ref names, or all of the namespace if it is a set. Of kinds
// that only exist, nothing but the metadata is read.
func (r *Reading) objectsOf(ctx context.Context, of kind.Kind, at schema.GroupVersionResource, ref lang.Ref) (all []metav1.Object, err error) {
	switch names, objects := r.names.Resource(at).Namespace(ref.Namespace), r.objects.Resource(at).Namespace(ref.Namespace); {
	case !ref.IsSet() && of.OnlyMetadata:
		one, err := names.Get(ctx, ref.Name, metav1.GetOptions{})
		return []metav1.Object{one}, err
	case !ref.IsSet():
		one, err := objects.Get(ctx, ref.Name, metav1.GetOptions{})
		return []metav1.Object{one}, err
	case of.OnlyMetadata:
		list, err := names.List(ctx, metav1.ListOptions{})
		if err != nil {
			return nil, err
		}
		for i := range list.Items {
			all = append(all, &list.Items[i])
		}
	default:
		list, err := objects.List(ctx, metav1.ListOptions{})
		if err != nil {
			return nil, err
		}
		for i := range list.Items {
			all = append(all, &list.Items[i])
		}
	}
	return all, nil
}

// readEndpoints finds out whether a Service has an endpoint that is ready.
func (r *Reading) readEndpoints(ctx context.Context, of kind.Kind, object metav1.Object, o *lang.Object) error {
	if !of.HasEndpoints() {
		return nil
	}
	list, err := r.objects.Resource(discoveryv1.SchemeGroupVersion.WithResource("endpointslices")).Namespace(object.GetNamespace()).
		List(ctx, metav1.ListOptions{LabelSelector: discoveryv1.LabelServiceName + "=" + object.GetName()})
	if apierrors.IsForbidden(err) {
		o.Problem = snapshot.Unread(err.Error())
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the endpoints of Service %s: %w", object.GetName(), err)
	}
	for i := range list.Items {
		if status.HasEndpoint(&list.Items[i]) {
			o.Ready, o.Started = true, true
		}
	}
	return nil
}

// Groups returns the API groups that the cluster has.
func (c *Reader) Groups() (map[string]bool, error) {
	list, err := c.pods.Discovery().ServerGroups()
	if err != nil {
		return nil, fmt.Errorf("asking for the API groups of the cluster: %w", err)
	}
	groups := map[string]bool{}
	for i := range list.Groups {
		groups[list.Groups[i].Name] = true
	}
	return groups, nil
}

// resolve finds out where the API server has the objects of a kind.
func (r *Reading) resolve(ctx context.Context, of kind.Kind) gate.FixedKind {
	if of.IsBuiltIn() {
		return gate.FixedKind{Resource: gate.ResourceOf(of)}
	}
	at, err := lookup.ResourcesOf(r.pods.Discovery().RESTClient()).Find(ctx, of)
	if err != nil {
		return gate.FixedKind{Why: err.Error()}
	}
	return gate.FixedKind{Resource: at}
}
