package batch

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/batch/request"
)

// recorded compiles a script on a volume, and returns the command of the container with
// the folders of this test in the place of the pod's.
func recorded(t *testing.T, shell string, script string, options ...string) (cmd *exec.Cmd, folder string) {
	t.Helper()
	folder = t.TempDir()
	pipes := t.TempDir()
	file := filepath.Join(folder, "script")
	require.NoError(t, os.WriteFile(file, []byte(script), 0o600))
	made, err := Compile(Input{
		Context: request.Context{
			Script: &request.Script{Name: "job.sh", Text: script}, ID: 7, Host: &request.Host{User: "ann", Directory: folder},
		},
		Options: []Option{{Dialect: Depctl, Name: "image", Value: "tools"}, {Dialect: "slurm", Words: options}}, Dialect: "slurm",
		Site: &Site{Name: "depctl.yaml", Volumes: []Volume{{Directory: folder}}},
	})
	require.NoError(t, err)
	main := made.Job.Spec.Template.Spec.Containers[0]
	require.Equal(t, folder, main.WorkingDir)
	args := append(main.Command[1:], main.Args...)
	for i := range args {
		args[i] = strings.NewReplacer(pipesFolder, pipes, scriptFolder+"/"+scriptFile, file).Replace(args[i])
	}
	cmd = exec.CommandContext(t.Context(), shell, args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "JOB_COMPLETION_INDEX=1", "DEPCTL_NODE=node-1")
	return cmd, folder
}

func read(t *testing.T, folder, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, name))
	require.NoError(t, err)
	return string(text)
}

// shells are those of this machine.
func shells(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, name := range []string{"sh", "bash"} {
		if file, err := exec.LookPath(name); err == nil {
			found = append(found, file)
		}
	}
	require.NotEmpty(t, found)
	return found
}

func TestOutputIsWrittenToFilesAndToTheLog(t *testing.T) {
	t.Parallel()
	for _, shell := range shells(t) {
		cmd, folder := recorded(t, shell, "#!/bin/sh\necho out; echo err >&2; exit 3\n")
		said, err := cmd.Output()
		require.ErrorContains(t, err, "exit status 3")
		require.ElementsMatch(t, []string{"out", "err"}, strings.Fields(string(said)), "both go to one file, and to the log")
		require.Equal(t, string(said), read(t, folder, "slurm-7.out"))

		cmd, folder = recorded(t, shell, "#!/bin/sh\necho out; echo err >&2\n", "-o", "a b'c-%x.%j", "-e", "%u-%5j.err")
		said, err = cmd.Output()
		require.NoError(t, err)
		require.Equal(t, "out\n", string(said))
		require.Equal(t, "out\n", read(t, folder, "a b'c-job.sh.7"))
		require.Equal(t, "err\n", read(t, folder, "ann-00007.err"))

		cmd, folder = recorded(t, shell, "#!/bin/sh\necho $SLURM_ARRAY_TASK_ID $SLURM_JOB_ID\n", "-a", "10-14:2", "-o", "%A-%3a-%j-%N")
		_, err = cmd.Output()
		require.NoError(t, err)
		require.Equal(t, "12 9\n", read(t, folder, "7-012-9-node-1"))
	}
}

func TestFilesAreTruncatedOrAppendedTo(t *testing.T) {
	t.Parallel()
	cmd, folder := recorded(t, "sh", "#!/bin/sh\necho new\n", "-o", "log")
	require.NoError(t, os.WriteFile(filepath.Join(folder, "log"), []byte("old\n"), 0o600))
	require.NoError(t, cmd.Run())
	require.Equal(t, "new\n", read(t, folder, "log"))

	cmd, folder = recorded(t, "sh", "#!/bin/sh\necho new\n", "-o", "log", "--open-mode=append")
	require.NoError(t, os.WriteFile(filepath.Join(folder, "log"), []byte("old\n"), 0o600))
	require.NoError(t, cmd.Run())
	require.Equal(t, "old\nnew\n", read(t, folder, "log"))

	cmd, _ = recorded(t, "sh", "#!/bin/sh\necho new\n", "-o", "nowhere/log")
	said, err := cmd.CombinedOutput()
	require.ErrorContains(t, err, "exit status 1")
	require.Contains(t, string(said), "depctl: cannot write to")
}

func TestASignalReachesTheScript(t *testing.T) {
	t.Parallel()
	for _, shell := range shells(t) {
		cmd, folder := recorded(t, shell, "#!/bin/sh\ntrap 'echo bye; exit 9' TERM\necho ready\nwhile :; do sleep 0.1; done\n")
		require.NoError(t, cmd.Start())
		require.Eventually(t, func() bool {
			text, err := os.ReadFile(filepath.Join(folder, "slurm-7.out"))
			return err == nil && string(text) == "ready\n"
		}, time.Minute, 10*time.Millisecond)
		require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		require.ErrorContains(t, cmd.Wait(), "exit status 9", shell)
		require.Equal(t, "ready\nbye\n", read(t, folder, "slurm-7.out"), "the last line is there")
	}
}

func TestWhatIsLeftInTheBackgroundDoesNotKeepTheJob(t *testing.T) {
	t.Parallel()
	cmd, folder := recorded(t, "sh", "#!/bin/sh\nsleep 300 &\necho done\n")
	start := time.Now()
	require.NoError(t, cmd.Run())
	require.Less(t, time.Since(start), time.Minute)
	require.Equal(t, "done\n", read(t, folder, "slurm-7.out"))
}
