package integration

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/test/sandbox"
)

// Of a Job in a queue of Kueue the gate takes its own entry out as it releases it, and nothing else. The Job says
// suspend, as no Kueue is here to do that.
func TestTheLeashInQueuesOfKueue(t *testing.T) {
	t.Parallel()
	l := ownClusterWith(t, sandbox.Options{Overlay: sandbox.Queues}).leashed(t)
	l.wellTyped(11)
	inQueue := func(gates string) func(*batchv1.Job) {
		return func(j *batchv1.Job) {
			j.Labels = map[string]string{"kueue.x-k8s.io/queue-name": "main"}
			if gates != "" {
				metav1.SetMetaDataAnnotation(&j.ObjectMeta, gate.KueueGatesAnnotation, gates)
			}
			j.Spec.Suspend = new(true)
		}
	}
	l.make("alone", "never", inQueue(""))
	l.make("shared", "never", inQueue("example.com/a, example.com/b"))
	require.Equal(t, "example.com/a, example.com/b,depctl.dev/gate", l.get("shared").Annotations[gate.KueueGatesAnnotation])
	l.make("plain", "never", func(j *batchv1.Job) {
		metav1.SetMetaDataAnnotation(&j.ObjectMeta, gate.KueueGatesAnnotation, "example.com/a")
	})

	// writes is a patch of an entry, null for none, with the record of a release for %s.
	writes := func(name, gates string, more ...string) error {
		released := `"depctl.dev/released":"{\"uid\":\"` + string(l.get(name).UID) + `\"}"`
		return l.patch(name, `{"metadata":{"annotations":{"kueue.x-k8s.io/admission-gated-by":`+gates+`,`+released+`}}`+strings.Join(more, "")+`}`)
	}
	require.NoError(t, writes("alone", `null`))
	require.NoError(t, writes("shared", `"example.com/a,example.com/b"`))
	for what, refused := range map[string]error{
		"an entry of others too":     writes("shared", `"example.com/a"`),
		"all entries":                writes("shared", `null`),
		"an entry of others alone":   writes("shared", `"example.com/a,depctl.dev/gate"`),
		"another order":              writes("shared", `"example.com/b,example.com/a"`),
		"an entry more":              writes("shared", `"example.com/a,example.com/b,example.com/c"`),
		"another text":               writes("alone", `"x"`),
		"an empty text":              writes("alone", `""`),
		"one that it is not held by": writes("plain", `null`),
		"and suspend":                writes("alone", `null`, `,"spec":{"suspend":false}`),
		"suspend alone":              writes("alone", `"depctl.dev/gate"`, `,"spec":{"suspend":false}`),
	} {
		require.Error(t, refused, what)
		require.Regexp(t, `leash-kueue\.depctl\.dev|refuse-kueue\.depctl\.dev`, refused.Error(), what)
	}
	require.ErrorContains(t, l.patch("alone", `{"metadata":{"annotations":{"kueue.x-k8s.io/queue-name":"x"}}}`), "leash-jobs.depctl.dev")
	require.ErrorContains(t, l.patch("alone", `{"metadata":{"labels":{"kueue.x-k8s.io/queue-name":"x"}}}`), "leash-jobs.depctl.dev")
	require.ErrorContains(t, writes("alone", `null`, `,"spec":{"backoffLimit":1}`), "leash-jobs.depctl.dev")
}
