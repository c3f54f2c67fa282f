package schedule

import (
	"fmt"
	"time"

	"depctl.dev/lang"
)

// The problems of runs. Each makes a check unknown until somebody fixes it.
const (
	// ProblemLost: Kubernetes passed the time, and how its run ended was not seen.
	ProblemLost lang.ProblemCode = "run-lost"
	// ProblemForgotten: the record no longer has the time.
	ProblemForgotten lang.ProblemCode = "run-forgotten"
	// ProblemTooMany: the Job's period has more than MaxRuns times of the CronJob.
	ProblemTooMany lang.ProblemCode = "too-many-runs"
	// ProblemSuspended: the run is still to come, and the CronJob is suspended.
	ProblemSuspended lang.ProblemCode = "cronjob-suspended"
	// ProblemNone: the CronJob has no such run.
	ProblemNone lang.ProblemCode = "no-run"
	// ProblemUnreadable: the schedule or its zone cannot be read.
	ProblemUnreadable lang.ProblemCode = "schedule-unreadable"
)

// The reasons of runs that were skipped without a Job.
const (
	// ReasonMissed: Kubernetes passed the time without a Job.
	ReasonMissed = "RunMissed"
	// ReasonNone: there is no run before the first one.
	ReasonNone = "NoRun"
)

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func problem(code lang.ProblemCode, format string, args ...any) *lang.Problem {
	return &lang.Problem{Code: code, Message: fmt.Sprintf(format, args...)}
}

// repair says how a run is recreated.
func (c *CronJob) repair(t time.Time) string {
	return fmt.Sprintf(`"depctl run cronjob/%s -n %s --at %s" runs it again`, c.Name, c.Namespace, stamp(t))
}

func (c *CronJob) lost(t time.Time) *lang.Problem {
	return problem(ProblemLost, "cronjob %s ran at %s or should have, but its Job is gone and nobody saw how it ended; %s", c, stamp(t), c.repair(t))
}

func (c *CronJob) gap() *lang.Problem {
	return problem(ProblemLost, "the schedule of cronjob %s was edited while the gate was away, so which runs it had then is not known; "+
		"name the Jobs that this one needs instead, or release it by hand", c)
}

func (c *CronJob) forgotten(t time.Time) *lang.Problem {
	return problem(ProblemForgotten, "the run of cronjob %s at %s is older than what its annotation %s has room for or was kept for; %s",
		c, stamp(t), OutcomesAnnotation, c.repair(t))
}

func (c *CronJob) tooMany(after, upTo time.Time) *lang.Problem {
	return problem(ProblemTooMany, "cronjob %s has more than %d runs after %s and up to %s, the period of this Job; "+
		"let a CronJob between them sum them up, or wait for one run of it with @-1", c, MaxRuns, stamp(after), stamp(upTo))
}

func (c *CronJob) suspended(t time.Time) *lang.Problem {
	return problem(ProblemSuspended, `cronjob %s is suspended, so its run at %s does not start; set its "suspend" to false, or %s`,
		c, stamp(t), "release this Job by hand")
}

func (c *CronJob) noneBefore(t time.Time) *lang.Problem {
	return problem(ProblemNone, "cronjob %s, created at %s, has no run at or before %s, the time of this Job; write cronjob:%s@+1 for the next one, "+
		`or make it with "depctl run cronjob/%s -n %s --at TIME"`, c, stamp(c.Created), stamp(t), c.Name, c.Name, c.Namespace)
}

func (c *CronJob) noneAfter(t time.Time) *lang.Problem {
	return problem(ProblemNone, "the schedule %q of cronjob %s has no time after %s within five years; edit the schedule or the expression",
		c.Schedule, c, stamp(t))
}

func (c *CronJob) unreadable(err error) *lang.Problem {
	return problem(ProblemUnreadable, "which runs cronjob %s has is not known: %v; edit its schedule or timeZone", c, err)
}
