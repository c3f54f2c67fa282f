package gridengine

import "depctl.dev/cli/imitation"

// System returns Grid Engine.
func System() *imitation.System {
	return &imitation.System{
		Name: "sge", Title: "Grid Engine", Dialect: dialect,
		Commands: []imitation.Command{
			{Name: "qsub", Run: qsub},
			{Name: "qstat", Run: qstat},
			{Name: "qdel", Run: qdel},
			{Name: "qhold", Run: qhold},
			{Name: "qrls", Run: qrls},
			{Name: "qalter", Run: qalter},
			{Name: "qacct", Run: qacct},
		},
	}
}
