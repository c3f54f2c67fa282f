package imitation

import (
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// Node is one of the cluster.
type Node struct {
	Name string
	// Ready is false where the node does not answer, and Open where it takes no new pods.
	Ready, Open bool
	// CPUs and Memory are what pods may have, the memory in MiB, and GPUs are counted by
	// the resource of the site.
	CPUs, Memory, GPUs int64
	Labels             map[string]string
}

// Nodes returns the nodes, none where the user may not list them.
func (s *Session) Nodes(ctx context.Context) ([]Node, error) {
	queue, err := s.Queue()
	if err != nil {
		return nil, err
	}
	site, err := s.Site()
	if err != nil {
		return nil, err
	}
	list, err := queue.Nodes(ctx)
	if err != nil {
		return nil, err
	}
	nodes := make([]Node, len(list))
	for i := range list {
		has := list[i].Status.Allocatable
		gpus := has[corev1.ResourceName(site.GPUResource())]
		nodes[i] = Node{
			Name: list[i].Name, Open: !list[i].Spec.Unschedulable, Labels: list[i].Labels,
			CPUs: has.Cpu().Value(), Memory: has.Memory().Value() >> 20, GPUs: gpus.Value(),
			Ready: slices.ContainsFunc(list[i].Status.Conditions, func(c corev1.NodeCondition) bool {
				return c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue
			}),
		}
	}
	return nodes, nil
}
