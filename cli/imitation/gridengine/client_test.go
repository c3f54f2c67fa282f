package gridengine

import (
	"encoding/xml"
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

// Nextflow's SgeExecutor: qsub -terse with all options in the script.
func TestNextflow(t *testing.T) {
	t.Parallel()
	d := desk.New(t, System())
	script := d.File(".command.run", "#!/bin/bash\n#$ -N nf-align\n#$ -o "+d.Folder+"/.command.log\n#$ -j y\n#$ -terse\n#$ -notify\n#$ -q long\n"+
		"#$ -pe smp 4\n#$ -l h_rt=01:00:00 -l h_rss=8192M,mem_free=8192M\necho\n")
	printed := d.Prints("qsub", "-terse", script)
	lines := strings.Split(strings.TrimSpace(printed), "\n")
	require.Regexp(t, `^[0-9]+(\..*)?$`, lines[len(lines)-1])
	id := lines[len(lines)-1]
	job := d.Job(id)
	require.Equal(t, "4", job.Spec.Template.Spec.Containers[0].Resources.Requests.Cpu().String())
	require.Equal(t, int64(3600), *job.Spec.ActiveDeadlineSeconds)

	// parseQueueStatus: skips 2 lines, and of those with more than 5 columns the state is the 5th.
	states := func(args ...string) map[string]string {
		found := map[string]string{}
		for n, line := range strings.Split(d.Prints(append([]string{"qstat"}, args...)...), "\n") {
			if columns := strings.Fields(line); n >= 2 && len(columns) > 5 {
				found[columns[0]] = columns[4]
			}
		}
		return found
	}
	require.Equal(t, map[string]string{id: "qw"}, states("-q", "long"))
	require.Empty(t, states("-q", "short"))
	d.Starts(id, "0")
	require.Equal(t, map[string]string{id: "r"}, states())
	d.Ends(id, 0)
	require.Empty(t, states(), "what has ended is in no list, which the client takes for the end")

	array := d.File("array.run", "#!/bin/bash\n#$ -t 1-3\n#$ -terse\necho $SGE_TASK_ID\n")
	require.Regexp(t, `^[0-9]+\.1-3:1\n$`, d.Prints("qsub", "-terse", array))
	require.Regexp(t, `^Your job ([0-9]+) \("STDIN"\) has been submitted\n$`, func() string { d.Stdin = "echo\n"; return d.Prints("qsub") }())
}

// Cromwell's backend for SGE.
func TestCromwell(t *testing.T) {
	t.Parallel()
	d := desk.New(t, System())
	printed := d.Prints("qsub", "-terse", "-V", "-b", "y", "-N", "cromwell_1a_task", "-wd", "/data", "-o", "/data/stdout", "-e", "/data/stderr",
		"-pe", "smp", "2", "-l", "mem_free=2g", "/usr/bin/env", "bash", "/data/script")
	id := regexp.MustCompile(`([0-9]+)`).FindString(printed)
	require.Equal(t, id+"\n", printed)
	container := d.Job(id).Spec.Template.Spec.Containers[0]
	require.Equal(t, []string{"/bin/sh", "-c", `/usr/bin/env "$@"`, "sh", "bash", "/data/script"}, append(container.Command, container.Args...))
	_, _, code := d.Calls("qstat", "-j", id)
	require.Zero(t, code, "it is alive")
	d.Ends(id, 3)
	_, _, code = d.Calls("qstat", "-j", id)
	require.NotZero(t, code, "it is not")
}

// Toil's gridengine batch system: the whole command is one word.
func TestToil(t *testing.T) {
	t.Parallel()
	d := desk.New(t, System())
	printed := d.Prints("qsub", "-V", "-b", "y", "-terse", "-j", "y", "-hard", "-l", "vf=1024M,h_vmem=1024M", "-pe", "smp", "1", "-N", "toil_job_4", "_toil_worker job4 file:/jobs 'a b'")
	id, err := strconv.Atoi(strings.TrimSpace(strings.Split(printed, "\n")[0]))
	require.NoError(t, err)
	job := d.Job(strconv.Itoa(id))
	require.Equal(t, []string{"/bin/sh", "-c", `_toil_worker job4 file:/jobs 'a b' "$@"`, "sh"}, job.Spec.Template.Spec.Containers[0].Command, "a shell reads it")

	_, stderr, code := d.Calls("qstat", "-j", strconv.Itoa(id))
	require.Zero(t, code, stderr)
	for status, exit := range map[int32]int{0: 0, 7: 7} {
		d := desk.New(t, System())
		d.Prints("qsub", "-b", "y", "true")
		d.Ends("1", status)
		_, stderr, code := d.Calls("qstat", "-j", "1")
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "Following jobs do not exist")
		fields := map[string]string{}
		for _, line := range strings.Split(d.Prints("qacct", "-j", "1"), "\n") {
			if words := strings.Fields(line); len(words) > 1 {
				fields[words[0]] = words[1]
			}
		}
		require.Equal(t, "0", fields["failed"])
		require.Equal(t, strconv.Itoa(exit), fields["exit_status"])
		require.Equal(t, "10", fields["ru_wallclock"])
	}
}

