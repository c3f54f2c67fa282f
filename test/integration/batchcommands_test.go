package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/test/sandbox"
)

// batchShell runs a script in a shell in which the commands of a batch system are depctl.
func (s *space) batchShell(system, site, script string) string {
	s.t.Helper()
	dir := s.t.TempDir()
	require.NoError(s.t, os.WriteFile(filepath.Join(dir, "depctl.yaml"), []byte(site), 0o600))
	require.NoError(s.t, os.WriteFile(filepath.Join(dir, "script.sh"), []byte(script), 0o600))
	return s.shell(dir, fmt.Sprintf("export XDG_CACHE_HOME=$PWD/cache\ndepctl as %s --template depctl.yaml -- bash -eu script.sh 2>&1", system))
}

const plainSite = `job: {spec: {template: {spec: {containers: [{name: main, image: busybox}]}}}}`

// guideSite has the pods of a guide run until told: what holds, changes and deletes a job there must find it.
const guideSite = `job: {spec: {template: {metadata: {annotations: {sandbox.depctl.dev/until-told: "true"}}, spec: {containers: [{name: main, image: busybox}]}}}}`

// ending lets the pods of a job end that a script waits for, once it is there.
func (s *space) ending(name string) {
	ended := make(chan error, 1)
	go func() { ended <- sandbox.Tell(s.t.Context(), s.client, s.name, name) }()
	s.t.Cleanup(func() { require.NoError(s.t, <-ended) })
}

// TestTheGuideOfGridEngine runs all commands of docs/guide/grid-engine.md.
func TestTheGuideOfGridEngine(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t).byForce() // qdel is a person's
	s.ending("last-4")
	printed := s.batchShell("sge", guideSite, blocksOf(t, "grid-engine"))
	for _, line := range []string{
		`Your job 1 ("prep") has been submitted`, `Your job 3 ("merge") has been submitted`, "modified hold of job 3", "modified job name of job 3",
		"job_name:                   summary", `Your job 4 ("last") has been submitted`, "Job 4 exited with exit code 0.", "exit_status  0",
	} {
		require.Contains(t, printed, line)
	}
	require.Regexp(t, `has (deleted|registered the) job 3`, printed)
	require.Equal(t, "finished(prep-1), not failed(prep-1, code=100)", s.get("sim-2").Annotations["depctl.dev/depends-on"])
}

// blocksOf returns the commands of a page of the guide.
func blocksOf(t *testing.T, page string) (script string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "guide", page+".md"))
	require.NoError(t, err)
	for _, block := range regexp.MustCompile("(?ms)^```sh\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		script += block[1]
	}
	require.NotEmpty(t, script)
	return script
}

// Exit codes, tasks and the ends of jobs are what Grid Engine's users know.
func TestGridEngineOnACluster(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t).byForce() // qdel is a person's
	failing := `job: {spec: {template: {metadata: {annotations: {sandbox.depctl.dev/exit-code: "3"}}, spec: {containers: [{name: main, image: busybox}]}}}}`
	printed := s.batchShell("sge", failing, `
qsub -sync y -N bad -b y false && exit 9
echo "code $?"
qacct -j bad | grep -E '^(failed|exit_status)'
qstat -j bad && exit 9
qsub -N next -hold_jid bad -b y true
`)
	require.Contains(t, printed, "Job 1 exited with exit code 3.\ncode 3\n")
	require.Regexp(t, `failed +0 *\nexit_status +3`, printed)
	require.Contains(t, printed, "Following jobs do not exist: \nbad\n")

	s = shared.namespace(t).byForce()
	forever := strings.Replace(failing, `exit-code: "3"`, `run-for: 1h`, 1)
	printed = s.batchShell("sge", forever, `
qsub -N arr -t 1-3 -b y sleep 100
qsub -N later -hold_jid 1 -b y true
until test "$(qstat | grep -c ' r ')" = 3; do sleep 0.2; done
qdel 1.2
until ! qstat | grep -q ' r .* 2$'; do sleep 0.2; done
qstat
qdel 1 2
until test -z "$(qstat)"; do sleep 0.2; done
qacct -j 1 -t 2 | grep -E '^(failed|taskid)'
qdel 1 || echo "code $?"
`)
	require.Contains(t, printed, "has registered the job-array task 1.2 for deletion")
	require.Contains(t, printed, "has registered the job-array 1 for deletion")
	require.Contains(t, printed, "has deleted job 2")
	require.Regexp(t, `taskid +2 *\nfailed +100`, printed)
	require.Contains(t, printed, "denied: job \"1\" does not exist\ncode 1\n")
}

