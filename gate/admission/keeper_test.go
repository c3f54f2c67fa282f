package admission

import (
	"crypto/x509"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/client-go/util/cert"
	clocktesting "k8s.io/utils/clock/testing"
)

const (
	host     = "gate.example.svc"
	lifetime = 12 * time.Hour
)

// house is a cluster with both configurations, and a clock.
type house struct {
	*testing.T
	client *fake.Clientset
	clock  *clocktesting.FakeClock
}

func newHouse(t *testing.T) *house {
	t.Parallel()
	meta := metav1.ObjectMeta{Name: ConfigurationName}
	return &house{
		T: t, clock: clocktesting.NewFakeClock(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)),
		client: fake.NewClientset(
			&admissionregistrationv1.MutatingWebhookConfiguration{ObjectMeta: meta, Webhooks: []admissionregistrationv1.MutatingWebhook{{Name: "hold.depctl.dev"}, {Name: "keep.depctl.dev"}}},
			&admissionregistrationv1.ValidatingWebhookConfiguration{ObjectMeta: meta, Webhooks: []admissionregistrationv1.ValidatingWebhook{{Name: "diagnostics.depctl.dev"}}},
		),
	}
}

func (h *house) keeper() *Keeper {
	return NewKeeper(h.client, KeeperOptions{Namespace: "depctl-system", Host: host, Lifetime: lifetime, Clock: h.clock})
}

// sync does one round of a keeper, after which API servers must trust what it
// serves, and returns that.
func (h *house) sync(k *Keeper) *x509.Certificate {
	h.Helper()
	_, err := k.sync(h.Context())
	require.NoError(h, err)
	for _, bundle := range h.bundles() {
		roots := x509.NewCertPool()
		for _, c := range bundle {
			roots.AddCert(c)
		}
		_, err := h.served(k).Verify(x509.VerifyOptions{DNSName: host, Roots: roots, CurrentTime: h.clock.Now()})
		require.NoError(h, err)
	}
	return h.served(k)
}

func (h *house) served(k *Keeper) *x509.Certificate {
	h.Helper()
	pair, err := k.GetCertificate(nil)
	require.NoError(h, err)
	return pair.Leaf
}

// bundles returns the caBundle of every webhook.
func (h *house) bundles() [][]*x509.Certificate {
	h.Helper()
	api := h.client.AdmissionregistrationV1()
	mutating, err := api.MutatingWebhookConfigurations().Get(h.Context(), ConfigurationName, metav1.GetOptions{})
	require.NoError(h, err)
	validating, err := api.ValidatingWebhookConfigurations().Get(h.Context(), ConfigurationName, metav1.GetOptions{})
	require.NoError(h, err)
	all := [][]byte{validating.Webhooks[0].ClientConfig.CABundle}
	for _, webhook := range mutating.Webhooks {
		all = append(all, webhook.ClientConfig.CABundle)
	}
	var bundles [][]*x509.Certificate
	for _, pem := range all {
		bundle, err := cert.ParseCertsPEM(pem)
		require.NoError(h, err)
		bundles = append(bundles, bundle)
	}
	return bundles
}

func (h *house) secret() *corev1.Secret {
	h.Helper()
	secret, err := h.client.CoreV1().Secrets("depctl-system").Get(h.Context(), SecretName, metav1.GetOptions{})
	require.NoError(h, err)
	return secret
}

func TestAReplicaIsReadyOnceItsCertificateIsTrusted(t *testing.T) {
	h := newHouse(t)
	k := h.keeper()
	select {
	case <-k.Ready():
		t.Fatal("ready without a certificate")
	default:
	}
	_, err := k.GetCertificate(nil)
	require.EqualError(t, err, "the webhook has no certificate yet")
	h.sync(k)
	<-k.Ready()
	require.Len(t, h.secret().Data, 2)
}

func TestReplicasShareOneCertificate(t *testing.T) {
	h := newHouse(t)
	first := h.sync(h.keeper())
	require.True(t, first.Equal(h.sync(h.keeper())))
}

// Another replica is faster, at the first write and at every later one.
func TestReplicasThatWriteAtOnceEndWithOneCertificate(t *testing.T) {
	h := newHouse(t)
	secrets := corev1.SchemeGroupVersion.WithResource("secrets")
	// overtaken makes the next write fail, because of what another replica has
	// written.
	overtaken := func(verb string, answer error, all ...*certificate) {
		once := true
		h.client.PrependReactor(verb, "secrets", func(clienttesting.Action) (bool, runtime.Object, error) {
			if !once {
				return false, nil, nil
			}
			once = false
			secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "depctl-system", Name: SecretName}, Data: data(all)}
			if verb == "create" {
				require.NoError(t, h.client.Tracker().Create(secrets, secret, secret.Namespace))
			} else {
				require.NoError(t, h.client.Tracker().Update(secrets, secret, secret.Namespace))
			}
			return true, nil, answer
		})
	}
	first, err := newCertificate(host, h.clock.Now(), lifetime)
	require.NoError(t, err)
	overtaken("create", apierrors.NewAlreadyExists(secrets.GroupResource(), SecretName), first)
	k := h.keeper()
	require.True(t, first.pair.Leaf.Equal(h.sync(k)))

	h.clock.Step(lifetime * 2 / 3)
	second, err := newCertificate(host, h.clock.Now(), lifetime)
	require.NoError(t, err)
	overtaken("update", apierrors.NewConflict(secrets.GroupResource(), SecretName, nil), first, second)
	h.sync(k)
	require.Len(t, h.secret().Data, 4, "two certificates, not three")
	require.Contains(t, h.bundles()[0], second.pair.Leaf)
}

