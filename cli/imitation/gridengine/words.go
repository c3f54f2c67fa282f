package gridengine

import (
	"strconv"
	"strings"

	"depctl.dev/cli/imitation"
)

// held is the exit code by which a job asks that those who wait for it be held, and stays in
// the list with an error.
const held = 100

// letters returns how qstat shows a state, "" for what it does not show.
func letters(e *imitation.Element) string {
	switch e.State {
	case imitation.Waiting:
		switch e.Why {
		case imitation.Hold, imitation.Dependency, imitation.NeverMet:
			return "hqw"
		}
		return "qw"
	case imitation.Queued:
		return "qw"
	case imitation.Running:
		return "r"
	case imitation.Suspended:
		return "s"
	case imitation.Failed:
		if e.Exit == held {
			return "Eqw"
		}
	}
	return ""
}

// group is a letter of qstat -s.
func group(state string) string {
	switch state {
	case "r":
		return "r"
	case "s":
		return "s"
	case "":
		return "z"
	}
	return "p"
}

// ranges returns numbers as Grid Engine writes them: 1-10:1, or 3,5-9:2 where some are missing.
func ranges(numbers []int, step int) string {
	var parts []string
	for i := 0; i < len(numbers); {
		last := i
		for last+1 < len(numbers) && numbers[last+1] == numbers[last]+step {
			last++
		}
		text := strconv.Itoa(numbers[i])
		if last > i {
			text += "-" + strconv.Itoa(numbers[last]) + ":" + strconv.Itoa(step)
		}
		parts = append(parts, text)
		i = last + 1
	}
	return strings.Join(parts, ",")
}

// signals are the names of those that end programs.
var signals = map[int]string{1: "HUP", 2: "INT", 3: "QUIT", 4: "ILL", 6: "ABRT", 7: "BUS", 8: "FPE", 9: "KILL", 10: "USR1", 11: "SEGV", 12: "USR2", 13: "PIPE", 14: "ALRM", 15: "TERM", 24: "XCPU", 25: "XFSZ"}

func signalName(n int) string {
	if name, known := signals[n]; known {
		return "SIG" + name
	}
	return strconv.Itoa(n)
}

// failure returns what the accounting says of an end: the code that Grid Engine has for what
// was wrong, what it means, and the exit status of the job.
func failure(e *imitation.Element) (code int, means string, status int) {
	status = e.Exit
	if e.Signal > 0 {
		status = 128 + e.Signal
	}
	switch e.State {
	case imitation.Succeeded:
		return 0, "", 0
	case imitation.Unmet:
		return 1, "assumedly before job", status
	case imitation.TimedOut:
		return 37, "qmaster enforced h_rt limit", 128 + 9
	case imitation.Cancelled, imitation.Lost, imitation.OutOfMemory:
		if status == 0 {
			status = 128 + 9
		}
		return 100, "assumedly after job", status
	case imitation.Failed:
		if e.Signal > 0 {
			return 100, "assumedly after job", status
		}
	}
	return 0, "", status
}
