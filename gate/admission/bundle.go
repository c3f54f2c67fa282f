package admission

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/cert"
)

const (
	// ConfigurationName is the name of both webhook configurations.
	ConfigurationName = "depctl-gate"
	// FieldManager is the name under which the caBundles are written.
	FieldManager = "depctl-gate"
)

// configurations is the client of one of the two kinds of configuration.
type configurations[T any] interface {
	Get(ctx context.Context, name string, o metav1.GetOptions) (T, error)
	Patch(ctx context.Context, name string, kind types.PatchType, patch []byte, o metav1.PatchOptions, subresources ...string) (T, error)
}

// calls are the webhooks of a configuration: how each is called, by its name.
type calls map[string]admissionregistrationv1.WebhookClientConfig

// trust puts the certificates into the caBundles of both configurations, and
// returns nil once they are stored there. A configuration that is not installed
// needs none.
func (k *Keeper) trust(ctx context.Context, all []*certificate, now time.Time) error {
	client := k.client.AdmissionregistrationV1()
	return errors.Join(
		complete(ctx, client.MutatingWebhookConfigurations(), all, now,
			func(c *admissionregistrationv1.MutatingWebhookConfiguration) (string, calls) {
				found := calls{}
				for _, webhook := range c.Webhooks {
					found[webhook.Name] = webhook.ClientConfig
				}
				return c.ResourceVersion, found
			}),
		complete(ctx, client.ValidatingWebhookConfigurations(), all, now,
			func(c *admissionregistrationv1.ValidatingWebhookConfiguration) (string, calls) {
				found := calls{}
				for _, webhook := range c.Webhooks {
					found[webhook.Name] = webhook.ClientConfig
				}
				return c.ResourceVersion, found
			}),
	)
}

func complete[T any](ctx context.Context, client configurations[T], all []*certificate, now time.Time, read func(T) (string, calls)) error {
	configuration, err := client.Get(ctx, ConfigurationName, metav1.GetOptions{})
	if err == nil {
		var patch []byte
		version, webhooks := read(configuration)
		if patch, err = bundlePatch(version, webhooks, all, now); patch != nil {
			_, err = client.Patch(ctx, ConfigurationName, types.StrategicMergePatchType, patch, metav1.PatchOptions{FieldManager: FieldManager})
		}
	}
	if err == nil || apierrors.IsNotFound(err) {
		return nil
	}
	return fmt.Errorf("completing the caBundle of %T %s: %w", configuration, ConfigurationName, err)
}

// bundlePatch returns the strategic merge patch that completes the caBundles of
// a configuration, nil if they are. The resourceVersion keeps a replica that has
// read an older state from taking out what another has put in.
func bundlePatch(version string, webhooks calls, all []*certificate, now time.Time) ([]byte, error) {
	var changed []any
	for name, webhook := range webhooks {
		if complete := bundle(webhook.CABundle, all, now); !bytes.Equal(complete, webhook.CABundle) {
			changed = append(changed, map[string]any{"name": name, "clientConfig": map[string]any{"caBundle": complete}})
		}
	}
	if changed == nil {
		return nil, nil
	}
	return json.Marshal(map[string]any{"metadata": map[string]any{"resourceVersion": version}, "webhooks": changed})
}

// bundle returns a caBundle without what has expired and with all certificates.
// One that is in it stays until it expires, since another replica may serve it.
func bundle(old []byte, all []*certificate, now time.Time) []byte {
	// What cannot be read goes: the API server could not read it either.
	kept, _ := cert.ParseCertsPEM(old)
	kept = slices.DeleteFunc(kept, func(c *x509.Certificate) bool { return !now.Before(c.NotAfter) })
	for _, c := range all {
		if !slices.ContainsFunc(kept, c.pair.Leaf.Equal) {
			kept = append(kept, c.pair.Leaf)
		}
	}
	pem, err := cert.EncodeCertificates(kept...)
	if err != nil {
		return old // it encodes what was parsed
	}
	return pem
}
