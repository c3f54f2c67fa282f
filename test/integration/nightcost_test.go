package integration

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
)

// TestWritesOfANight counts what the gate writes for a night of a chain of CronJobs, from the API server's
// audit log. docs/design/runs.md has the numbers that it logs with -v.
func TestWritesOfANight(t *testing.T) {
	t.Parallel()
	const steps = 5
	keep := func(j *batchv1.Job) {
		metav1.SetMetaDataAnnotation(&j.ObjectMeta, gate.KeepOutcomeAnnotation, "true")
		j.Spec.TTLSecondsAfterFinished = new(int32)
	}
	for name, test := range map[string]struct {
		changes []change
		// perRun is the most patches of its Job.
		perRun int
	}{
		"jobs that stay":                         {nil, 1},
		"keep-outcome, and jobs that go at once": {[]change{keep}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := full.namespace(t)
			waits := func(i int) string {
				if i == 0 {
					return ""
				}
				return fmt.Sprintf("cronjob:step-%d", i-1)
			}
			cronJobs := make([]*batchv1.CronJob, steps)
			for i := range cronJobs {
				cronJobs[i] = s.nightly(fmt.Sprintf("step-%d", i), yearly, waits(i), test.changes...)
				_, err := s.client.BatchV1().CronJobs(s.name).Patch(t.Context(), cronJobs[i].Name, types.MergePatchType, []byte(`{"spec":{"suspend":true}}`), metav1.PatchOptions{})
				require.NoError(t, err) // the test makes the runs
			}
			// play makes the runs of a time, and returns what was written when all that is owed is.
			play := func(year int, events int) map[string]int {
				at := newYear.AddDate(year, 0, 0)
				for i, c := range cronJobs { // as Kubernetes does: first the Job, then lastScheduleTime
					s.make(fmt.Sprintf("run-%d-of-%d", i, at.Year()), waits(i), append(slices.Clone(test.changes), night(c, at))...)
					s.passes(c.Name, at)
				}
				for _, c := range cronJobs[:steps-1] {
					s.until("the run of "+c.Name+" is recorded", func() bool {
						now, err := s.client.BatchV1().CronJobs(s.name).Get(t.Context(), c.Name, metav1.GetOptions{})
						require.NoError(t, err)
						record := schedule.ParseRecord(now.Annotations[schedule.OutcomesAnnotation])
						_, there := record.At(at)
						return there
					})
				}
				var writes map[string]int
				s.until("the last event is in the log", func() bool {
					writes = s.writes()
					return writes["create events"] >= events
				})
				return writes
			}
			first := play(-1, steps-1)
			night := play(0, 2*(steps-1))
			for what, n := range first {
				night[what] -= n
			}
			t.Logf("for the first %d runs: %v; for the next: %v", steps, first, night)
			// The last write of the first night may come during the next.
			require.LessOrEqual(t, first["patch jobs"]+night["patch jobs"], 2*test.perRun*steps)
			require.LessOrEqual(t, first["patch cronjobs"]+night["patch cronjobs"], 3*steps, "one for each run, and one when its record begins")
			require.Zero(t, night["update jobs"]+night["update cronjobs"]+night["delete jobs"])
		})
	}
}

// writes returns how many writes of each kind the gate has made in the namespace, and refused ones apart.
func (s *space) writes() map[string]int {
	s.t.Helper()
	writes := map[string]int{}
	for _, r := range s.audit() {
		if r.Verb == "get" || r.Verb == "list" || r.Verb == "watch" {
			continue
		}
		what := strings.TrimSuffix(r.Verb+" "+r.ObjectRef.Resource+"/"+r.ObjectRef.Subresource, "/")
		if r.ResponseStatus.Code >= 300 {
			what = fmt.Sprintf("%s (%d)", what, r.ResponseStatus.Code)
		}
		writes[what]++
	}
	return writes
}
