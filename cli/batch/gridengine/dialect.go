package gridengine

import (
	"strconv"

	"depctl.dev/cli/batch/request"
)

// Dialect returns the entry of Grid Engine for the table of dialects.
func Dialect() *request.Dialect {
	return &request.Dialect{
		Name: "gridengine", Prefix: "#$", Attached: true, Anywhere: true, Spelling: request.Single, Options: options(),
		Indexes: []string{"SGE_TASK_ID"}, Variables: variables,
	}
}

func variables(r *request.Request) []request.Variable {
	list := []request.Variable{
		{Name: "JOB_ID", IsJobName: true},
		{Name: "JOB_NAME", Value: r.PlainName()},
		{Name: "NSLOTS", Value: strconv.FormatInt(r.CPUs(), 10)},
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
