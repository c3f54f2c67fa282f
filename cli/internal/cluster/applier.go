package cluster

import (
	"context"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"depctl.dev/cli/internal/command"
)

// Applier applies objects of any kind, as "kubectl apply --server-side" does.
type Applier struct {
	client *JobClient
	mapper meta.RESTMapper
}

// Applier returns what applies objects, in dry runs where the client is in one.
func (f *Factory) Applier(client *JobClient) (*Applier, error) {
	mapper, err := f.Flags.ToRESTMapper()
	if err != nil {
		return nil, fmt.Errorf("asking which kinds the cluster has: %w", err)
	}
	return &Applier{client, mapper}, nil
}

// Apply applies an object, in a namespace if it is of a kind that has them and names none.
func (a *Applier) Apply(ctx context.Context, raw *unstructured.Unstructured, namespace string) (*unstructured.Unstructured, error) {
	return a.apply(ctx, raw, namespace, a.client.DryRun)
}

// Try asks whether an object could be applied.
func (a *Applier) Try(ctx context.Context, raw *unstructured.Unstructured, namespace string) error {
	_, err := a.apply(ctx, raw, namespace, command.DryRunServer)
	return err
}

func (a *Applier) apply(ctx context.Context, raw *unstructured.Unstructured, namespace string, dry command.DryRun) (*unstructured.Unstructured, error) {
	kind := raw.GroupVersionKind()
	what := strings.ToLower(kind.Kind) + " " + raw.GetName()
	mapping, err := a.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		return nil, fmt.Errorf("%s: the cluster has no kind %s of %s; install it first: %w", what, kind.Kind, kind.GroupVersion(), err)
	}
	var client dynamic.ResourceInterface = a.client.objects.Resource(mapping.Resource)
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		object := raw.DeepCopy()
		if object.GetNamespace() == "" {
			object.SetNamespace(namespace)
		}
		raw, client = object, a.client.objects.Resource(mapping.Resource).Namespace(object.GetNamespace())
	}
	applied, err := client.Apply(ctx, raw.GetName(), raw, metav1.ApplyOptions{FieldManager: fieldManager, DryRun: dry.Option()})
	if err != nil {
		return nil, fmt.Errorf("apply %s: %w", what, err)
	}
	return applied, nil
}