// Snakemake's --cluster 'qsub -terse ...' takes the last word of the first line.
func TestSnakemake(t *testing.T) {
	t.Parallel()
	d := desk.New(t, System())
	script := d.File("snakejob.align.7.sh", "#!/bin/sh\necho\n")
	printed := d.Prints("qsub", "-terse", "-cwd", script)
	words := strings.Fields(strings.Split(printed, "\n")[0])
	require.Regexp(t, `^[0-9]+$`, words[len(words)-1])
}

// What -hold_jid names is waited for by number, by name and by pattern; what is not there has finished.
func TestHoldJID(t *testing.T) {
	t.Parallel()
	d := desk.New(t, System())
	for _, name := range []string{"hg38_a", "hg38_a", "hg38_b", "Other.1"} {
		d.Prints("qsub", "-N", name, "-b", "y", "true")
	}
	n := 4
	for list, want := range map[string]string{
		"1":           "finished(hg38-a-1), not failed(hg38-a-1, code=100)",
		"1,3":         "finished(hg38-a-1, hg38-b-3), failed(hg38-a-1, hg38-b-3, code=100) == 0",
		"hg38_a":      "finished(hg38-a-1, hg38-a-2), failed(hg38-a-1, hg38-a-2, code=100) == 0",
		"hg38_?":      "finished(hg38-a-1, hg38-a-2, hg38-b-3), failed(hg38-a-1, hg38-a-2, hg38-b-3, code=100) == 0",
		"Other.1":     "finished(other-1-4), not failed(other-1-4, code=100)",
		"99":          "",
		"none":        "",
		"none,99,3":   "finished(hg38-b-3), not failed(hg38-b-3, code=100)",
		"1,hg38_a,*b": "finished(hg38-a-1, hg38-a-2, hg38-b-3), failed(hg38-a-1, hg38-a-2, hg38-b-3, code=100) == 0",
	} {
		n++
		d.Prints("qsub", "-N", "z", "-b", "y", "-hold_jid", list, "true")
		got := d.Job(strconv.Itoa(n)).Annotations[gate.DependsOnAnnotation]
		require.Equal(t, want, got, list)
	}
	_, stderr, code := d.Calls("qsub", "-b", "y", "-hold_jid", "1.3", "true")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "a job cannot wait for a task to finish")
}

func TestWhatIsListed(t *testing.T) {
	t.Parallel()
	d := desk.New(t, System())
	require.Empty(t, d.Prints("qstat"), "nothing is printed where there is nothing")
	d.Prints("qsub", "-N", "a_name_that_is_long", "-b", "y", "true")
	d.Prints("qsub", "-N", "arr", "-t", "1-9:2", "-b", "y", "true")
	d.Prints("qsub", "-N", "held", "-h", "-b", "y", "true")
	d.Prints("qsub", "-N", "bad", "-b", "y", "true")
	d.Starts("1", "0")
	d.Starts("2", "1")
	d.Ends("4", 100)
	require.Equal(t, header+rule+
		"      1 0.00000 a_name_tha ann          r     11/30/2026 12:00:01 all.q@node-1                       1 \n"+
		"      2 0.00000 arr        ann          r     11/30/2026 12:00:01 all.q@node-1                       1 3\n"+
		"      2 0.00000 arr        ann          qw    11/30/2026 12:00:00                                    1 1,5-9:2\n"+
		"      3 0.00000 held       ann          hqw   11/30/2026 12:00:00                                    1 \n"+
		"      4 0.00000 bad        ann          Eqw   11/30/2026 12:00:00                                    1 \n", d.Prints("qstat"))
	require.Empty(t, d.Prints("qstat", "-u", "bob"))
	require.Equal(t, 3, strings.Count(d.Prints("qstat", "-s", "p"), "qw "))
	require.Equal(t, 1, strings.Count(d.Prints("qstat", "-s", "h"), "hqw"))
	require.Equal(t, 4, strings.Count(d.Prints("qstat", "-g", "d", "-u", "*", "-s", "p"), " arr "))

	var document struct {
		Running []struct {
			Number int    `xml:"JB_job_number"`
			State  string `xml:"state"`
			Tasks  string `xml:"tasks"`
		} `xml:"queue_info>job_list"`
		Pending []struct {
			Number int    `xml:"JB_job_number"`
			State  string `xml:"state"`
			Tasks  string `xml:"tasks"`
		} `xml:"job_info>job_list"`
	}
	require.NoError(t, xml.Unmarshal([]byte(d.Prints("qstat", "-xml")), &document))
	require.Len(t, document.Running, 2)
	require.Len(t, document.Pending, 3)
	require.Equal(t, "1,5-9:2", document.Pending[0].Tasks)
}

