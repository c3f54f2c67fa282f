package lsf

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/cli/imitation/desk"
	"depctl.dev/gate"
)

// The rows of research on clients of batch commands: each submits as the client does, and reads
// what is printed by the client's own expression.

var submitted = regexp.MustCompile(`Job <(\d+)> is submitted`)

func submits(t *testing.T, d *desk.Desk, args ...string) string {
	t.Helper()
	match := submitted.FindStringSubmatch(d.Prints(append([]string{"bsub"}, args...)...))
	require.NotNil(t, match)
	return match[1]
}

// Nextflow's LsfExecutor: a script with all options on standard input, and bjobs -w by its heading.
func TestNextflow(t *testing.T) {
	t.Parallel()
	d := desk.New(t, System())
	d.Stdin = "#!/bin/bash\n#BSUB -o " + d.Folder + "/.command.log\n#BSUB -q long\n#BSUB -n 4\n#BSUB -R \"span[hosts=1]\"\n#BSUB -W 01:00\n#BSUB -M 2048MB\n" +
		"#BSUB -R \"select[mem>=2048] rusage[mem=2048MB]\"\n#BSUB -J nf-align\n#BSUB -G lab\necho\n"
	id := submits(t, d)
	container := d.Job(id).Spec.Template.Spec.Containers[0]
	require.Equal(t, "4", container.Resources.Requests.Cpu().String())
	require.Equal(t, int64(3600), *d.Job(id).Spec.ActiveDeadlineSeconds)

	states := func(args ...string) map[string]string {
		found := map[string]string{}
		stdout, _, _ := d.Calls(append([]string{"bjobs", "-w"}, args...)...)
		lines := strings.Split(stdout, "\n")
		heads := strings.Fields(lines[0])
		col := func(name string) int {
			for n, h := range heads {
				if h == name {
					return n
				}
			}
			return -1
		}
		if len(heads) == 0 {
			return found
		}
		for _, line := range lines[1:] {
			if cols := strings.Fields(line); len(cols) > 2 {
				found[cols[col("JOBID")]] = cols[col("STAT")]
			}
		}
		return found
	}
	require.Equal(t, map[string]string{id: "PEND"}, states("-q", "long"))
	require.Empty(t, states("-q", "short"))
	d.Starts(id, "0")
	require.Equal(t, map[string]string{id: "RUN"}, states())
	d.Ends(id, 0)
	require.Empty(t, states())

	d.Stdin = "#BSUB -J nf-array[1-3]\necho\n"
	array := submits(t, d)
	require.Equal(t, 3, strings.Count(d.Prints("bjobs", "-w", array), "nf-array["))
}

// Snakemake's plugin for LSF.
func TestSnakemake(t *testing.T) {
	t.Parallel()
	d := desk.New(t, System())
	first := submits(t, d, "-J", "align-7f3c", "-o", d.Folder+"/a.log", "-e", d.Folder+"/a.err", "-env", "all", "-W", "60", "-n", "1", "-R", "rusage[mem=1000MB]", "-cwd", d.Folder, "python -m snakemake 'x y'")
	second := submits(t, d, "-J", "sort-7f3c", "true")
	submits(t, d, "-J", "other", "true")
	require.Equal(t, "python -m snakemake 'x y'", d.Job(first).Spec.Template.Spec.Containers[0].Command[2])
	d.Ends(first, 3)
	d.Starts(second, "0")
	found := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(d.Prints("bjobs", "-noheader", "-o", "jobid stat", "-aJ", "*7f3c*")), "\n") {
		words := strings.Fields(line)
		require.Len(t, words, 2)
		found[words[0]] = words[1]
	}
	require.Equal(t, map[string]string{first: "EXIT", second: "RUN"}, found)
}

