package batch

import "strconv"

// lsfDialect is LSF's.
func lsfDialect() *Dialect {
	return &Dialect{
		Name: "lsf", Prefix: "#BSUB", Anywhere: true, Spelling: SingleOrDigits, Options: lsfOptions(), Finish: resolveSlots,
		Indexes: []string{"LSB_JOBINDEX"}, Variables: lsfVariables,
	}
}

func lsfVariables(r *request) []variable {
	list := []variable{
		{name: "LSB_JOBID", isJobName: true},
		{name: "LSB_JOBNAME", value: r.plainName()},
		{name: "LSB_DJOB_NUMPROC", value: strconv.FormatInt(r.cpus(), 10)},
	}
	if r.queue != "" {
		list = append(list, variable{name: "LSB_QUEUE", value: r.queue})
	}
	if r.array == nil {
		return append(list, variable{name: "LSB_JOBINDEX", value: "0"})
	}
	_, last := r.array.ends()
	return append(list,
		variable{name: "LSB_JOBINDEX_STEP", value: strconv.Itoa(r.array.step())},
		variable{name: "LSB_JOBINDEX_END", value: strconv.Itoa(last)})
}
