package gridengine

import (
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

func TestWhereTheOutputGoes(t *testing.T) {
	t.Parallel()
	task, node := request.Mark(request.MarkTask, 0), request.Mark(request.MarkNode, 0)
	for name, test := range map[string]struct {
		output, err  string
		joined       bool
		array        bool
		wantOut, two string
	}{
		"nothing is said":                 {"", "", false, false, "sim.o7", "sim.e7"},
		"of an array":                     {"", "", false, true, "sim.o7." + task, "sim.e7." + task},
		"joined":                          {"", "x", true, false, "sim.o7", ""},
		"a directory":                     {"/logs/", "/errors/", false, false, "/logs/sim.o7", "/errors/sim.e7"},
		"a file":                          {"out.txt", "err.txt", false, false, "out.txt", "err.txt"},
		"a host before it":                {":/logs/out", "login:/logs/err", false, false, "/logs/out", "/logs/err"},
		"variables":                       {"$HOME/$USER/$JOB_NAME-$JOB_ID-$TASK_ID-$HOSTNAME", "$OTHER", false, true, "/home/ann/ann/sim-7-" + task + "-" + node, "$OTHER"},
		"the task of a job that has none": {"$TASK_ID", "/dev/null", false, false, "undefined", "/dev/null"},
		"the home":                        {"~/logs/", "", true, false, "/home/ann/logs/sim.o7", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := request.New(request.Context{ID: 7, Host: &request.Host{User: "ann"}, LookupEnv: func(name string) (string, bool) {
				return map[string]string{"HOME": "/home/ann"}[name], name == "HOME"
			}})
			r.Name, r.Output, r.Error = "sim", test.output, test.err
			if test.array {
				r.Array = notation.Numbering{{First: 1, Last: 3, Step: 1}}
			}
			s := &share{joined: test.joined}
			require.Equal(t, request.Files{Output: test.wantOut, Error: test.two, Append: true}, s.files(r))
		})
	}
}

func TestAJobRunsAtHomeUnlessItSaysOtherwise(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before, after string
		mapped        bool
		id            int64
	}{
		"nothing is said":               {"", "/home/ann", true, 7},
		"-cwd":                          {".", ".", true, 7},
		"-wd":                           {"/data", "/data", true, 7},
		"no volume":                     {"", "", false, 7},
		"a Job that depctl submit made": {"", "", true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := request.New(request.Context{ID: test.id, Mapped: test.mapped, LookupEnv: func(string) (string, bool) { return "/home/ann", true }})
			r.Dialect, r.Workdir = "gridengine", test.before
			r.AtHome("gridengine")
			require.Equal(t, test.after, r.Workdir)
		})
	}
}
