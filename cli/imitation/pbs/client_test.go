package pbs

import (
	"encoding/json"
	"encoding/xml"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/cli/imitation"
	"depctl.dev/cli/imitation/desk"
	"depctl.dev/gate"
)

// The rows of research on clients of batch commands: each submits as the client does, and reads
// what is printed by the client's own expression.

// states reads what Nextflow keeps of qstat -f: a line with the id, and one with the state.
func states(printed string) map[string]string {
	found, id := map[string]string{}, ""
	for _, line := range strings.Split(printed, "\n") {
		if rest, is := strings.CutPrefix(line, "Job Id:"); is {
			id = strings.TrimSpace(rest)
		}
		if m := regexp.MustCompile(`^ *job_state = ([A-Z])$`).FindStringSubmatch(line); m != nil {
			found[id] = m[1]
		}
	}
	return found
}

// Nextflow's PbsExecutor, for TORQUE.
func TestNextflowOnTorque(t *testing.T) {
	t.Parallel()
	d := desk.New(t, Torque())
	script := d.File(".command.run", "#!/bin/bash\n#PBS -N nf-align\n#PBS -o "+d.Folder+"/.command.log\n#PBS -j oe\n#PBS -q long\n#PBS -l nodes=1:ppn=4\n#PBS -l walltime=01:00:00\n#PBS -l mem=8gb\necho\n")
	id := strings.TrimSpace(d.Prints("qsub", "-N", "nf-align", script))
	require.Equal(t, "1.depctl", id, "the whole output is the id")
	require.Equal(t, "4", d.Job("1").Spec.Template.Spec.Containers[0].Resources.Requests.Cpu().String())
	require.Equal(t, map[string]string{id: "Q"}, states(d.Prints("qstat", "-f", "-1", "long")))
	require.Empty(t, states(d.Prints("qstat", "-f", "-1", "short")))
	d.Starts("1", "0")
	require.Equal(t, map[string]string{id: "R"}, states(d.Prints("qstat", "-f", "-1")))
	d.Ends("1", 3)
	require.Equal(t, map[string]string{id: "C"}, states(d.Prints("qstat", "-f", "-1")))
}

// Nextflow's PbsProExecutor: it asks for the server first.
func TestNextflowOnPBSPro(t *testing.T) {
	t.Parallel()
	d := desk.New(t, Pro())
	script := d.File(".command.run", "#!/bin/bash\n#PBS -N nf-align\n#PBS -J 0-2\n#PBS -l select=1:ncpus=2:mem=2048mb\necho\n")
	require.Equal(t, "1[].depctl\n", d.Prints("qsub", script))
	found := regexp.MustCompile(`(?m)^Server: (\S+)$`).FindStringSubmatch(d.Prints("qstat", "-B", "-f"))
	require.NotNil(t, found)
	require.Equal(t, map[string]string{"1[].depctl": "Q"}, states(d.Prints("qstat", "-f", "@"+found[1])))
	d.Starts("1", "1")
	require.Equal(t, map[string]string{"1[0].depctl": "Q", "1[1].depctl": "R", "1[2].depctl": "Q"}, states(d.Prints("qstat", "-f", "-t")))
	require.Equal(t, map[string]string{"1[].depctl": "B"}, states(d.Prints("qstat", "-f", "1[]")))
}

// Galaxy reads TORQUE's XML, and Cromwell the exit status.
func TestGalaxyAndCromwell(t *testing.T) {
	t.Parallel()
	d := desk.New(t, Torque())
	d.Stdin = "echo\n"
	printed := d.Prints("qsub", "-N", "cromwell_1a", "-o", "/c/stdout", "-e", "/c/stderr", "-lwalltime=1:0:0,nodes=1:ppn=2,mem=2gb")
	require.Regexp(t, `(\d+)`, printed)
	_, _, code := d.Calls("qstat", "1.depctl")
	require.Zero(t, code)
	var data struct {
		Job []struct {
			ID    string `xml:"Job_Id"`
			State string `xml:"job_state"`
		}
	}
	require.NoError(t, xml.Unmarshal([]byte(d.Prints("qstat", "-x")), &data))
	require.Len(t, data.Job, 1)
	require.Equal(t, "1.depctl", data.Job[0].ID)
	require.Equal(t, "Q", data.Job[0].State)
}

