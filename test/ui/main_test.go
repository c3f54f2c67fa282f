// Package ui tests the page of depctl ui in a real browser, on a real control plane: what it shows,
// what it changes, who gets an answer, and what becomes of it where the API server is away.
//
// With -pictures DIR the tests leave pictures of what they see there.
package ui

import (
	"context"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/test/sandbox"
)

var pictures = flag.String("pictures", "", "write pictures of the pages into this `folder`")

// shared is the cluster of all tests that do not need one of their own.
var shared *cluster

// cluster is a sandbox with a gate.
type cluster struct {
	*sandbox.Sandbox
	client kubernetes.Interface
}

func TestMain(m *testing.M) {
	// Most tests wait most of the time.
	if err := flag.Set("test.parallel", "3"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) (code int) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	var err error
	if shared, err = startCluster(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := shared.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}()
	return m.Run()
}

func startCluster(ctx context.Context) (*cluster, error) {
	s, err := sandbox.Start(ctx, sandbox.Options{Overlay: sandbox.Full})
	if err != nil {
		return nil, err
	}
	c := &cluster{Sandbox: s}
	gate, err := s.StartGate(ctx, sandbox.GateOptions{})
	if err == nil {
		err = gate.WaitReady(ctx)
	}
	if err == nil {
		c.client, err = kubernetes.NewForConfig(s.Config())
	}
	if err == nil {
		err = c.acceptMistakes(ctx)
	}
	if err != nil {
		_ = s.Stop()
		return nil, err
	}
	return c, nil
}

// acceptMistakes deletes the webhook that refuses what cannot be read: pages must show that, too.
func (c *cluster) acceptMistakes(ctx context.Context) error {
	if err := c.client.AdmissionregistrationV1().ValidatingWebhookConfigurations().Delete(ctx, "depctl-gate", metav1.DeleteOptions{}); err != nil {
		return fmt.Errorf("deleting the webhook: %w", err)
	}
	err := wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		_, err := c.client.BatchV1().Jobs("default").Create(ctx, jobOf("mistaken", "a or b, c", nil), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return err == nil, nil
	})
	if err != nil {
		return fmt.Errorf("the webhook still refuses: %w", err)
	}
	return nil
}
