package integration

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/test/sandbox"
)

func TestExplainAndStatus(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("extract", "")
	s.make("broken", "", template("exit-code", "3"))
	s.make("slow", "", template("run-for", "600s"))
	s.make("done", "extract")
	s.make("waiting", "extract, slow, (failed(broken, code=4) or later)")
	s.make("skipped", "broken")
	s.make("row", "self[i-1]", indexed(3), template("run-for", "600s"))
	s.completes("done")
	s.fails("skipped")
	s.runs("slow")
	s.eventuallyOpens("row", 1)
	explain := func(args ...string) string {
		stdout, stderr, code := s.depctl(s.Kubeconfig(), append([]string{"explain"}, args...)...)
		require.Zero(t, code, stderr)
		return stdout
	}
	waiting := explain("waiting", "-r")
	require.Contains(t, waiting, "waiting ○ waiting for ")
	require.Regexp(t, `✓ extract +succeeded`, waiting)
	require.Regexp(t, `○ slow +has not finished: (running|pending) for`, waiting)
	require.Regexp(t, `✗ failed\(broken, code=4\) +failed with exit code 3`, waiting)
	require.Regexp(t, `○ later +does not exist`, waiting)
	require.Contains(t, explain("done"), "✓ "+s.name+"/extract succeeded")
	require.Regexp(t, `(?s)✗ broken +failed .*depctl retry broken`, explain("skipped"))
	require.Regexp(t, `1 +running: 0\n.* 2 +waiting: 1-2`, explain("row"))
	require.Contains(t, explain("row", "--index", "1"), "element 0 has not finished")
	require.Regexp(t, `✓ extract +succeeded`, explain("waiting", "--expr", "extract or nothing"))
	require.Equal(t, "extract, slow, (failed(broken, code=4) or later)", s.get("waiting").Annotations[gate.DependsOnAnnotation])

	stdout, _, code := s.depctl(s.Kubeconfig(), "status", "-o", "json")
	require.Zero(t, code)
	var status struct {
		Counts   map[string]int
		Blockers []struct {
			Object  string
			HoldsUp int
		}
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &status))
	require.Equal(t, 1, status.Counts["waiting"])
	require.Equal(t, 1, status.Counts["skipped"])
	require.Equal(t, s.name+"/later", status.Blockers[0].Object)
}

// eventuallyOpens waits until so many elements of a Job have been let go.
func (s *space) eventuallyOpens(name string, n int) {
	s.t.Helper()
	s.until(name+" has elements that run", func() bool { return len(s.openings(name)) >= n && s.get(name).Status.Active == 3 })
}

// The user is one who may look at nothing.
func TestExplainSaysWhatTheUserMayNot(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("a", "b")
	s.account("nobody")
	config, err := s.ConfigFor(t.Context(), s.name, "nobody")
	require.NoError(t, err)
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, sandbox.WriteKubeconfig(kubeconfig, config))
	for _, command := range []string{"explain a", "status"} {
		_, stderr, code := s.depctl(kubeconfig, strings.Fields(command)...)
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "is forbidden")
	}
	stdout, _, code := s.depctl(kubeconfig, "check")
	require.Zero(t, code, "what one may not look at is a warning")
	require.Regexp(t, "! gate +Deployment depctl-system/depctl-gate cannot be read", stdout)
	_, stderr, code := s.depctl(kubeconfig, "wait", "b")
	require.Equal(t, 3, code)
	require.Contains(t, stderr, "somebody must fix something: b: "+s.name+"/b: you may not watch it")
}

