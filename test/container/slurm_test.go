package container

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestTheGuideOfSlurm runs all commands of docs/guide/slurm.md, as one script.
func TestTheGuideOfSlurm(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	s := shared.namespace(t, "slurmguide")
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "guide", "slurm.md"))
	require.NoError(t, err)
	script := ""
	for _, block := range regexp.MustCompile("(?ms)^```sh\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		script += block[1]
	}
	printed := s.shell(t.TempDir(), script)
	require.Contains(t, printed, "Submitted batch job 4\n")
	require.Regexp(t, `1_\[1-3\] +main +simulate +\S+ +PD|1_1 +main +simulate`, printed)
	require.Regexp(t, `4 +main +wrap +\S+ +PD +0:00 +1 \(Dependency\)`, printed)
	require.Contains(t, printed, "exit status 3\n")
	require.Regexp(t, `5 +last +FAILED +3:0`, printed)
	for i := 1; i <= 3; i++ {
		require.Contains(t, printed, fmt.Sprintf("parameter set %d of job 1\n", i))
	}
	require.Contains(t, printed, "CANCELLED\n")
	require.Contains(t, printed, "sbatch: error: --nodes=4: a pod runs on one node")
}

// workflow is Snakemake in a directory that pods have too, in which Slurm's commands are
// depctl.
type workflow struct {
	*space
	dir, folder, site string
}

// snakemakeSite has the programs of this machine in the pods: an image would need a
// registry, and Debian's packages are here.
const snakemakeSite = `
job:
  spec:
    template:
      spec:
        containers:
        - name: main
          image: busybox:1.37
          env: [{name: PATH, value: "LINKS:/usr/local/bin:/usr/bin:/bin"}, {name: HOME, value: DIR}]
          volumeMounts:
          - {name: usr, mountPath: /usr, readOnly: true}
          - {name: lib, mountPath: /lib, readOnly: true}
          - {name: lib64, mountPath: /lib64, readOnly: true}
          - {name: bash, mountPath: /bin/bash, readOnly: true}
          - {name: links, mountPath: LINKS, readOnly: true}
          - {name: programs, mountPath: BIN, readOnly: true}
        volumes:
        - {name: usr, hostPath: {path: /usr}}
        - {name: lib, hostPath: {path: /usr/lib}}
        - {name: lib64, hostPath: {path: /usr/lib64}}
        - {name: bash, hostPath: {path: /usr/bin/bash, type: File}}
        - {name: links, hostPath: {path: LINKS}}
        - {name: programs, hostPath: {path: BIN}}
volumes: [{directory: DIR, source: {hostPath: {path: DIR}}}]
environment: [USER]
`

func (s *space) workflow(snakefile string) *workflow {
	s.t.Helper()
	if _, err := os.Stat("/usr/bin/snakemake"); err != nil {
		s.t.Skip("there is no Snakemake: apt-get install snakemake")
	}
	bin, err := filepath.Abs(filepath.Join("..", "..", "bin"))
	require.NoError(s.t, err)
	w := &workflow{space: s, dir: s.t.TempDir(), folder: s.t.TempDir(), site: filepath.Join(s.t.TempDir(), "depctl.yaml")}
	out, err := exec.CommandContext(s.t.Context(), filepath.Join(bin, "depctl"), "as", "slurm", "--install", w.folder).CombinedOutput()
	require.NoError(s.t, err, "%s", out)
	site := strings.NewReplacer("LINKS", w.folder, "DIR", w.dir, "BIN", bin).Replace(snakemakeSite)
	require.NoError(s.t, os.WriteFile(w.site, []byte(site), 0o600))
	require.NoError(s.t, os.WriteFile(filepath.Join(w.dir, "Snakefile"), []byte(snakefile), 0o600))
	return w
}

// command is snakemake, as a user calls it.
func (w *workflow) command(args ...string) *exec.Cmd {
	w.t.Helper()
	bin, err := filepath.Abs(filepath.Join("..", "..", "bin"))
	require.NoError(w.t, err)
	line := []string{"as", "slurm", "--kubeconfig", w.Kubeconfig(), "-n", w.name, "--template", w.site, "--", "/usr/bin/snakemake", "--slurm", "--latency-wait", "30", "--max-status-checks-per-second", "1"}
	cmd := exec.CommandContext(w.t.Context(), filepath.Join(bin, "depctl"), append(line, args...)...)
	cmd.Dir = w.dir
	cmd.Env = append(os.Environ(), "USER=ann", "DEPCTL_USER=ann")
	return cmd
}

