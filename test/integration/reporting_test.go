package integration

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/test/history"
	"depctl.dev/test/monitoring"
	"depctl.dev/test/sandbox"
)

// says waits until a Job says of its dependencies what the reason is, and returns
// the whole condition.
func (s *space) says(name, reason string) batchv1.JobCondition {
	s.t.Helper()
	var said batchv1.JobCondition
	s.eventually(name+" says "+reason, func(last map[string]history.Event) bool {
		job := last[s.name+"/"+name].Job
		if job == nil {
			return false
		}
		at := slices.IndexFunc(job.Status.Conditions, func(c batchv1.JobCondition) bool { return c.Type == gate.ConditionType })
		if at >= 0 {
			said = job.Status.Conditions[at]
		}
		return said.Reason == reason
	})
	return said
}

// eachHadItsTurn waits until the gate has looked at whatever it may have to say
// of the Jobs that were made up to now.
func (s *space) eachHadItsTurn(marker string) {
	s.t.Helper()
	s.make(marker, "never")
	s.says(marker, gate.ReasonWaiting)
}

func TestALongWaiterSaysWhatItWaitsForAndThatItIsMet(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	made := s.make("load", "extract")
	said := s.says("load", gate.ReasonWaiting)
	require.Equal(t, corev1.ConditionFalse, said.Status)
	require.Equal(t, "waiting: "+s.name+"/extract does not exist", said.Message)
	require.GreaterOrEqual(t, said.LastTransitionTime.Sub(made.CreationTimestamp.Time).Seconds(), 2.0)
	_, err := s.client.BatchV1().Jobs(s.name).Patch(t.Context(), "load", types.StrategicMergePatchType,
		[]byte(`{"status":{"conditions":[{"type":"example.com/Theirs","status":"True","reason":"Theirs"}]}}`), metav1.PatchOptions{}, "status")
	require.NoError(t, err)

	s.make("extract", "")
	s.kubectl("", "wait", "--for=condition=depctl.dev/DependenciesMet", "--timeout=60s", "job/load")
	said = s.says("load", gate.ReasonMet)
	require.Equal(t, corev1.ConditionTrue, said.Status)
	require.Equal(t, "released: "+s.name+"/extract succeeded", said.Message)
	s.completes("load")
	kinds := map[batchv1.JobConditionType]bool{}
	for _, c := range s.get("load").Status.Conditions {
		kinds[c.Type] = true
	}
	for _, kind := range []batchv1.JobConditionType{"example.com/Theirs", batchv1.JobSuspended, batchv1.JobComplete, gate.ConditionType} {
		require.True(t, kinds[kind], "condition %s is gone", kind)
	}

	s.eachHadItsTurn("marker")
	written := 0
	for _, r := range s.told("load") {
		require.Equal(t, []string{"patch", "jobs", "status"}, []string{r.Verb, r.ObjectRef.Resource, r.ObjectRef.Subresource})
		if r.ResponseStatus.Code == http.StatusConflict { // somebody else wrote at that moment
			continue
		}
		require.Equal(t, http.StatusOK, r.ResponseStatus.Code)
		written++
	}
	require.LessOrEqual(t, written, 3, "waiting, perhaps that extract is there now, and met")
	require.GreaterOrEqual(t, written, 2)
}

// One that was decided before the release and arrives after it would be untrue, and might cost the Job a second. The
// gate of all tests corrects what is written here.
func TestAConditionOfAJobThatHasChangedIsRefused(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("load", "extract")
	s.says("load", gate.ReasonWaiting)
	write := func(seen *batchv1.Job) (*batchv1.Job, error) {
		w, err := gate.ConditionPatch(gate.Observe(seen), gate.Condition{Status: corev1.ConditionFalse, Reason: gate.ReasonHeld, Message: "held: by this test"})
		require.NoError(t, err)
		return s.client.BatchV1().Jobs(s.name).Patch(t.Context(), "load", w.How, w.Patch, metav1.PatchOptions{}, w.Of)
	}
	old := s.get("load")
	s.patch("load", `{"metadata":{"annotations":{"example.com/note":"changes nothing that the gate reads"}}}`)
	_, err := write(old)
	require.True(t, apierrors.IsConflict(err), "%v", err)
	written, err := write(s.get("load"))
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(written.Status.Conditions, func(c batchv1.JobCondition) bool { return c.Reason == gate.ReasonHeld }))
}

func TestNothingIsWrittenForAJobThatHardlyWaits(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("extract", "")
	s.completes("extract")
	s.settle()
	s.make("load", "extract")
	s.make("skipped", "failed(extract)")
	s.completes("load")
	s.fails("skipped")
	said := s.says("skipped", gate.ReasonDependencyFailed)
	require.Equal(t, corev1.ConditionFalse, said.Status)
	s.eachHadItsTurn("marker")
	require.Empty(t, s.told("load"))
	require.Empty(t, s.told("skipped"), "the patch that fails the Job says it")
	require.False(t, slices.ContainsFunc(s.get("load").Status.Conditions, func(c batchv1.JobCondition) bool { return c.Type == gate.ConditionType }))
	patches := 0
	for _, r := range s.requests() {
		if r.ObjectRef.Resource == "jobs" && r.ObjectRef.Name == "load" {
			patches++
		}
	}
	require.Equal(t, 1, patches)
}

