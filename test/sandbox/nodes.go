package sandbox

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// KWOK plays the nodes with this annotation, and no others.
const (
	fakeNode      = "kwok.x-k8s.io/node"
	fakeNodeValue = "fake"
)

//go:embed stages.yaml
var stages []byte

// createNodes creates node-0 to node-N.
func (s *Sandbox) createNodes(ctx context.Context, client kubernetes.Interface) error {
	cpu := "100k"
	if s.options.NodeCPU != "" {
		cpu = s.options.NodeCPU
	}
	quantity, err := resource.ParseQuantity(cpu)
	if err != nil {
		return fmt.Errorf("CPU of a node %q: %w", cpu, err)
	}
	resources := corev1.ResourceList{
		corev1.ResourceCPU:    quantity,
		corev1.ResourceMemory: resource.MustParse("1Pi"),
		corev1.ResourcePods:   resource.MustParse("1M"),
	}
	for i := range s.options.Nodes {
		name := fmt.Sprintf("node-%d", i)
		node := &corev1.Node{
			ObjectMeta: metav1.ObjectMeta{
				Name: name,
				Labels: map[string]string{
					corev1.LabelHostname: name, corev1.LabelOSStable: "linux", NodeLabel: string(Simulated),
				},
				Annotations: map[string]string{fakeNode: fakeNodeValue},
			},
			Status: corev1.NodeStatus{Capacity: resources, Allocatable: resources},
		}
		if _, err := client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{}); err != nil {
			return fmt.Errorf("create node %s: %w", name, err)
		}
	}
	return nil
}

// podsCanRun returns nil if a pod made now would be admitted and run at once.
func podsCanRun(ctx context.Context, client kubernetes.Interface, wanted int) error {
	// Without it, every pod is refused, and the Job controller backs off.
	_, err := client.CoreV1().ServiceAccounts(metav1.NamespaceDefault).Get(ctx, "default", metav1.GetOptions{})
	if err != nil {
		return err
	}
	nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	if len(nodes.Items) < wanted {
		return fmt.Errorf("there are %d nodes of %d", len(nodes.Items), wanted)
	}
	for _, node := range nodes.Items {
		for _, taint := range node.Spec.Taints {
			if taint.Key != NodeLabel {
				return fmt.Errorf("node %s has taint %s", node.Name, taint.Key)
			}
		}
		if !ready(node) {
			return fmt.Errorf("node %s is not ready", node.Name)
		}
	}
	return nil
}

func ready(node corev1.Node) bool {
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// dropNodeLeases removes the nodes' leases. A new KWOK takes itself for another
// one, and would leave the nodes alone for 40 seconds, until those of the one
// before have expired.
func (s *Sandbox) dropNodeLeases(ctx context.Context) error {
	client, err := kubernetes.NewForConfig(s.Config())
	if err != nil {
		return err
	}
	return client.CoordinationV1().Leases(corev1.NamespaceNodeLease).
		DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{})
}

// dropLease removes the Lease that a killed program has left behind, so that the next one need not wait until it has
// run out. It is no error if nobody answers.
func (s *Sandbox) dropLease(name string) {
	client, err := kubernetes.NewForConfig(s.Config())
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = client.CoordinationV1().Leases(gateNamespace).Delete(ctx, name, metav1.DeleteOptions{})
}
