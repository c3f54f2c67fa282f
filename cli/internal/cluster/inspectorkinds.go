package cluster

import (
	"context"
	"slices"
	"strings"

	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"depctl.dev/cli/checkup"
	"depctl.dev/gate/lookup"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// kinds returns which kinds of objects, of those that the cluster has, the gate may look up, and
// which it may not. named says how many Jobs wait for each.
func (i *Inspector) kinds(ctx context.Context, namespace string, named map[string]int) (may []string, barred []checkup.BarredKind, err error) {
	groups, err := NewReader(i.Client, i.Scope).Groups()
	if err != nil {
		return nil, nil, err
	}
	for _, k := range append(kind.All(), unlisted(named)...) {
		if k.Name == lang.KindJob || k.Name == lang.KindCronJob || !k.IsBuiltIn() && !groups[k.Group] {
			continue
		}
		if !k.Listed() {
			at, err := lookup.ResourcesOf(i.Client.Discovery().RESTClient()).Find(ctx, k)
			if apierrors.ReasonForError(err) != "" {
				return nil, nil, err
			} else if err != nil {
				continue // the cluster has the group, and not the kind
			}
			k.Resource = at.Resource
		}
		missing, err := i.rights(ctx, namespace, rightsToLookUp(k))
		switch {
		case err != nil:
			return nil, nil, err
		case len(missing) == 0:
			may = append(may, k.Name)
		default:
			barred = append(barred, checkup.BarredKind{Name: k.Name, Group: k.Group, Resource: k.Resource, Listed: k.Listed(), Jobs: named[k.Name]})
		}
	}
	return may, barred, nil
}

// rightsToLookUp returns what the gate must be allowed to look up objects of a kind.
func rightsToLookUp(k kind.Kind) map[right][]string {
	verbs := []string{"list", "watch"}
	needed := map[right][]string{{group: k.Group, resource: k.Resource}: verbs}
	if k.HasEndpoints() {
		needed[right{group: discoveryv1.GroupName, resource: "endpointslices"}] = verbs
	}
	return needed
}

// unlisted returns the kinds that are not in the table, sorted by name.
func unlisted(named map[string]int) (list []kind.Kind) {
	for name := range named {
		if k, known := kind.Of(name); known && !k.Listed() {
			list = append(list, k)
		}
	}
	slices.SortFunc(list, func(a, b kind.Kind) int { return strings.Compare(a.Name, b.Name) })
	return list
}