// Cromwell: a job is alive as long as bjobs finds it. Galaxy: the second word of bsub, and bjobs -l.
func TestCromwellAndGalaxy(t *testing.T) {
	t.Parallel()
	d := desk.New(t, System())
	printed := d.Prints("bsub", "-J", "cromwell_1a", "-cwd", "/cromwell", "-o", "/cromwell/stdout", "-e", "/cromwell/stderr", "/bin/bash /cromwell/script")
	require.Regexp(t, `^Job <(\d+)>.*\n$`, printed)
	require.Equal(t, "<1>", strings.Fields(printed)[1])
	_, _, code := d.Calls("bjobs", "1")
	require.Zero(t, code)
	d.Fails("1", batchv1.JobReasonDeadlineExceeded)
	require.Equal(t, "1       EXIT\n", d.Prints("bjobs", "-a", "-o", "id stat", "-noheader", "1"))
	require.Contains(t, d.Prints("bjobs", "-l", "1"), "TERM_RUNLIMIT: job killed after reaching LSF run time limit.")
	require.Contains(t, d.Prints("bjobs", "-l", "1"), "Status <EXIT>")
}

func TestWhatIsListed(t *testing.T) {
	t.Parallel()
	d := desk.New(t, System())
	_, stderr, code := d.Calls("bjobs")
	require.Equal(t, bad, code)
	require.Equal(t, "No unfinished job found\n", stderr)
	submits(t, d, "-J", "a_name_that_is_long", "true")
	submits(t, d, "-J", "arr[1-3]", "-q", "long", "true")
	submits(t, d, "-H", "-J", "held", "true")
	submits(t, d, "-J", "over", "true")
	d.Starts("1", "0")
	d.Ends("4", 0)
	require.Equal(t, "JOBID   USER    STAT  QUEUE      FROM_HOST   EXEC_HOST   JOB_NAME   SUBMIT_TIME\n"+
		"1       ann     RUN   normal     login       node-1      a_name_tha Nov 30 12:00\n"+
		"2       ann     PEND  long       login                   arr[1]     Nov 30 12:00\n"+
		"2       ann     PEND  long       login                   arr[2]     Nov 30 12:00\n"+
		"2       ann     PEND  long       login                   arr[3]     Nov 30 12:00\n"+
		"3       ann     PSUSP normal     login                   held       Nov 30 12:00\n", d.Prints("bjobs"))
	require.Contains(t, d.Prints("bjobs", "-a"), "4       ann     DONE  normal")
	require.Contains(t, d.Prints("bjobs", "4"), "DONE", "one that is named is shown, whether it has ended or not")
	require.Equal(t, 1, strings.Count(d.Prints("bjobs", "-noheader", "2[3]"), "\n"))
	require.Equal(t, "2;arr[2];-\n", d.Prints("bjobs", "-noheader", "-o", "jobid name exec_host delimiter=';'", "2[2]"))
	require.Equal(t, "  1 *t_is_long\n", d.Prints("bjobs", "-noheader", "-o", "jobid:-3 name", "1"))

	var document struct {
		COMMAND string
		JOBS    int
		RECORDS []map[string]string
	}
	require.NoError(t, json.Unmarshal([]byte(d.Prints("bjobs", "-json", "-a", "-o", "jobid stat exit_code")), &document))
	require.Equal(t, 6, document.JOBS)
	require.Equal(t, map[string]string{"JOBID": "1", "STAT": "RUN", "EXIT_CODE": ""}, document.RECORDS[0])
	_, _, code = d.Calls("bjobs", "-u", "bob")
	require.Equal(t, bad, code)
	require.Equal(t, 5, strings.Count(d.Prints("bjobs", "-u", "all", "-noheader"), "\n"))
}

