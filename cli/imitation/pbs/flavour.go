package pbs

import (
	"context"

	"depctl.dev/cli/imitation"
)

// dialect is that of package batch.
const dialect = "pbs"

// flavour is in what TORQUE and PBS Pro differ.
type flavour struct {
	// queue is that of a job that names none.
	queue string
	// ended is the letter of a job that has ended. Where hides is true, such a job is only shown with -x.
	ended string
	hides bool
	// header and rule begin the table of qstat, and line is one of it.
	header, rule, line string
}

var (
	torque = flavour{
		"batch", "C", false,
		"Job ID                    Name             User            Time Use S Queue",
		"------------------------- ---------------- --------------- -------- - -----",
		"%-26s %-16.16s %-15.15s %s %s %-15.15s",
	}
	pro = flavour{
		"workq", "F", true,
		"Job id            Name             User              Time Use S Queue",
		"----------------  ---------------- ----------------  -------- - -----",
		"%-16s  %-16.16s %-16.16s  %s %s %-15.15s",
	}
)

// Torque and Pro return the two systems.
func Torque() *imitation.System { return system("torque", "TORQUE", &torque) }

// Pro returns PBS Pro.
func Pro() *imitation.System { return system("pbspro", "PBS Pro", &pro) }

func system(name, title string, f *flavour) *imitation.System {
	s := &imitation.System{Name: name, Title: title, Dialect: dialect}
	for _, c := range []struct {
		name string
		run  func(context.Context, tool, []string) int
	}{{"qsub", qsub}, {"qstat", qstat}, {"qdel", qdel}, {"qhold", qhold}, {"qrls", qrls}} {
		s.Commands = append(s.Commands, imitation.Command{Name: c.name, Run: func(ctx context.Context, session *imitation.Session, args []string) int {
			return c.run(ctx, tool{session, c.name, f}, args)
		}})
	}
	return s
}
