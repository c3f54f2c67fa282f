package slurm

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"depctl.dev/cli/imitation"
)

// word is a state as Slurm says it.
type word struct {
	state imitation.State
	// long and short are what commands print, and reason is why, of what has ended.
	long, short, reason string
}

// words are the states, in the order in which squeue shows them. What was not taken
// because its dependency can never be met is cancelled, as with kill_invalid_depend.
func words() []word {
	return []word{
		{imitation.Waiting, "PENDING", "PD", ""},
		{imitation.Queued, "PENDING", "PD", ""},
		{imitation.Running, "RUNNING", "R", "None"},
		{imitation.Suspended, "SUSPENDED", "S", "None"},
		{imitation.Succeeded, "COMPLETED", "CD", "None"},
		{imitation.Cancelled, "CANCELLED", "CA", "None"},
		{imitation.Unmet, "CANCELLED", "CA", "DependencyNeverSatisfied"},
		{imitation.Failed, "FAILED", "F", "NonZeroExitCode"},
		{imitation.TimedOut, "TIMEOUT", "TO", "TimeLimit"},
		{imitation.Lost, "NODE_FAIL", "NF", "NodeDown"},
		{imitation.OutOfMemory, "OUT_OF_MEMORY", "OOM", "OutOfMemory"},
	}
}

// wordOf returns what Slurm says of a state, and its place in the order.
func wordOf(s imitation.State) (word, int) {
	all := words()
	i := slices.IndexFunc(all, func(w word) bool { return w.state == s })
	return all[i], i
}

// otherStates are those that Slurm has and no Job comes into. To ask for them is no
// mistake.
const otherStates = "BOOT_FAIL,BF,CONFIGURING,CF,COMPLETING,CG,DEADLINE,DL,LAUNCH_FAILED,POWER_UP_NODE,PREEMPTED,PR,RECONFIG_FAIL,REQUEUED,RQ,REQUEUE_FED,RF,REQUEUE_HOLD,RH,RESIZING,RS,RESV_DEL_HOLD,RD,REVOKED,RV,SIGNALING,SI,SPECIAL_EXIT,SE,STAGE_OUT,SO,STOPPED,ST,UPDATE_DB"

// parseStates reads a list of states. all is every one.
func parseStates(text string) (map[string]bool, error) {
	meant := map[string]bool{}
	for name := range strings.SplitSeq(strings.ToUpper(text), ",") {
		name = strings.TrimSpace(name)
		found := name == "" || slices.Contains(strings.Split(otherStates, ","), name)
		for _, w := range words() {
			if name == "ALL" || name == w.long || name == w.short {
				meant[w.long], found = true, true
			}
		}
		if !found {
			return nil, said(fmt.Sprintf("Invalid job state specified: %s", name))
		}
	}
	return meant, nil
}

// reasonOf returns why an element pends, or why it ended as it did.
func reasonOf(e *imitation.Element) string {
	w, _ := wordOf(e.State)
	if w.reason != "" {
		if e.State == imitation.Failed && e.Signal > 0 {
			return "RaisedSignal:" + fmt.Sprint(e.Signal)
		}
		return w.reason
	}
	switch e.Why {
	case imitation.Hold:
		return "JobHeldUser"
	case imitation.Dependency:
		return "Dependency"
	case imitation.NeverMet:
		return "DependencyNeverSatisfied"
	case imitation.Begin:
		return "BeginTime"
	case imitation.Limit:
		return "Licenses"
	case imitation.Room:
		return "Resources"
	case imitation.Crowd:
		return "Priority"
	case imitation.ArrayLimit:
		return "JobArrayTaskLimit"
	}
	return "None"
}

// span writes a time as squeue does: 0:05, 1:02:03, 1-02:03:04.
func span(d time.Duration) string {
	days, hours, minutes, seconds := parts(d)
	switch {
	case days > 0:
		return fmt.Sprintf("%d-%02d:%02d:%02d", days, hours, minutes, seconds)
	case hours > 0:
		return fmt.Sprintf("%d:%02d:%02d", hours, minutes, seconds)
	}
	return fmt.Sprintf("%d:%02d", minutes, seconds)
}

// fullSpan writes a time as sacct and scontrol do: 00:00:05, 1-02:03:04.
func fullSpan(d time.Duration) string {
	days, hours, minutes, seconds := parts(d)
	if days > 0 {
		return fmt.Sprintf("%d-%02d:%02d:%02d", days, hours, minutes, seconds)
	}
	return fmt.Sprintf("%02d:%02d:%02d", hours, minutes, seconds)
}

func parts(d time.Duration) (days, hours, minutes, seconds int64) {
	s := max(int64(d/time.Second), 0)
	return s / 86400, s / 3600 % 24, s / 60 % 60, s % 60
}

// moment writes a time, and otherwise what stands for none.
func moment(t time.Time, otherwise string) string {
	if t.IsZero() {
		return otherwise
	}
	return t.Local().Format("2006-01-02T15:04:05")
}
