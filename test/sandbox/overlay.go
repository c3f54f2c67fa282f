package sandbox

import (
	"context"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/kubernetes"
)

// Overlay is a directory of deploy that can be installed.
type Overlay string

// The overlays. In a sandbox there is no Service: the API server calls the
// webhook at a port of this machine.
const (
	// Base has policies, and no webhook.
	Base Overlay = "base"
	// Arrays is Base with a gate that releases arrays element by element.
	Arrays Overlay = "arrays"
	// Schedules is Base with a gate that knows the runs of CronJobs.
	Schedules Overlay = "schedules"
	// Queues is Base with a gate that releases Jobs in queues of Kueue.
	Queues Overlay = "kueue"
	// Webhook has webhooks and no policies, as for an old cluster.
	Webhook Overlay = "webhook"
	// Diagnostics has policies, and a webhook that refuses what cannot be read.
	Diagnostics Overlay = "diagnostics"
	// Full has policies and all there is besides: arrays, results, schedules and the webhook of
	// Diagnostics.
	Full Overlay = "full"
	// WebhookFull is Webhook with all that Full has besides: no policy holds anything.
	WebhookFull Overlay = "webhook-full"
)

// mutating is how many webhooks of an overlay hold something.
var mutating = map[Overlay]int{Webhook: 3, WebhookFull: 9}

// whole is an overlay as it is.
const whole = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [%q]
`

// without takes the pods away: the gate is a process then, and a pod that KWOK
// plays must not pretend to be it.
const without = `replicas: [{name: %s, count: 0}]
`

// onReal puts the pods on the real node, if there are others.
const onReal = `patches:
  - target: {kind: Deployment}
    patch: |
      - {op: add, path: /spec/template/spec/nodeSelector, value: {%[1]s: %[2]s}}
      - {op: add, path: /spec/template/spec/tolerations, value: [{key: %[1]s, value: %[2]s, effect: NoSchedule}]}
`

// call has the API server call the webhooks of a configuration at an address.
const call = `  - target: {kind: %s}
    patch: |
`

const callOne = `      - {op: replace, path: /webhooks/%d/clientConfig, value: {url: "https://%s/%s"}}
`

// kustomization returns what is installed if the gate is a process: the overlay,
// made to fit a sandbox.
func (o Overlay) kustomization(path, webhook string) string {
	var b strings.Builder
	fmt.Fprintf(&b, whole+without, path, gateName)
	if o == Base || o == Arrays || o == Schedules || o == Queues {
		return b.String()
	}
	b.WriteString("patches:\n")
	fmt.Fprintf(&b, call+callOne, "ValidatingWebhookConfiguration", 0, webhook, "validate")
	if mutating[o] > 0 {
		fmt.Fprintf(&b, call, "MutatingWebhookConfiguration")
	}
	for i := range mutating[o] {
		fmt.Fprintf(&b, callOne, i, webhook, "mutate")
	}
	return b.String()
}

// isInForce returns nil if the API server goes by the overlay, without a gate.
func (o Overlay) isInForce(ctx context.Context, client kubernetes.Interface) error {
	if mutating[o] == 0 {
		return annotatedJobsAreHeld(ctx, client)
	}
	err := annotatedJobsAreHeld(ctx, client)
	if err != nil && strings.Contains(err.Error(), `failed calling webhook "hold.depctl.dev"`) {
		return nil
	}
	return fmt.Errorf("nobody asks the webhook: %w", err)
}

// isServed returns nil if the API server has an answer of the gate's webhook.
func (o Overlay) isServed(ctx context.Context, client kubernetes.Interface) error {
	switch o {
	case Webhook, WebhookFull:
		return annotatedJobsAreHeld(ctx, client)
	case Diagnostics, Full:
		err := tryJob(ctx, client, "and and", nil)
		switch {
		case err == nil:
			return errors.New("an expression that cannot be read would be stored")
		case !apierrors.IsInvalid(err):
			return err
		}
	}
	return nil
}