func TestHowJobsEnded(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end                func(d *desk.Desk)
		failed, exitStatus string
	}{
		"with a code":   {func(d *desk.Desk) { d.Ends("1", 5) }, "0", "5"},
		"by a signal":   {func(d *desk.Desk) { d.Ends("1", 139) }, "100", "139"},
		"too late":      {func(d *desk.Desk) { d.Fails("1", batchv1.JobReasonDeadlineExceeded) }, "37", "137"},
		"by qdel":       {func(d *desk.Desk) { d.Fails("1", gate.ReasonCancelled) }, "100", "137"},
		"before it ran": {func(d *desk.Desk) { d.Fails("1", gate.ReasonDependencyFailed) }, "1", "0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := desk.New(t, System())
			d.Prints("qsub", "-b", "y", "true")
			test.end(d)
			printed := d.Prints("qacct", "-j", "1")
			require.Regexp(t, `(?m)^failed +`+test.failed+`( |$)`, printed)
			require.Regexp(t, `(?m)^exit_status +`+test.exitStatus+` *$`, printed)
		})
	}
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	d := desk.New(t, System())
	d.File("1st.sh", "echo\n")
	for line, first := range map[string]string{
		"qsub none.sh":                          "Unable to read script file because of error: error opening none.sh: No such file or directory",
		"qsub -N 1st -b y true":                 `Unable to run job: denied: "1st" is not a valid object name (cannot start with a digit).`,
		"qsub 1st.sh":                           `Unable to run job: denied: "1st.sh" is not a valid object name (cannot start with a digit).`,
		"qsub -b y":                             "Unable to run job: command required for a binary job.",
		"qsub -foo x":                           `error: ERROR! invalid option argument "-foo"`,
		"qsub":                                  "Unable to run job: no input read from stdin.",
		"qsub -b y -l unknown=1 true":           "Unable to run job: -l unknown=1: unknown is not known here",
		"qsub -b y -t 0-9 true":                 "Unable to run job: -t 0-9: the tasks of Grid Engine have numbers from 1",
		"qstat -foo":                            `error: ERROR! invalid option argument "-foo"`,
		"qstat x":                               `error: ERROR! invalid option argument "x"`,
		"qstat -s y":                            `error: ERROR! invalid option argument "-s y"`,
		"qstat -f":                              "error: -f is not done here: it lists queues with their hosts",
		"qstat -u":                              "error: ERROR! -u option must have an argument",
		"qstat -j 99":                           "Following jobs do not exist: ",
		"qacct -j 99":                           "error: job id 99 not found",
		"qacct -j none":                         "error: job name none not found",
		"qacct":                                 "error: there is no accounting but of single jobs",
		"qdel":                                  "error: ERROR! no option argument provided to qdel",
		"qhold":                                 "error: ERROR! no option argument provided to qhold",
		"qdel 1.x":                              `ERROR! Wrong job id list format "1.x" specified`,
		"qalter -q long 1":                      "error: -q cannot be changed here: -hold_jid",
		"qalter -hold_jid 99 1":                 "error: -hold_jid 99: all of these have ended",
		"qalter -l mem_free=1G 1":               "error: -l mem_free=1G: only h_rt can be changed",
		"qalter -tc 0 1":                        "error: -tc 0: give how many tasks run at once",
		"qsub -sync y -b y -masterq all.q true": "Unable to run job: -masterq all.q: a pod runs on one node",
	} {
		t.Run(line, func(t *testing.T) {
			_, stderr, code := d.Calls(strings.Fields(line)...)
			require.Equal(t, 1, code)
			require.True(t, strings.HasPrefix(stderr, first), stderr)
		})
	}
	for _, line := range []string{"qdel 99", "qhold 99", "qrls none", "qalter -N x 99"} {
		word := strings.Fields(line)
		stdout, _, code := d.Calls(word...)
		require.Equal(t, 1, code, line)
		require.Equal(t, "denied: job \""+word[len(word)-1]+"\" does not exist\n", stdout)
	}
	for _, name := range []string{"qsub", "qstat", "qdel", "qalter", "qacct"} {
		stdout, _, code := d.Calls(name, "-help")
		require.Zero(t, code)
		require.True(t, strings.HasPrefix(stdout, "SGE 8"), "programs look for the release in the first line")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("-u ann -s p")
	f.Add("-j 1.3,x -xml")
	f.Add("1.1-9:2")
	f.Fuzz(func(t *testing.T, line string) {
		for _, word := range strings.Fields(line) {
			one, err := parseTarget(word)
			if err == nil && one.id != 0 && len(one.tasks) > 0 {
				require.NotEmpty(t, ranges(one.tasks, 1))
			}
		}
		if wanted, err := parseStates(line); err == nil {
			for letter := range wanted {
				require.Contains(t, "prszh", letter)
			}
		}
	})
}
