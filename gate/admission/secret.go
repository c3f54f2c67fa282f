package admission

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// SecretName is the Secret with the certificates, in the gate's namespace. Each
// is under the number of its certificate, as NUMBER.crt and NUMBER.key.
const SecretName = "depctl-gate-webhook"

// attempts bounds how often the Secret is read anew because another replica has
// written to it.
const attempts = 5

// stored returns the certificates of the Secret that have not expired, in the
// order in which they were made. It adds one if none of this host is young
// enough.
func (k *Keeper) stored(ctx context.Context) ([]*certificate, error) {
	for attempt := 1; ; attempt++ {
		all, err := k.readOrAdd(ctx)
		overtaken := apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err)
		if err == nil || !overtaken || attempt == attempts {
			return all, err
		}
	}
}

func (k *Keeper) readOrAdd(ctx context.Context) ([]*certificate, error) {
	secrets, now := k.client.CoreV1().Secrets(k.namespace), k.clock.Now()
	secret, err := secrets.Get(ctx, SecretName, metav1.GetOptions{})
	missing := apierrors.IsNotFound(err)
	switch {
	case missing:
		secret = &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Name: SecretName, Labels: map[string]string{
				"app.kubernetes.io/name": "depctl-gate", "app.kubernetes.io/part-of": "depctl",
			}},
			Type: corev1.SecretTypeOpaque,
		}
	case err != nil:
		return nil, fmt.Errorf("reading Secret %s/%s: %w", k.namespace, SecretName, err)
	}
	all := certificatesIn(secret, now)
	if slices.ContainsFunc(all, func(c *certificate) bool { return c.serves(k.host, now) && now.Before(c.renewal()) }) {
		return all, nil
	}
	added, err := newCertificate(k.host, now, k.lifetime)
	if err != nil {
		return nil, fmt.Errorf("making a certificate: %w", err)
	}
	all = append(all, added)
	secret.Data = data(all)
	if missing {
		_, err = secrets.Create(ctx, secret, metav1.CreateOptions{})
	} else {
		_, err = secrets.Update(ctx, secret, metav1.UpdateOptions{})
	}
	if err != nil {
		return nil, fmt.Errorf("writing Secret %s/%s: %w", k.namespace, SecretName, err)
	}
	return all, nil
}

// certificatesIn reads a Secret. What has expired or cannot be read is left out,
// and goes the next time it is written.
func certificatesIn(secret *corev1.Secret, now time.Time) []*certificate {
	var all []*certificate
	for _, name := range slices.Sorted(maps.Keys(secret.Data)) {
		number, isCertificate := strings.CutSuffix(name, ".crt")
		if !isCertificate {
			continue
		}
		c, err := parseCertificate(secret.Data[name], secret.Data[number+".key"])
		if err == nil && now.Before(c.expires()) {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b *certificate) int { return a.made().Compare(b.made()) })
	return all
}

func data(all []*certificate) map[string][]byte {
	data := map[string][]byte{}
	for _, c := range all {
		number := c.pair.Leaf.SerialNumber.Text(16)
		data[number+".crt"], data[number+".key"] = c.crt, c.key
	}
	return data
}
