package batch

import "strconv"

// pbsDialect is that of PBS and TORQUE.
func pbsDialect() *Dialect {
	return &Dialect{
		Name: "pbs", Prefix: "#PBS", Spelling: Letter, Options: pbsOptions(),
		Indexes: []string{"PBS_ARRAY_INDEX", "PBS_ARRAYID"}, Variables: pbsVariables,
	}
}

func pbsVariables(r *request) []variable {
	return []variable{
		{name: "PBS_JOBID", isJobName: true},
		{name: "PBS_JOBNAME", value: r.plainName()},
		{name: "NCPUS", value: strconv.FormatInt(r.cpus(), 10)},
	}
}
