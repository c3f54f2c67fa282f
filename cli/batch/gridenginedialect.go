package batch

import "strconv"

// gridEngineDialect is Grid Engine's, and that of its sisters.
func gridEngineDialect() *Dialect {
	return &Dialect{
		Name: "gridengine", Prefix: "#$", Attached: true, Anywhere: true, Spelling: Single, Options: gridEngineOptions(),
		Indexes: []string{"SGE_TASK_ID"}, Variables: gridVariables,
	}
}

func gridVariables(r *request) []variable {
	list := []variable{
		{name: "JOB_ID", isJobName: true},
		{name: "JOB_NAME", value: r.plainName()},
		{name: "NSLOTS", value: strconv.FormatInt(r.cpus(), 10)},
	}
	if r.queue != "" {
		list = append(list, variable{name: "QUEUE", value: r.queue})
	}
	if r.array == nil {
		for _, name := range []string{"SGE_TASK_ID", "SGE_TASK_FIRST", "SGE_TASK_LAST", "SGE_TASK_STEPSIZE"} {
			list = append(list, variable{name: name, value: "undefined"})
		}
		return list
	}
	first, last := r.array.ends()
	return append(list,
		variable{name: "SGE_TASK_FIRST", value: strconv.Itoa(first)},
		variable{name: "SGE_TASK_LAST", value: strconv.Itoa(last)},
		variable{name: "SGE_TASK_STEPSIZE", value: strconv.Itoa(r.array.step())})
}
