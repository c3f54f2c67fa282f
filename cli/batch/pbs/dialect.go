package pbs

import (
	"strconv"

	"depctl.dev/cli/batch/request"
)

// Dialect returns the entry of PBS and TORQUE for the table of dialects.
func Dialect() *request.Dialect {
	return &request.Dialect{
		Name: "pbs", Prefix: "#PBS", Spelling: request.Letter, Options: options(),
		Indexes: []string{"PBS_ARRAY_INDEX", "PBS_ARRAYID"}, Variables: variables,
	}
}

func variables(r *request.Request) []request.Variable {
	return []request.Variable{
		{Name: "PBS_JOBID", IsJobName: true},
		{Name: "PBS_JOBNAME", Value: r.PlainName()},
		{Name: "NCPUS", Value: strconv.FormatInt(r.CPUs(), 10)},
	}
}
