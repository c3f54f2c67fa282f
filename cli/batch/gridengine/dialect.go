package gridengine

import (
	"strconv"

	"depctl.dev/cli/batch/request"
)

const name = "gridengine"

// Dialect returns the entry of Grid Engine for the table of dialects.
func Dialect() *request.Dialect {
	s := &share{}
	return &request.Dialect{
		Name: name, Prefix: "#$", Attached: true, Anywhere: true, Spelling: request.Single, Options: options(s), Finish: func(r *request.Request) { r.AtHome(name) },
		Indexes: []string{"SGE_TASK_ID"}, Variables: variables, Files: s.files,
	}
}

func variables(r *request.Request) []request.Variable {
	list := []request.Variable{
		{Name: "JOB_ID", IsJobName: true},
		{Name: "JOB_NAME", Value: r.PlainName()},
		{Name: "NSLOTS", Value: strconv.FormatInt(r.CPUs(), 10)},
	}
	if r.ID != 0 {
		list[0] = request.Variable{Name: "JOB_ID", Value: strconv.FormatInt(r.ID, 10)}
		list[1].Value = r.TitleOf()
		list = append(list, inJob(r)...)
	}
	if r.Queue != "" {
		list = append(list, request.Variable{Name: "QUEUE", Value: r.Queue})
	}
	if r.Array == nil {
		for _, name := range []string{"SGE_TASK_ID", "SGE_TASK_FIRST", "SGE_TASK_LAST", "SGE_TASK_STEPSIZE"} {
			list = append(list, request.Variable{Name: name, Value: "undefined"})
		}
		return list
	}
	first, last := r.Array.Ends()
	return append(list,
		request.Variable{Name: "SGE_TASK_FIRST", Value: strconv.Itoa(first)},
		request.Variable{Name: "SGE_TASK_LAST", Value: strconv.Itoa(last)},
		request.Variable{Name: "SGE_TASK_STEPSIZE", Value: strconv.Itoa(r.Array.Step())})
}

// inJob are the variables that programs read to find out where they are, of a job that has
// a number.
func inJob(r *request.Request) []request.Variable {
	list := []request.Variable{
		{Name: "REQUEST", Value: r.TitleOf()},
		{Name: "NHOSTS", Value: "1"},
		{Name: "NQUEUES", Value: "1"},
		{Name: "RESTARTED", Value: "0"},
		{Name: "ENVIRONMENT", Value: "BATCH"},
		{Name: "SGE_CLUSTER_NAME", Value: "kubernetes"},
	}
	if r.Account != "" {
		list = append(list, request.Variable{Name: "SGE_ACCOUNT", Value: r.Account})
	}
	if r.Host == nil {
		return list
	}
	return append(list,
		request.Variable{Name: "SGE_O_WORKDIR", Value: r.Host.Directory},
		request.Variable{Name: "SGE_O_HOST", Value: r.Host.Name},
		request.Variable{Name: "SGE_O_LOGNAME", Value: r.Host.User})
}
