package lsf

import "depctl.dev/cli/imitation"

// System returns LSF.
func System() *imitation.System {
	return &imitation.System{
		Name: "lsf", Title: "LSF", Dialect: dialect,
		Commands: []imitation.Command{
			{Name: "bsub", Run: bsub}, {Name: "bjobs", Run: bjobs}, {Name: "bkill", Run: bkill}, {Name: "bstop", Run: bstop}, {Name: "bresume", Run: bresume},
		},
	}
}
