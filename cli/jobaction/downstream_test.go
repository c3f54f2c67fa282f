package jobaction

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// smallWorld has a Job for each "name: expression", suspended if there is one.
func smallWorld(lines ...string) *snapshot.World {
	w := snapshot.NewWorld(time.Date(2026, 11, 23, 2, 10, 0, 0, time.UTC))
	for _, line := range lines {
		name, expression, waits := strings.Cut(line, ": ")
		job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: name, UID: "u"}}
		if waits {
			job.Annotations, job.Spec.Suspend = map[string]string{gate.DependsOnAnnotation: expression}, ptr.To(true)
		}
		w.Add(gate.Observe(job))
	}
	w.Graph.Settle()
	return w
}

func TestWhatCanNoLongerRun(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		jobs []string
		want string
	}{
		"a Job goes before what it waits for": {[]string{"x", "z: x", "b: x, z"}, "b z x"},
		"another way to run":                  {[]string{"x", "a: x or y", "b: a"}, "x"},
		"both ways are gone":                  {[]string{"x", "z: x", "a: z or x", "b: a"}, "b a z x"},
		"whatever it asks of it":              {[]string{"x", "a: finished(x)", "b: failed(x)", "c: started(x)"}, "c b a x"},
		"a set of which others are left":      {[]string{"x", "xy", "a: succeeded(x*) >= 1", "b: x*"}, "x"},
		"a circle":                            {[]string{"x", "a: x, b", "b: a"}, "a b x"},
		"what runs stays":                     {[]string{"x", "a"}, "x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := smallWorld(test.jobs...)
			require.Empty(t, w.Invalid)
			before := len(w.Jobs)
			var got []string
			for _, ref := range stranding(w, []lang.Ref{lang.Job("etl", "x")}) {
				got = append(got, ref.Name)
			}
			if name == "a circle" {
				require.ElementsMatch(t, strings.Fields(test.want), got)
				return
			}
			require.Equal(t, strings.Fields(test.want), got)
			require.Len(t, w.Jobs, before)
		})
	}
}
