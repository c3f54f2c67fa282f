package pbs

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"depctl.dev/cli/imitation"
)

// used is the time that it ran, as far as that is over: processors are not measured.
func used(r *row) string {
	d := time.Duration(0)
	if !r.Started.IsZero() && r.Ended.After(r.Started) {
		d = r.Ended.Sub(r.Started)
	}
	return fmt.Sprintf("%02d:%02d:%02d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
}

// exitStatus returns that of PBS: 256 and the signal after a signal, and 271 of what was deleted.
func exitStatus(e *imitation.Element) (int, bool) {
	switch {
	case !e.State.Ended() || e.State == imitation.Unmet:
		return 0, false
	case e.State == imitation.Succeeded:
		return 0, true
	case e.Signal > 0:
		return 256 + e.Signal, true
	case e.State == imitation.Cancelled:
		return 271, true
	}
	return max(e.Exit, 1), true
}

// attributes are what is known of a row, in order.
func (t tool) attributes(r *row) [][2]string {
	told := &r.job.Told
	list := [][2]string{
		{"Job_Name", r.job.Name},
		{"Job_Owner", r.job.User + "@" + told.Host},
		{"job_state", t.letter(r)},
		{"queue", t.queueOf(r.job)},
		{"server", server},
		{"ctime", r.job.Made.Local().Format(time.ANSIC)},
	}
	add := func(name, value string) {
		if value != "" {
			list = append(list, [2]string{name, value})
		}
	}
	add("depend", told.Waits)
	add("exec_host", r.Node)
	if !r.Started.IsZero() {
		add("stime", r.Started.Local().Format(time.ANSIC))
	}
	if told.Output != "" {
		add("Output_Path", told.Host+":"+file(r, told.Output))
		add("Error_Path", told.Host+":"+file(r, told.Error))
	}
	if status, has := exitStatus(r.Element); has {
		add("resources_used.walltime", used(r))
		add("Exit_status", strconv.Itoa(status))
	}
	if r.job.Numbers != nil && !r.sub {
		add("array", "True")
		add("array_indices_submitted", r.job.Numbers.String())
	}
	add("comment", r.Message)
	add("project", told.Account)
	return list
}

func file(r *row, name string) string {
	return strings.NewReplacer("\x00a0", strconv.Itoa(r.Task)).Replace(name)
}
