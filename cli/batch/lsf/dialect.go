package lsf

import (
	"strconv"

	"depctl.dev/cli/batch/request"
)

// Dialect returns the entry of LSF for the table of dialects.
func Dialect() *request.Dialect {
	s := &slots{}
	return &request.Dialect{
		Name: "lsf", Prefix: "#BSUB", Anywhere: true, Spelling: request.SingleOrDigits, Options: options(s), Finish: s.resolve,
		Indexes: []string{"LSB_JOBINDEX"}, Variables: variables, Files: files, PassesAll: true,
	}
}

func variables(r *request.Request) []request.Variable {
	list := []request.Variable{
		{Name: "LSB_JOBID", IsJobName: true},
		{Name: "LSB_JOBNAME", Value: r.PlainName()},
		{Name: "LSB_DJOB_NUMPROC", Value: strconv.FormatInt(r.CPUs(), 10)},
	}
	if r.ID != 0 {
		list[0] = request.Variable{Name: "LSB_JOBID", Value: strconv.FormatInt(r.ID, 10)}
		list[1].Value = r.TitleOf()
		list = append(list, request.Variable{Name: "LSB_HOSTS", IsNode: true})
		if r.Host != nil {
			list = append(list,
				request.Variable{Name: "LS_SUBCWD", Value: r.Host.Directory},
				request.Variable{Name: "LSB_SUB_HOST", Value: r.Host.Name},
				request.Variable{Name: "LSFUSER", Value: r.Host.User})
		}
	}
	if r.Queue != "" {
		list = append(list, request.Variable{Name: "LSB_QUEUE", Value: r.Queue})
	}
	if r.Array == nil {
		return append(list, request.Variable{Name: "LSB_JOBINDEX", Value: "0"})
	}
	_, last := r.Array.Ends()
	return append(list,
		request.Variable{Name: "LSB_JOBINDEX_STEP", Value: strconv.Itoa(r.Array.Step())},
		request.Variable{Name: "LSB_JOBINDEX_END", Value: strconv.Itoa(last)})
}
