package lang

import (
	"strconv"
	"strings"
)

// MaxOffset is how many scheduled times before or after its own a Job can name.
const MaxOffset = 64

// cutRun splits a target at the "@" that stands outside of quotes and braces.
func cutRun(text string) (name, run string, found bool) {
	from := 0
	if open := strings.IndexAny(text, "\"'{"); open >= 0 {
		from = max(open, strings.LastIndexAny(text, "\"'}")) // what is not closed has been reported
	}
	name, run, found = strings.Cut(text[from:], "@")
	return text[:from] + name, run, found
}

// run reads what stands behind "@".
func (b *builder) run(t *Target, run string, at Span) bool {
	sign := Span{at.Start - 1, at.End}
	switch {
	case t.Self:
		b.suggest(BadRun, sign, "", []Fix{{sign, ""}}, "self is the annotated Job's own array, of its own run")
	case t.Ref.Kind == KindCronJob:
		return b.offset(t, run, sign)
	case t.Ref.Kind != KindJob:
		b.suggest(BadRun, sign, "", []Fix{{sign, ""}}, "only Jobs are steps of runs, not objects of kind %s", quote(t.Ref.Kind))
	case t.WholeRun && run == "":
		b.suggest(BadRun, sign, `write run, or run@NAME for another one; write "run" in quotes if a Job has this name`, []Fix{{sign, ""}}, "there is no run outside of all runs")
	case run == "":
		t.Ref.Run = PlainRun
		return true
	case isOffset(run):
		b.add(BadRun, at, "write cronjob:"+t.Ref.Name+"@"+run+" if a CronJob is meant", "an offset is for CronJobs, and Jobs have none")
	case strings.ContainsAny(run, "*?"):
		b.add(BadRun, at, "name one run for each target", "a run cannot be a glob")
	case len(run) > 63:
		b.add(BadRun, at, "a run has a name of 1 to 63 characters", "this name has %d characters", len(run))
	case !isLabelValue(run):
		b.add(BadRun, at, "the name of a run has letters, digits, -, _ and ., and starts and ends with a letter or a digit, as in: load@2026-11-29", "%s is not the name of a run", quote(run))
	default:
		t.Ref.Run = run
		return true
	}
	return false
}

// offset reads which time of a CronJob is meant.
func (b *builder) offset(t *Target, run string, at Span) bool {
	const hint = "write cronjob:load@-1 for the scheduled time before, cronjob:load@+1 for the next, and no \"@\" for that of the same period"
	if !isOffset(run) {
		b.add(BadRun, at, hint, "%s is not an offset", quote(run))
		return false
	}
	if n, err := strconv.Atoi(run[1:]); err != nil || n > MaxOffset {
		b.add(BadRun, at, "", "an offset goes %d scheduled times back or on at most", MaxOffset)
		return false
	}
	t.Ref.Run = run
	return true
}

// oneCronJob reports a set of CronJobs: which of their times are meant is a question about
// one.
func (b *builder) oneCronJob(t *Target, at Span) bool {
	if t.Ref.Kind != KindCronJob || !t.Ref.IsSet() {
		return true
	}
	b.add(BadName, at, "name each CronJob, as in: cronjob:load, cronjob:check", "a CronJob cannot be named by a glob or a selector")
	return false
}

// isOffset reports whether s is a sign with a positive number without leading zeros.
func isOffset(s string) bool {
	return len(s) > 1 && (s[0] == '-' || s[0] == '+') && s[1] != '0' && isDigits(s[1:])
}

// longestHandler is how long a text is, in bytes, that is read to know whether it names a
// run.
const longestHandler = 8 << 10

// NamesRun reports whether a text asks about a whole run. A text without that word is not
// read, nor one of more than 8 KiB.
func NamesRun(text string) bool {
	if len(text) > longestHandler || !strings.Contains(text, "run") || IsListOfNames(text) {
		return false
	}
	e, err := Parse(text)
	return err == nil && e.NamesRun()
}

// NamesRun reports whether e asks about a whole run.
func (e *Expr) NamesRun() bool {
	for _, c := range e.Checks() {
		for i := range c.Targets {
			if c.Targets[i].WholeRun {
				return true
			}
		}
	}
	return false
}