func TestACertificateIsTrustedBeforeItIsServedAndUntilItExpires(t *testing.T) {
	h := newHouse(t)
	k, late := h.keeper(), h.keeper()
	first := h.sync(k)
	h.sync(late)

	h.clock.Step(lifetime*2/3 - time.Minute)
	require.True(t, first.Equal(h.sync(k)))
	require.Len(t, h.bundles()[0], 1)
	h.clock.Step(time.Minute)
	require.True(t, first.Equal(h.sync(k)), "served before API servers can know it")
	for _, bundle := range h.bundles() {
		require.Len(t, bundle, 2)
	}
	h.clock.Step(longestSettling)
	second := h.sync(k)
	require.False(t, first.Equal(second))
	require.True(t, first.Equal(h.served(late)), "a replica that has not looked yet")
	require.Contains(t, h.bundles()[0], first, "what another replica serves is not trusted any more")
	require.True(t, second.Equal(h.sync(late)))

	h.clock.SetTime(first.NotAfter)
	require.True(t, second.Equal(h.sync(k)))
	require.NotContains(t, h.bundles()[0], first)
}

func TestNothingChangesThatCannotBeMadeKnown(t *testing.T) {
	h := newHouse(t)
	k := h.keeper()
	first := h.sync(k)
	h.client.PrependReactor("patch", "validatingwebhookconfigurations", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewForbidden(schema.GroupResource{}, ConfigurationName, nil)
	})
	h.clock.Step(lifetime * 3 / 4)
	_, err := k.sync(t.Context())
	require.ErrorContains(t, err, "completing the caBundle of *v1.ValidatingWebhookConfiguration depctl-gate")
	h.clock.Step(lifetime / 8)
	_, err = k.sync(t.Context())
	require.Error(t, err)
	require.True(t, first.Equal(h.served(k)))
	fresh := h.keeper()
	_, err = fresh.sync(t.Context())
	require.Error(t, err)
	_, err = fresh.GetCertificate(nil)
	require.Error(t, err)
}

func TestWhatSomebodyHasTakenAwayComesBack(t *testing.T) {
	h := newHouse(t)
	k := h.keeper()
	first := h.sync(k)
	require.NoError(t, h.client.CoreV1().Secrets("depctl-system").Delete(t.Context(), SecretName, metav1.DeleteOptions{}))
	for _, text := range [][]byte{nil, []byte("no certificate")} {
		configuration, err := h.client.AdmissionregistrationV1().ValidatingWebhookConfigurations().Get(t.Context(), ConfigurationName, metav1.GetOptions{})
		require.NoError(t, err)
		configuration.Webhooks[0].ClientConfig.CABundle = text
		_, err = h.client.AdmissionregistrationV1().ValidatingWebhookConfigurations().Update(t.Context(), configuration, metav1.UpdateOptions{})
		require.NoError(t, err)
		require.True(t, first.Equal(h.sync(k)), "the new one is not known yet")
	}
	h.clock.Step(longestSettling)
	require.False(t, first.Equal(h.sync(k)))
}

func TestAnotherHostNeedsAnotherCertificate(t *testing.T) {
	h := newHouse(t)
	first := h.sync(h.keeper())
	moved := NewKeeper(h.client, KeeperOptions{Namespace: "depctl-system", Host: "127.0.0.1", Lifetime: lifetime, Clock: h.clock})
	_, err := moved.sync(t.Context())
	require.NoError(t, err)
	require.NoError(t, h.served(moved).VerifyHostname("127.0.0.1"))
	require.Contains(t, h.bundles()[0], first)
}

func TestAConfigurationThatIsNotInstalledIsNotMissed(t *testing.T) {
	h := newHouse(t)
	h.client = fake.NewClientset()
	k := h.keeper()
	_, err := k.sync(t.Context())
	require.NoError(t, err)
	<-k.Ready()
}

func TestTheNextLookIsInTime(t *testing.T) {
	h := newHouse(t)
	k := h.keeper()
	next, err := k.sync(t.Context())
	require.NoError(t, err)
	require.Equal(t, checkEvery, next.Sub(h.clock.Now()))
	h.clock.SetTime(h.served(k).NotBefore.Add(skew + lifetime*2/3 - time.Second))
	next, err = k.sync(t.Context())
	require.NoError(t, err)
	require.Equal(t, time.Second, next.Sub(h.clock.Now()))
}
