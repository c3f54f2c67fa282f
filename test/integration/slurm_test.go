package integration

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// slurm is a shell in which Slurm's commands are depctl.
type slurm struct {
	*space
	folder, site string
}

// asSlurm makes the commands, and a site whose pods run for a second, or until told.
func (s *space) asSlurm(annotations string) *slurm {
	s.t.Helper()
	l := &slurm{space: s, folder: s.t.TempDir(), site: filepath.Join(s.t.TempDir(), "depctl.yaml")}
	program, err := filepath.Abs(filepath.Join(cmp.Or(os.Getenv("DEPCTL_BIN"), "../../bin"), "depctl"))
	require.NoError(s.t, err)
	out, err := exec.CommandContext(s.t.Context(), program, "as", "slurm", "--install", l.folder).CombinedOutput()
	require.NoError(s.t, err, "%s", out)
	require.NoError(s.t, os.WriteFile(l.site, []byte(`job: {spec: {template: {metadata: {annotations: {`+annotations+`}},
		spec: {containers: [{name: main, image: alpine}]}}}}`), 0o600))
	return l
}

// run calls a command, and returns what it prints.
func (l *slurm) run(words ...string) (stdout, stderr string, code int) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(l.folder, words[0]), words[1:]...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+l.Kubeconfig(), "DEPCTL_NAMESPACE="+l.name, "DEPCTL_TEMPLATE="+l.site, "DEPCTL_USER=ann")
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	_ = cmd.Run()
	require.NotNil(l.t, cmd.ProcessState, "%v cannot be run: make build", words)
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
}

func (l *slurm) sbatch(words ...string) string {
	l.t.Helper()
	stdout, stderr, code := l.run(append([]string{"sbatch", "--parsable"}, words...)...)
	require.Zero(l.t, code, stderr)
	require.Empty(l.t, stderr)
	return strings.TrimSpace(stdout)
}

// state returns the state of a job, or of an element.
func (l *slurm) state(id string) string {
	l.t.Helper()
	stdout, stderr, code := l.run("sacct", "-X", "-n", "-P", "-o", "State,ExitCode", "-j", id)
	require.Zero(l.t, code, stderr)
	return strings.TrimSpace(stdout)
}

func (l *slurm) untilState(id, want string) {
	l.t.Helper()
	l.until(id+" is "+want, func() bool { return l.state(id) == want })
}

const runShortly = "sandbox.depctl.dev/run-for: 1s"

// Nobody gets a number twice, and no Job is lost, though all ask at once.
func TestTwoHundredSubmitAtOnce(t *testing.T) {
	t.Parallel()
	const many, atOnce = 200, 20
	l := shared.namespace(t).asSlurm(runShortly)
	var mu sync.Mutex
	var ids []int
	var took []time.Duration
	work := make(chan int)
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			for i := range work {
				start := time.Now()
				stdout, stderr, code := l.run("sbatch", "-J", fmt.Sprintf("job%d", i), "--wrap", "true")
				mu.Lock()
				took = append(took, time.Since(start))
				id, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSpace(stdout), "Submitted batch job "))
				if code != 0 || err != nil || stderr != "" {
					t.Errorf("sbatch: exit %d, %q, %q", code, stdout, stderr)
				}
				ids = append(ids, id)
				mu.Unlock()
			}
		})
	}
	start := time.Now()
	for i := range many {
		work <- i
	}
	close(work)
	wg.Wait()
	slices.Sort(took)
	t.Logf("%d in %s, %d at once; p50 %s, longest %s", many, time.Since(start), atOnce, took[many/2], took[many-1])
	slices.Sort(ids)
	require.Len(t, slices.Compact(ids), many, "all numbers differ")
	jobs, err := l.client.BatchV1().Jobs(l.name).List(t.Context(), metav1.ListOptions{LabelSelector: "depctl.dev/user=ann"})
	require.NoError(t, err)
	require.Len(t, jobs.Items, many)
	l.until("all have succeeded", func() bool {
		stdout, _, _ := l.run("squeue", "--me", "-h", "-t", "CD", "-o", "%i")
		return len(strings.Fields(stdout)) == many
	})
}

