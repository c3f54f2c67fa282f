package snapshot

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// TestCircles puts CronJobs into a world, as "schedule | expression" by their names.
func TestCircles(t *testing.T) {
	now := time.Date(2026, 11, 30, 1, 30, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		cronJobs map[string][2]string
		want     []string
	}{
		"one run each of the same time": {
			map[string][2]string{"a": {"0 2 * * *", "cronjob:b"}, "b": {"0 2 * * *", "cronjob:a"}}, []string{"a b", "b a"},
		},
		"the run before of each other": {
			map[string][2]string{"a": {"0 2 * * *", "cronjob:b@-1"}, "b": {"0 2 * * *", "cronjob:a@-1"}}, nil,
		},
		"tonight's one way and last night's the other way": {
			map[string][2]string{"a": {"0 2 * * *", "cronjob:b@-1"}, "b": {"0 2 * * *", "cronjob:a"}}, nil,
		},
		"the run of the same period, which was earlier": {
			map[string][2]string{"a": {"0 2 * * *", "cronjob:b"}, "b": {"0 3 * * *", "cronjob:a"}}, nil,
		},
		"the run that comes next one way, and the run before the other way": {
			map[string][2]string{"a": {"0 2 * * *", "cronjob:b@+1"}, "b": {"0 2 * * *", "cronjob:a@-1"}}, []string{"a b", "b a"},
		},
		"its own run before": {
			map[string][2]string{"a": {"0 2 * * *", "finished(cronjob:a@-1)"}}, nil,
		},
		"an hourly one and a daily one, which meet once a day": {
			map[string][2]string{"hourly": {"0 * * * *", "cronjob:daily"}, "daily": {"0 7 * * *", "cronjob:hourly >= 20"}},
			[]string{"daily hourly", "hourly daily"},
		},
		"what leads to a circle is not on it": {
			map[string][2]string{"a": {"0 2 * * *", "cronjob:b"}, "b": {"0 2 * * *", "cronjob:c"}, "c": {"0 2 * * *", "cronjob:b"}, "d": {"0 2 * * *", ""}},
			[]string{"b c", "c b"},
		},
		"a schedule that cannot be read, and one that nobody has": {
			map[string][2]string{"a": {"x", "cronjob:b"}, "b": {"0 2 * * *", "cronjob:a, cronjob:none"}}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := NewWorld(now)
			for name, of := range test.cronJobs {
				c := &batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: name}, Spec: batchv1.CronJobSpec{Schedule: of[0]}}
				if of[1] != "" {
					c.Spec.JobTemplate.Annotations = map[string]string{gate.DependsOnAnnotation: of[1]}
				}
				w.PutTemplate(c)
			}
			want := map[[2]lang.Ref]bool{}
			for _, hop := range test.want {
				var ends [2]lang.Ref
				for i, name := range strings.Fields(hop) {
					ends[i] = gate.CronJobRef("etl", name)
				}
				want[ends] = true
			}
			require.Equal(t, want, w.Circles())
		})
	}
}
