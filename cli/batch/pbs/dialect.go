package pbs

import (
	"strconv"

	"depctl.dev/cli/batch/request"
)

const name = "pbs"

// Server is what the commands call the server: it ends the numbers of jobs.
const Server = "depctl"

// Dialect returns the entry of PBS and TORQUE for the table of dialects.
func Dialect() *request.Dialect {
	s := &share{}
	return &request.Dialect{
		Name: name, Prefix: "#PBS", Spelling: request.Letter, Options: options(s), Finish: func(r *request.Request) { r.AtHome(name) }, Files: s.files,
		Indexes: []string{"PBS_ARRAY_INDEX", "PBS_ARRAYID"}, Variables: variables,
	}
}

func variables(r *request.Request) []request.Variable {
	list := []request.Variable{
		{Name: "PBS_JOBID", IsJobName: true},
		{Name: "PBS_JOBNAME", Value: r.PlainName()},
		{Name: "NCPUS", Value: strconv.FormatInt(r.CPUs(), 10)},
	}
	if r.ID == 0 {
		return list
	}
	id := strconv.FormatInt(r.ID, 10)
	if r.Array != nil {
		id += "[]"
	}
	list[0] = request.Variable{Name: "PBS_JOBID", Value: id + "." + Server}
	list[1].Value = r.TitleOf()
	list = append(list, request.Variable{Name: "PBS_ENVIRONMENT", Value: "PBS_BATCH"})
	if r.Queue != "" {
		list = append(list, request.Variable{Name: "PBS_QUEUE", Value: r.Queue})
	}
	if r.Host != nil {
		home, _ := r.LookupEnv("HOME")
		list = append(list,
			request.Variable{Name: "PBS_O_WORKDIR", Value: r.Host.Directory},
			request.Variable{Name: "PBS_O_HOST", Value: r.Host.Name},
			request.Variable{Name: "PBS_O_LOGNAME", Value: r.Host.User},
			request.Variable{Name: "PBS_O_HOME", Value: home})
	}
	return list
}