func TestDependenciesAreThoseOfSlurm(t *testing.T) {
	t.Parallel()
	l := shared.namespace(t).asSlurm(runShortly + ", sandbox.depctl.dev/fail-indexes: \"1\"")
	array := l.sbatch("-J", "gen", "--array=5-7", "--wrap", "true") // the element 6 fails
	afterTask := l.sbatch("-J", "one", "-d", "afterok:"+array+"_5", "--wrap", "true")
	afterFailed := l.sbatch("-d", "afterok:"+array+"_6", "--wrap", "true")
	afterAll := l.sbatch("-d", "afterok:"+array, "--wrap", "true")
	afterAny := l.sbatch("-d", "afterany:"+array+":"+afterTask, "--wrap", "true")
	afterName := l.sbatch("-d", "afterok:one", "--wrap", "true")
	corresponding := l.sbatch("--array=5-7", "-d", "aftercorr:"+array, "--wrap", "true")
	l.untilState(afterTask, "COMPLETED|0:0")
	l.untilState(afterFailed, "CANCELLED|0:0")
	l.untilState(afterAll, "CANCELLED|0:0")
	l.untilState(afterAny, "COMPLETED|0:0")
	l.untilState(afterName, "COMPLETED|0:0")
	l.until("each element went by its own", func() bool {
		stdout, _, _ := l.run("sacct", "-n", "-P", "-o", "JobID,State", "-j", corresponding)
		return strings.Contains(stdout, corresponding+"_5|COMPLETED") && strings.Contains(stdout, corresponding+"_6|CANCELLED")
	})
	stdout, _, _ := l.run("squeue", "-h", "-t", "all", "-o", "%r", "-j", afterFailed)
	require.Equal(t, "DependencyNeverSatisfied\n", stdout)

	// Of what has finished, and of what nobody knows.
	l.untilState(l.sbatch("-d", "afterok:"+afterTask, "--wrap", "true"), "COMPLETED|0:0")
	_, stderr, code := l.run("sbatch", "-d", "afterok:99999", "--wrap", "true")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "sbatch: error: Batch job submission failed: Job dependency problem\n")
	l.untilState(l.sbatch("-d", "afterany:99999", "--wrap", "true"), "COMPLETED|0:0")
}

func TestScancelEndsJobsArraysAndElements(t *testing.T) {
	t.Parallel()
	l := shared.namespace(t).byForce().asSlurm(`sandbox.depctl.dev/until-told: "true"`)
	runs := l.sbatch("-J", "runs", "--wrap", "true")
	waits := l.sbatch("-J", "waits", "-d", "afterany:"+runs, "--wrap", "true")
	array := l.sbatch("--array=1-4", "--wrap", "true")
	pending := l.sbatch("--array=1-3", "-d", "afterany:"+runs, "--wrap", "true")
	l.untilState(runs, "RUNNING|0:0")
	l.until("the array runs", func() bool {
		stdout, _, _ := l.run("squeue", "-h", "-t", "R", "-o", "%i", "-j", array)
		return len(strings.Fields(stdout)) == 4
	})
	cancel := func(words ...string) {
		_, stderr, code := l.run(append([]string{"scancel"}, words...)...)
		require.Zero(t, code, stderr)
		require.Empty(t, stderr)
	}
	cancel(array + "_[1,3]")
	l.until("two elements are cancelled, and two run", func() bool {
		stdout, _, _ := l.run("sacct", "-n", "-P", "-o", "JobID,State", "-j", array)
		return stdout == fmt.Sprintf("%[1]s_1|CANCELLED\n%[1]s_2|RUNNING\n%[1]s_3|CANCELLED\n%[1]s_4|RUNNING\n", array)
	})
	cancel("-n", "waits")
	l.untilState(waits, "CANCELLED|0:0")
	cancel(pending)
	l.untilState(pending, "CANCELLED|0:0")
	require.Equal(t, "RUNNING|0:0", l.state(runs), "what was not named goes on")
	cancel("-u", "ann", "-t", "RUNNING")
	l.untilState(runs, "CANCELLED|0:15")
	cancel(runs) // again, which is no error
	_, stderr, code := l.run("scancel", "99999")
	require.Equal(t, 1, code)
	require.Equal(t, "scancel: error: Kill job error on job id 99999: Invalid job id specified\n", stderr)
}

func TestHeldJobsAreReleasedByScontrol(t *testing.T) {
	t.Parallel()
	l := shared.namespace(t).asSlurm(runShortly)
	first := l.sbatch("-H", "--wrap", "true")
	second := l.sbatch("-d", "afterok:"+first, "--wrap", "true")
	reason := func(id string) string {
		stdout, _, _ := l.run("squeue", "-h", "-o", "%r", "-j", id)
		return strings.TrimSpace(stdout)
	}
	require.Equal(t, "JobHeldUser", reason(first))
	require.Equal(t, "Dependency", reason(second))
	scontrol := func(words ...string) {
		_, stderr, code := l.run(append([]string{"scontrol"}, words...)...)
		require.Zero(t, code, stderr)
	}
	scontrol("hold", second)
	require.Equal(t, "JobHeldUser", reason(second))
	scontrol("release", first)
	l.untilState(first, "COMPLETED|0:0")
	require.Equal(t, "PENDING|0:0", l.state(second))
	scontrol("update", "JobId="+second, "TimeLimit=5", "Comment=later")
	scontrol("release", second)
	l.untilState(second, "COMPLETED|0:0")
	stdout, _, _ := l.run("scontrol", "-o", "show", "job", second)
	require.Contains(t, stdout, "TimeLimit=00:05:00")
	require.Contains(t, stdout, "Comment=later")
	_, stderr, code := l.run("scontrol", "hold", second)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "already completing or completed")
}