func TestWhatIsListed(t *testing.T) {
	t.Parallel()
	for _, system := range []*imitation.System{Torque(), Pro()} {
		d := desk.New(t, system)
		require.Empty(t, d.Prints("qstat"))
		d.Prints("qsub", "-N", "first", "--", "true")
		d.Prints("qsub", "-h", "-N", "held", "--", "true")
		d.Prints("qsub", "-N", "later", "-W", "depend=afterok:1.depctl", "--", "true")
		require.Equal(t, "first-1", d.Job("3").Annotations[gate.DependsOnAnnotation])
		d.Ends("1", 0)
		lines := strings.Split(d.Prints("qstat"), "\n")
		require.True(t, strings.HasPrefix(strings.ToLower(lines[0]), "job id"))
		words := strings.Fields(lines[len(lines)-2])
		require.Equal(t, []string{"3.depctl", "later", "ann", "00:00:00", "H"}, words[:5])

		var document struct {
			Server string `json:"pbs_server"`
			Jobs   map[string]struct {
				State string `json:"job_state"`
				Name  string `json:"Job_Name"`
			}
		}
		require.NoError(t, json.Unmarshal([]byte(d.Prints("qstat", "-f", "-F", "json")), &document))
		require.Equal(t, "H", document.Jobs["2.depctl"].State)
		_, stderr, code := d.Calls("qstat", "1")
		if system.Name == "torque" {
			require.Zero(t, code, "TORQUE shows what has ended")
			continue
		}
		require.Equal(t, 35, code)
		require.Equal(t, "qstat: 1.depctl Job has finished, use -x or -H to obtain historical job information\n", stderr)
		require.Equal(t, map[string]string{"1.depctl": "F"}, states(d.Prints("qstat", "-x", "-f", "1")))
	}
}

func TestHowJobsEnded(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end    func(d *desk.Desk)
		status string
	}{
		"well":        {func(d *desk.Desk) { d.Ends("1", 0) }, "0"},
		"with a code": {func(d *desk.Desk) { d.Ends("1", 5) }, "5"},
		"by a signal": {func(d *desk.Desk) { d.Ends("1", 139) }, "267"},
		"too late":    {func(d *desk.Desk) { d.Fails("1", batchv1.JobReasonDeadlineExceeded) }, "271"},
		"by qdel":     {func(d *desk.Desk) { d.Fails("1", gate.ReasonCancelled) }, "271"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := desk.New(t, Torque())
			d.Prints("qsub", "--", "true")
			test.end(d)
			require.Contains(t, d.Prints("qstat", "-f", "1"), "    Exit_status = "+test.status+"\n")
		})
	}
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	d := desk.New(t, Pro())
	for line, want := range map[string]struct {
		first string
		code  int
	}{
		"qstat 99":                            {"qstat: Unknown Job Id 99.depctl\n", 153},
		"qstat 99.depctl":                     {"qstat: Unknown Job Id 99.depctl\n", 153},
		"qdel 99":                             {"qdel: Unknown Job Id 99.depctl\n", 153},
		"qhold 99[]":                          {"qhold: Unknown Job Id 99[].depctl\n", 153},
		"qrls x":                              {"qrls: illegally formed job identifier: x", 1},
		"qdel 1[":                             {"qdel: illegally formed job identifier: 1[", 1},
		"qstat -y":                            {"usage: qstat ", 2},
		"qstat -F xml":                        {"usage: qstat ", 2},
		"qdel":                                {"usage: qdel ", 2},
		"qdel -y 1":                           {"qdel: invalid option -- 'y'", 2},
		"qsub -y x":                           {"qsub: invalid option -- 'y", 2},
		"qsub none.sh":                        {"qsub: script file:: No such file or directory", 1},
		"qsub":                                {"qsub: standard input is empty", 1},
		"qsub -l nodes=4 -- true":             {"qsub: -l", 1},
		"qsub -W depend=afterok:99 -- true":   {"qsub: -W", 1},
		"qsub -W depend=sometimes:99 -- true": {"qsub: -W", 1},
		"qsub -j both -- true":                {"qsub: -j both: there are oe, eo and n", 1},
		"qsub -W depend=afterok:x[1] -- true": {"qsub: -W", 1},
		"qsub -I":                             {"qsub: -I", 1},
		"qstat -B -f -u":                      {"usage: qstat ", 2},
		"qhold -h u 99":                       {"qhold: Unknown Job Id 99.depctl\n", 153},
		"qdel -W force 99":                    {"qdel: Unknown Job Id 99.depctl\n", 153},
		"qsub -t 1-3 -W depend=afterok:1[2] -- true": {"qsub: -W", 1},
	} {
		t.Run(line, func(t *testing.T) {
			if strings.HasPrefix(line, "qsub -I") {
				d.Stdin = "echo\n"
				defer func() { d.Stdin = "" }()
			}
			_, stderr, code := d.Calls(strings.Fields(line)...)
			require.Equal(t, want.code, code, stderr)
			require.True(t, strings.HasPrefix(stderr, want.first), stderr)
		})
	}
}

func FuzzTargets(f *testing.F) {
	f.Add("7.depctl")
	f.Add("7[3].depctl")
	f.Add("7[]")
	f.Fuzz(func(t *testing.T, word string) {
		one, ok := parseTarget(word)
		if ok {
			require.Positive(t, one.id)
		}
	})
}
