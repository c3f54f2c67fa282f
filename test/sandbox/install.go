package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// Install applies the manifests of the overlay that the options name, with no
// replica of the gate, and returns when they are in force, some seconds later.
// With Webhook and WebhookFull, no annotated Job can be made before a gate runs. Once it has
// succeeded, calling it again does nothing.
func (s *Sandbox) Install(ctx context.Context) error {
	s.installing.Lock()
	defer s.installing.Unlock()
	if s.installed {
		return nil
	}
	addresses, err := freeAddresses(1)
	if err != nil {
		return err
	}
	s.webhook = addresses[0]
	err = s.install(ctx, func(path string) string {
		text := s.options.Overlay.kustomization(path, s.webhook)
		if s.options.Ranked {
			text = ranked(text, filepath.Dir(path))
		}
		return text
	})
	if err != nil {
		return fmt.Errorf("install depctl: %w", err)
	}
	s.installed = true
	return nil
}

// install applies what the kustomization over the overlay, given its path, says.
func (s *Sandbox) install(ctx context.Context, over func(path string) string) error {
	dir := s.file("gate")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	path, err := s.deployed(dir)
	if err != nil {
		return err
	}
	kustomization := over(path)
	if err := os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(kustomization), 0o644); err != nil {
		return err
	}
	if _, err := s.Kubectl(ctx, nil, "apply", "-k", dir); err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(s.Config())
	if err != nil {
		return err
	}
	_, err = poll(ctx, nil, func(ctx context.Context) error { return s.options.Overlay.isInForce(ctx, client) })
	if err != nil {
		return fmt.Errorf("wait for the admission policies: %w", err)
	}
	gate, err := s.ConfigFor(ctx, gateNamespace, gateName)
	if err != nil {
		return err
	}
	if client, err = kubernetes.NewForConfig(gate); err != nil {
		return err
	}
	_, err = poll(ctx, nil, func(ctx context.Context) error { return gateIsOnItsLeash(ctx, client) })
	if err != nil {
		return fmt.Errorf("wait for the gate's leash: %w", err)
	}
	return nil
}

// source returns the root of depctl's source. It is above the working directory,
// as in tests, or above bin.
func source(bin string) (string, error) {
	if root, err := moduleRoot("."); err == nil {
		return root, nil
	}
	return moduleRoot(bin)
}

// deployed returns the path of the overlay relative to dir, the only form in which
// kustomize takes it.
func (s *Sandbox) deployed(dir string) (string, error) {
	root, err := s.options.Source, error(nil)
	if root == "" {
		root, err = source(s.options.Bin)
	}
	if err != nil {
		return "", err
	}
	base, err := filepath.EvalSymlinks(filepath.Join(root, "deploy", string(s.options.Overlay)))
	if err != nil {
		return "", err
	}
	// Through a symbolic link, .. would be another directory.
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", err
	}
	return filepath.Rel(dir, base)
}

// Upgrade installs the same overlay of another source, as kubectl apply does: what only the one before had stays.
// Gates that are started from then on have the rights of the new one.
func (s *Sandbox) Upgrade(ctx context.Context, source string) error {
	s.installing.Lock()
	defer s.installing.Unlock()
	s.options.Source = source
	return s.install(ctx, func(path string) string { return s.options.Overlay.kustomization(path, s.webhook) })
}

// released is the annotation that the gate writes.
const released = "depctl.dev/released"

// annotatedJobsAreHeld returns nil if the API server would suspend a Job that
// waits for something, and take off what a copied one carries: what is in force
// first and last. Nothing is stored.
func annotatedJobsAreHeld(ctx context.Context, client kubernetes.Interface) error {
	return tryJob(ctx, client, "x", func(made *batchv1.Job) error {
		if made.Spec.Suspend == nil || !*made.Spec.Suspend {
			return errors.New("an annotated Job would not be suspended")
		}
		if _, there := made.Annotations[released]; there {
			return errors.New("the record of a release would not be taken off a new Job")
		}
		return nil
	})
}

// tryJob has the API server make a copy of a released Job in a dry run.
func tryJob(ctx context.Context, client kubernetes.Interface, dependsOn string, check func(*batchv1.Job) error) error {
	job := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{
			GenerateName: "probe-",
			Annotations:  map[string]string{"depctl.dev/depends-on": dependsOn, released: "{}"},
		},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: "main", Image: "none"}},
		}}},
	}
	made, err := client.BatchV1().Jobs(metav1.NamespaceDefault).
		Create(ctx, job, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	if err != nil || check == nil {
		return err
	}
	return check(made)
}