// Snakemake as Debian has it runs a workflow of real Jobs, one of which fails; a second
// run does what is left.
func TestSnakemakeRunsAWorkflow(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	w := shared.namespace(t, "snakemake").workflow(`
PARTS = range(4)
rule all:
    input: "sum.txt"
rule part:
    output: "part{n}.txt"
    resources: mem_mb=700, runtime=10
    shell: "test {wildcards.n} != 2 || test -e repaired; echo {wildcards.n} > {output}"
rule sum:
    input: expand("part{n}.txt", n=PARTS)
    output: "sum.txt"
    resources: mem_mb=700, runtime=10
    shell: "cat {input} > {output}"
`)
	out, err := w.command("--jobs", "4", "--keep-going").CombinedOutput()
	require.Error(t, err, "%s", out)
	require.Contains(t, string(out), "SLURM status is: 'FAILED'")
	require.NoFileExists(t, filepath.Join(w.dir, "sum.txt"))
	for _, n := range []string{"0", "1", "3"} {
		require.FileExists(t, filepath.Join(w.dir, "part"+n+".txt"), "%s", out)
	}
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, "repaired"), nil, 0o600))
	out, err = w.command("--jobs", "4").CombinedOutput()
	require.NoError(t, err, "%s", out)
	text, err := os.ReadFile(filepath.Join(w.dir, "sum.txt"))
	require.NoError(t, err)
	require.Equal(t, "0\n1\n2\n3\n", string(text))
	logs, err := filepath.Glob(filepath.Join(w.dir, ".snakemake/slurm_logs/rule_sum/*.log"))
	require.NoError(t, err)
	require.Len(t, logs, 1, "the log is where Snakemake looks for it")
}

// Who interrupts Snakemake leaves no Job behind.
func TestAnInterruptedSnakemakeCancelsItsJobs(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	w := shared.namespace(t, "interrupted").workflow(`
rule long:
    output: "long.txt"
    resources: mem_mb=700, runtime=10
    shell: "sleep 600; touch {output}"
`)
	cmd := w.command("--jobs", "1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, cmd.Start())
	squeue := func(states string) string {
		list := exec.CommandContext(t.Context(), filepath.Join(w.folder, "squeue"), "-h", "-t", states, "-o", "%T")
		list.Env = append(os.Environ(), "KUBECONFIG="+w.Kubeconfig(), "DEPCTL_NAMESPACE="+w.name, "DEPCTL_TEMPLATE="+w.site)
		out, err := list.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return strings.TrimSpace(string(out))
	}
	require.Eventually(t, func() bool { return squeue("R") == "RUNNING" }, patience, 200*time.Millisecond)
	require.NoError(t, syscall.Kill(-cmd.Process.Pid, syscall.SIGINT), "as a terminal sends it, to the whole group")
	require.Error(t, cmd.Wait())
	require.Eventually(t, func() bool { return squeue("all") == "CANCELLED" }, patience, 200*time.Millisecond)
}

// GNU make runs each recipe as a job of its own where its shell is srun.
func TestMakeRunsItsRecipesBySrun(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	s := shared.namespace(t, "makesrun")
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "depctl.yaml"), []byte(`
job: {spec: {template: {spec: {containers: [{name: main, image: busybox:1.37}]}}}}
volumes: [{directory: `+dir+`, source: {hostPath: {path: `+dir+`}}}]
`), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Makefile"), []byte(`
SHELL = srun
.SHELLFLAGS = -N1 -n1 sh -c
both: one two
	@cat one two
one two:
	@echo made $@ in $$PWD >$@
broken:
	@exit 5
`), 0o600))
	printed := s.shell(dir, "depctl as slurm -- make -j2 both\ndepctl as slurm -- make broken || echo \"make ends with $?\"")
	require.Contains(t, printed, "made one in "+dir+"\nmade two in "+dir+"\n")
	require.Contains(t, printed, "Error 5")
	require.Contains(t, printed, "make ends with 2\n")
}
