package gate

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/lang"
)

var at = time.Date(2026, 11, 23, 20, 0, 0, 123456789, time.UTC)

// apply applies a patch as the API server does.
func apply(t *testing.T, job *batchv1.Job, patch []byte) (*batchv1.Job, error) {
	t.Helper()
	document, err := json.Marshal(job)
	require.NoError(t, err)
	decoded, err := jsonpatch.DecodePatch(patch)
	require.NoError(t, err)
	document, err = decoded.Apply(document)
	if err != nil {
		return nil, err
	}
	patched := &batchv1.Job{}
	require.NoError(t, json.Unmarshal(document, patched))
	return patched, nil
}

func TestReleasePatch(t *testing.T) {
	t.Parallel()
	release := NewRelease(Observe(waiting()), at, "depctl-gate", []lang.Reason{{
		Check: &lang.Check{Status: lang.StatusSucceeded}, Ref: lang.Job("etl", "extract"),
		Value: lang.True, Object: &lang.Object{UID: "uid-extract", Outcome: lang.Succeeded},
	}})
	patch, err := ReleasePatch(Observe(waiting()), release, ReleaseOptions{})
	require.NoError(t, err)

	t.Run("releases the Job that was decided on", func(t *testing.T) {
		t.Parallel()
		got, err := apply(t, waiting(), patch)
		require.NoError(t, err)
		require.False(t, *got.Spec.Suspend)
		require.Equal(t,
			`{"uid":"uid-load","at":"2026-11-23T20:00:00.123Z","by":"depctl-gate","met":1,"because":["etl/extract succeeded"],"hash":"`+release.Hash+`","text":"`+release.Text+`"}`,
			got.Annotations[ReleasedAnnotation])
		require.True(t, Observe(got).Released)

		_, err = apply(t, got, patch)
		require.Error(t, err, "the same patch again releases a second time")
	})
	for name, change := range map[string]func(*batchv1.Job){
		"another Job of the name": func(j *batchv1.Job) { j.UID = "uid-of-another" },
		"a Job that runs":         func(j *batchv1.Job) { j.Spec.Suspend = ptr.To(false) },
		"another expression":      annotation(DependsOnAnnotation, "extract, more"),
		"no expression any more":  func(j *batchv1.Job) { delete(j.Annotations, DependsOnAnnotation) },
		"a hold":                  annotation(HoldAnnotation, "wait"),
		"a hold without a reason": annotation(HoldAnnotation, ""),
	} {
		t.Run("is refused for "+name, func(t *testing.T) {
			t.Parallel()
			_, err := apply(t, waiting(change), patch)
			require.Error(t, err)
		})
	}
}

func TestAReleaseWithoutLimitsRecordsNoTokens(t *testing.T) {
	t.Parallel()
	asStored := func(j *batchv1.Job) {
		j.Spec.Parallelism, j.Spec.Template.Labels = ptr.To(int32(1)), map[string]string{"batch.kubernetes.io/job-name": j.Name}
	}
	using := waiting(annotation(UsesAnnotation, "licence=2"), asStored)
	for name, how := range map[string]ReleaseOptions{"by the gate": {}, "by who takes the gate away": {Unlimited: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			patch, err := ReleasePatch(Observe(using), NewRelease(Observe(using), at, "somebody", nil), how)
			require.NoError(t, err)
			got, err := apply(t, waiting(annotation(UsesAnnotation, "licence=2"), asStored), patch)
			require.NoError(t, err)
			require.False(t, *got.Spec.Suspend)
			_, recorded := got.Spec.Template.Annotations[TokensAnnotation]
			require.Equal(t, !how.Unlimited, recorded)
			_, marked := got.Spec.Template.Labels[TokensLabel]
			require.Equal(t, !how.Unlimited, marked)
			_, err = apply(t, waiting(annotation(UsesAnnotation, "licence=3"), asStored), patch)
			require.Error(t, err, "it uses other limits by now")
		})
	}
}

func TestReleaseRecordIsShort(t *testing.T) {
	t.Parallel()
	var reasons []lang.Reason
	for i := range 10_000 {
		reasons = append(reasons, lang.Reason{
			Check: &lang.Check{Status: lang.StatusSucceeded}, Value: lang.True,
			Ref: lang.Job(strings.Repeat("n", 63), fmt.Sprintf("%s-%d", strings.Repeat("j", 200), i)),
		})
	}
	job := Job{UID: "0d2f6a3e-6f0b-4a5c-9f43-2f1d3a0b7c11"}
	release := NewRelease(job, at, "depctl-gate", reasons)
	text, err := json.Marshal(release)
	require.NoError(t, err)
	require.LessOrEqual(t, len(text), maxReleased)
	require.Equal(t, 10_000, release.Met)
	require.NotEmpty(t, release.Because)

	reasons[7000].Ref.Name += "x"
	require.NotEqual(t, release.Hash, NewRelease(job, at, "depctl-gate", reasons).Hash)
}

func TestClipEndsWithAWholeCharacter(t *testing.T) {
	t.Parallel()
	for n := range 20 {
		clipped := Clip(strings.Repeat("ä", 20), 10+n)
		require.LessOrEqual(t, len(clipped), 10+n)
		require.True(t, strings.HasSuffix(clipped, "ä…"))
	}
	require.Equal(t, "short", Clip("short", 10))
}