func TestAMistakeIsSaidOnTheJob(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("load", "Extract")
	s.make("held", "never", annotate(gate.HoldAnnotation, "until Monday"))
	require.Equal(t, corev1.ConditionUnknown, s.says("load", gate.ReasonInvalidExpression).Status)
	said := s.says("held", gate.ReasonHeld)
	require.Equal(t, corev1.ConditionFalse, said.Status)
	require.Equal(t, "held: until Monday", said.Message)
	s.patch("held", `{"metadata":{"annotations":{"depctl.dev/depends-on":null}}}`)
	require.Equal(t, corev1.ConditionUnknown, s.says("held", gate.ReasonNotAnnotated).Status)
}

// One sandbox, two gates, one after the other.
func TestWhatAGateTellsOfItself(t *testing.T) {
	t.Parallel()
	c := ownCluster(t)
	s := c.namespace(t)
	first := c.gate(t, sandbox.GateOptions{Args: []string{"--logging-format=json"}})
	for i := range 10 {
		s.make(fmt.Sprint("load-", i), "extract")
	}
	s.make("broken", "Extract")
	s.make("stuck", "failed(later)", onFailure(gate.Wait))
	for i := range 10 {
		s.says(fmt.Sprint("load-", i), gate.ReasonWaiting)
	}
	s.says("broken", gate.ReasonInvalidExpression)
	require.NoError(t, first.Kill())

	second := c.gate(t, sandbox.GateOptions{Args: []string{"--logging-format=json", "--profiling", "--leader-elect"}})
	s.eachHadItsTurn("marker")
	for i := range 10 {
		require.Len(t, s.told(fmt.Sprint("load-", i)), 1, "a new gate has written again what was there")
	}
	s.make("skipped", "failed(extract)")
	s.make("later", "")
	s.make("extract", "")
	for i := range 10 {
		name := fmt.Sprint("load-", i)
		s.completes(name)
		require.Equal(t, corev1.ConditionTrue, s.says(name, gate.ReasonMet).Status)
	}
	s.fails("skipped")
	s.says("stuck", gate.ReasonDependencyFailed)
	s.settle()

	metrics := scrape(t, second)
	for sample, want := range map[string]float64{
		"depctl_gate_released_total":                                           11, // settle has one
		`depctl_gate_failed_total{reason="DependencyFailed"}`:                  1,
		"depctl_gate_release_latency_seconds_count":                            11,
		`depctl_gate_waiting_jobs{state="invalid"}`:                            1,
		`depctl_gate_waiting_jobs{state="blocked"}`:                            1,
		`depctl_gate_waiting_jobs{state="waiting"}`:                            1,
		`depctl_gate_waiting_jobs{state="held"}`:                               0,
		"depctl_gate_jobs":                                                     18,
		`depctl_gate_decisions_total{action="fail",reason="DependencyFailed"}`: 1,
		`depctl_gate_condition_writes_total{result="error"}`:                   0,
	} {
		require.Contains(t, metrics, sample)
		require.Equal(t, want, metrics[sample], sample)
	}
	// The metrics of the manifests exist.
	names := map[string]bool{}
	for sample := range metrics {
		require.NotContains(t, sample, s.name, "a label that grows with the cluster")
		name, _, _ := strings.Cut(sample, "{")
		names[name] = true
	}
	used, err := monitoring.Metrics("../../deploy/monitoring")
	require.NoError(t, err)
	require.NotEmpty(t, used)
	for name, where := range used {
		if name == "up" {
			continue // Prometheus's own
		}
		if strings.HasPrefix(name, "depctl_gate_limit_") {
			continue // there with --limits only: TestNoLimitIsExceeded looks at them
		}
		require.True(t, names[name], "%s is used by %s, and no gate has it", name, where)
	}
	response, err := http.Get("http://" + second.Metrics() + "/debug/pprof/goroutine?debug=1")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.NoError(t, response.Body.Close())

	require.NoError(t, second.Stop())
	actions := map[string]int{}
	for _, line := range logged(t, second) {
		if line.Message == "Released Job" || line.Message == "Failed Job" {
			require.Equal(t, s.name, line.Job.Namespace)
			require.NotEmpty(t, line.Reason)
			require.NotEmpty(t, line.UID)
			require.NotEmpty(t, line.Why)
			actions[line.Action]++
		}
	}
	require.Equal(t, map[string]int{"release": 11, "fail": 1}, actions, "one line for each decision that acts")
}

// scrape returns the metrics of a gate, by the name and its labels.
func scrape(t testing.TB, g *sandbox.Gate) map[string]float64 {
	t.Helper()
	samples, err := g.Scrape(t.Context())
	require.NoError(t, err)
	return samples
}

// logLine is a line of the gate's log in JSON.
type logLine struct {
	Message string `json:"msg"`
	Job     struct{ Name, Namespace string }
	UID     string `json:"uid"`
	Action  string `json:"action"`
	Reason  string `json:"reason"`
	Why     string `json:"message"`
}

func logged(t *testing.T, g *sandbox.Gate) []logLine {
	t.Helper()
	file, err := os.Open(g.Part().Log)
	require.NoError(t, err)
	defer file.Close()
	var lines []logLine
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		var line logLine
		require.NoError(t, json.Unmarshal(scanner.Bytes(), &line), scanner.Text())
		lines = append(lines, line)
	}
	return lines
}
