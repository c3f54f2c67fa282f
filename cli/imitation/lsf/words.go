package lsf

import (
	"fmt"

	"depctl.dev/cli/imitation"
)

// status returns how bjobs shows a state.
func status(e *imitation.Element) string {
	switch e.State {
	case imitation.Waiting:
		if e.Why == imitation.Hold {
			return "PSUSP"
		}
		return "PEND"
	case imitation.Queued:
		return "PEND"
	case imitation.Running:
		return "RUN"
	case imitation.Suspended:
		return "USUSP"
	case imitation.Succeeded:
		return "DONE"
	}
	return "EXIT"
}

// exit returns the exit code of an element that has ended.
func exit(e *imitation.Element) int {
	switch {
	case e.Signal > 0:
		return 128 + e.Signal
	case e.State == imitation.Succeeded:
		return 0
	}
	return max(e.Exit, 1)
}

// reason returns why an element was ended, in LSF's words, empty if it ended by itself.
func reason(e *imitation.Element) string {
	switch e.State {
	case imitation.OutOfMemory:
		return "TERM_MEMLIMIT: job killed after reaching LSF memory usage limit"
	case imitation.TimedOut:
		return "TERM_RUNLIMIT: job killed after reaching LSF run time limit"
	case imitation.Cancelled:
		return "TERM_OWNER: job killed by owner"
	case imitation.Lost:
		return "TERM_ZOMBIE: job killed because its host is gone"
	case imitation.Unmet:
		return "TERM_ORPHAN_SYSTEM: The orphan job was automatically terminated by LSF"
	}
	return ""
}

// pending returns what a job waits for.
func pending(e *imitation.Element) string {
	switch e.Why {
	case imitation.Hold:
		return "Job was suspended by the user while pending"
	case imitation.Dependency:
		return "Job dependency condition not satisfied"
	case imitation.NeverMet:
		return "Dependency condition invalid or never satisfied"
	case imitation.Begin:
		return "The start time has not been reached"
	case imitation.Limit:
		return "Resource limit has been reached"
	case imitation.ArrayLimit:
		return "The limit of running elements of the job array has been reached"
	case imitation.Room:
		return "Job requirements for reserving resources not satisfied: " + e.Message
	}
	return "New job is waiting for scheduling"
}

// ended says in a line of bjobs -l how an element ended.
func ended(e *imitation.Element) string {
	if e.State == imitation.Succeeded {
		return "Done successfully."
	}
	if e.Signal > 0 && e.State != imitation.Failed {
		return fmt.Sprintf("Exited by signal %d.", e.Signal)
	}
	return fmt.Sprintf("Exited with exit code %d.", exit(e))
}