// TestTheGuideOfLSF runs all commands of docs/guide/lsf.md.
func TestTheGuideOfLSF(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t).byForce() // bkill is a person's
	s.ending("last-4")
	printed := s.batchShell("lsf", guideSite, blocksOf(t, "lsf"))
	for _, line := range []string{
		"Job <1> is submitted to default queue <normal>.", "Job <3> is submitted", "Job <3> is being stopped", "3;PSUSP;merge;-", "Job <3> is being resumed",
		"Dependency Condition <ended(sim)>", "Job <3> is being terminated", "<<Job is finished>>", "4       DONE\n",
	} {
		require.Contains(t, printed, line)
	}
	require.Equal(t, "prep-1", s.get("sim-2").Annotations["depctl.dev/depends-on"])
}

// Exit codes, elements and the ends of jobs are what LSF's users know.
func TestLSFOnACluster(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t).byForce()
	failing := `job: {spec: {template: {metadata: {annotations: {sandbox.depctl.dev/exit-code: "3"}}, spec: {containers: [{name: main, image: busybox}]}}}}`
	printed := s.batchShell("lsf", failing, `
bsub -K -J bad false && exit 9
echo "code $?"
bjobs -noheader -o 'stat exit_code' 1
bkill 1 || echo "code $?"
`)
	require.Contains(t, printed, "<<Job is finished>>\ncode 3\nEXIT  3\n")
	require.Contains(t, printed, "Job <1>: Job has already finished\ncode 255\n")

	s = shared.namespace(t).byForce()
	printed = s.batchShell("lsf", strings.Replace(failing, `exit-code: "3"`, `run-for: 1h`, 1), `
bsub -J 'arr[1-3]' sleep 100
until test "$(bjobs -noheader -r | wc -l)" = 3; do sleep 0.2; done
bkill '1[2]'
until bjobs -noheader '1[2]' | grep -q EXIT; do sleep 0.2; done
bkill 0
until ! bjobs >/dev/null 2>&1; do sleep 0.2; done
bjobs -l '1[2]'
`)
	require.Contains(t, printed, "Job <1[2]> is being terminated")
	require.Contains(t, printed, "Job <1> is being terminated")
	require.Contains(t, printed, "TERM_OWNER: job killed by owner")
}

// TestTheGuideOfPBS runs all commands of docs/guide/pbs.md.
func TestTheGuideOfPBS(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t).byForce() // qdel is a person's
	printed := s.batchShell("pbspro", guideSite, blocksOf(t, "pbs"))
	for _, line := range []string{"Job id            Name", "Job Id: 3.depctl", "    job_state = H", `"3.depctl": {`, `"Exit_status": 271`} {
		require.Contains(t, printed, line)
	}
	require.Equal(t, "prep-1", s.get("sim-2").Annotations["depctl.dev/depends-on"])

	s = shared.namespace(t).byForce()
	printed = s.batchShell("torque", plainSite, `
qsub -N one -- true
until qstat -f 1 | grep -q 'job_state = C'; do sleep 0.2; done
qstat -f 1 | grep Exit_status
qdel 1 || echo "code $?"
qstat 7 || echo "code $?"
`)
	require.Contains(t, printed, "1.depctl\n    Exit_status = 0\n")
	require.Contains(t, printed, "code 170\n")
	require.Contains(t, printed, "qstat: Unknown Job Id 7.depctl\ncode 153\n")
}