func TestWaitEndsWithItsExpression(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("broken", "", template("exit-code", "3"))
	s.fails("broken")
	for expression, want := range map[string]int{
		"broken": 1, "failed(broken, code=3)": 0, "failed(broken, code=4)": 1, "broken[0]": 3, "a[i]": 2, "later": 124,
		"finished(broken) + 1s": 0, "time(2020-01-01T00:00:00Z)": 0,
	} {
		timeout := "5m"
		if want == 124 {
			timeout = "1s"
		}
		_, _, code := s.depctl(s.Kubeconfig(), "wait", expression, "--timeout", timeout)
		require.Equal(t, want, code, expression)
	}
	ended := make(chan int, 1)
	go func() {
		_, _, code := s.depctl(s.Kubeconfig(), "wait", "one, two-* >= 2", "--timeout", "5m")
		ended <- code
	}()
	s.make("one", "")
	s.make("two-1", "")
	s.make("two-2", "two-1", template("run-for", "1s"))
	select {
	case code := <-ended:
		require.Zero(t, code)
	case <-time.After(patience):
		t.Fatal("it does not end")
	}
}

func TestWaitSurvivesTheAPIServer(t *testing.T) {
	t.Parallel()
	c := ownCluster(t)
	s := c.namespace(t)
	ended := make(chan int, 1)
	go func() {
		_, _, code := s.depctl(s.Kubeconfig(), "wait", "late", "--timeout", "1m")
		ended <- code
	}()
	// One that has never answered ends it.
	s.until("depctl has asked once", func() bool {
		log, err := os.ReadFile(filepath.Join(s.Dir(), "audit.log"))
		require.NoError(t, err)
		for line := range bytes.Lines(log) {
			if bytes.Contains(line, []byte(s.name)) && bytes.Contains(line, []byte(`"userAgent":"depctl/`)) && bytes.Contains(line, []byte(`"verb":"watch"`)) {
				return true
			}
		}
		return false
	})
	require.NoError(t, c.Restart(t.Context(), "kube-apiserver"))
	s.until("the API server makes Jobs", func() bool {
		_, err := s.client.BatchV1().Jobs(s.name).Create(t.Context(), newJob("late", ""), metav1.CreateOptions{})
		return err == nil
	})
	require.Zero(t, <-ended)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	c := ownCluster(t)
	s := c.namespace(t)
	s.make("waits", "nobody")
	s.explains("waits", `NoGate: .*nothing is released|NoGate: there is no Deployment`)
	_, stderr := s.does("graph", "-o", "tree") // where it is said beside the drawing
	require.Contains(t, stderr, "NoGate: ")
	c.candidate(t)
	c.leads(t, "")
	said, _ := s.does("explain", "waits")
	require.NotContains(t, said, "NoGate")
	check := func() (string, int) {
		stdout, _, code := s.depctl(s.Kubeconfig(), "check")
		return stdout, code
	}
	stdout, code := check()
	require.Zero(t, code, "a gate that leads from elsewhere is a warning")
	for _, line := range []string{`! gate `, `✓ leader `, `✓ hold `, `✓ leash `, `✓ rights `, `✓ arrays +on`, `✓ jobs `} {
		require.Regexp(t, line, stdout)
	}
	s.make("ring-1", "ring-2")
	s.make("ring-2", "ring-1")
	s.make("invalid", "and and")
	require.NoError(t, c.client.RbacV1().ClusterRoleBindings().Delete(t.Context(), "depctl-gate", metav1.DeleteOptions{}))
	policies := c.client.AdmissionregistrationV1().ValidatingAdmissionPolicyBindings()
	_, err := policies.Patch(t.Context(), "leash-jobs.depctl.dev", types.MergePatchType, []byte(`{"spec":{"validationActions":["Audit"]}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	require.NoError(t, c.client.AdmissionregistrationV1().MutatingAdmissionPolicyBindings().Delete(t.Context(), "hold.depctl.dev", metav1.DeleteOptions{}))
	s.until("it finds all that is broken", func() bool {
		stdout, code = check()
		return code == 1 && regexpAll(stdout, `✗ hold `, `✗ leash .*leash-jobs`, `✗ rights +the gate may not .*patch jobs`, `! jobs +1 have a mistake`, `! jobs +2 can never run`)
	})
}

func regexpAll(text string, patterns ...string) bool {
	for _, pattern := range patterns {
		if !regexp.MustCompile(pattern).MatchString(text) {
			return false
		}
	}
	return true
}