// Conditions are of numbers, names and elements; a name that nobody has is refused.
func TestConditions(t *testing.T) {
	t.Parallel()
	d := desk.New(t, System())
	submits(t, d, "-J", "prep", "true")
	submits(t, d, "-J", "prep", "true")
	submits(t, d, "-J", "arr[1-3]", "true")
	n := 3
	for text, want := range map[string]string{
		"1":                    "prep-1",
		"done(1)":              "prep-1",
		"ended(arr)":           "finished(arr-3)",
		"done(arr[2])":         "arr-3[1]",
		"done(prep)":           "succeeded({depctl.dev/name=prep}, made=before)",
		"exit(2,>=5) || 1":     "failed(prep-2, code=5..255) or prep-1",
		"numdone(arr,>=2)":     "arr-3[*] >= 2",
		"done(3) && ended(2)":  "arr-3, finished(prep-2)",
		`done("prep") || 3`:    "succeeded({depctl.dev/name=prep}, made=before) or arr-3",
		"started(1) && !(2)":   "",
		"done(none)":           "",
		"done(99)":             "",
		"99":                   "",
		"done(1) && done(1) &": "",
	} {
		stdout, stderr, code := d.Calls("bsub", "-w", text, "-J", "z", "true")
		if want == "" && code != 0 {
			require.Equal(t, bad, code)
			require.Contains(t, stderr, "Job not submitted.", text)
			continue
		}
		n++
		require.Zero(t, code, stderr)
		if want != "" {
			got := d.Job(submitted.FindStringSubmatch(stdout)[1]).Annotations[gate.DependsOnAnnotation]
			require.Equal(t, want, got, text)
		}
	}
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	d := desk.New(t, System())
	for line, first := range map[string]string{
		"bsub":                      "No command is specified. Job not submitted.",
		"bsub --foo true":           "bsub: Illegal option -- -foo",
		"bsub -x true":              "-x: a node cannot be had alone by this option",
		"bjobs 99":                  "Job <99> is not found",
		"bjobs x":                   "bjobs: x: Illegal job ID",
		"bjobs 1[":                  "bjobs: 1[: Illegal job ID",
		"bjobs -J none":             "Job <none> is not found",
		"bjobs -a":                  "No job found",
		"bjobs -Z":                  "bjobs: Illegal option -- Z",
		"bjobs -o":                  "bjobs: option requires an argument -- o",
		"bjobs -o nothing":          "bjobs: nothing: unknown field of -o; there are jobid",
		"bjobs -o jobid:x":          `bjobs: jobid: the width "x" of -o is no number`,
		"bjobs -json":               "bjobs: -json needs -o with fields",
		"bjobs -A":                  "bjobs: -A is not done here",
		"bkill":                     "bkill: Job ID or other options must be specified",
		"bkill 99":                  "Job <99>: No matching job found",
		"bkill -J none":             "No matching job found",
		"bkill -s USR1 1":           "bkill: -s USR1: a pod gets SIGTERM when it ends",
		"bstop":                     "bstop: Job ID or other options must be specified",
		"bresume 99":                "Job <99>: No matching job found",
		"bsub -w done(99) true":     "-w done(99): no Job has the number 99",
		"bsub -n 4 true":            "-n 4: the slots may be on several hosts",
		"bsub -J x[0-3] true":       "-J x[0-3]: the elements of LSF have numbers from 1",
		"bsub -W 1:00:00:00:0 true": "-W 1:00:00:00:0:",
	} {
		t.Run(line, func(t *testing.T) {
			_, stderr, code := d.Calls(strings.Fields(line)...)
			require.Equal(t, bad, code)
			require.True(t, strings.HasPrefix(stderr, first), stderr)
		})
	}
	_, stderr, code := d.Calls("bsub", "-V")
	require.Zero(t, code)
	require.Contains(t, stderr, "LSF")
}

// A script goes with the job where the pod sees no file of this machine.
func TestAScriptThatIsNamed(t *testing.T) {
	t.Parallel()
	d := desk.New(t, System())
	require.NoError(t, os.WriteFile(filepath.Join(d.Folder, "run.sh"), []byte("#!/bin/sh\necho hi\n"), 0o600))
	id := submits(t, d, "./run.sh", "a b")
	require.Equal(t, []string{"/bin/sh", "/depctl/script", "a b"}, append(d.Job(id).Spec.Template.Spec.Containers[0].Command, d.Job(id).Spec.Template.Spec.Containers[0].Args...))
}

func FuzzLayout(f *testing.F) {
	f.Add("jobid stat:10 delimiter=\";\"")
	f.Add("id:-7 delimiter=^")
	f.Add("7[1-3,5]")
	f.Fuzz(func(t *testing.T, text string) {
		if l, err := parseLayout(text); err == nil {
			for _, c := range l.columns {
				if !l.delimited {
					require.LessOrEqual(t, len([]rune(c.cell("some value", false, true))), max(c.width, len("some value")))
				}
			}
		}
		if one, ok := parseTarget(text); ok && one.tasks == nil {
			_, err := strconv.ParseInt(text, 10, 64)
			require.NoError(t, err)
		}
	})
}
