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
	leaveOut := []Fix{{sign, ""}}
	switch {
	case t.Self && b.target.End == at.End:
		b.add(BadRun, sign, "write self[i-1]", "self is the annotated Job's own array, of its own run")
	case t.Self:
		b.suggest(BadRun, sign, `leave the "@" out`, leaveOut, "self is the annotated Job's own array, of its own run")
	case t.Ref.Kind == KindCronJob:
		return b.offset(t, run, sign)
	case t.Ref.Kind != KindJob:
		b.suggest(BadRun, sign, `leave the "@" out`, leaveOut, "only Jobs are steps of runs, not objects of kind %s", quote(t.Ref.Kind))
	case t.WholeRun && run == "":
		b.suggest(BadRun, sign, `write run for your own run, run@NAME for another one, or "run" in quotes if a Job has this name`, leaveOut, "there is no run outside of all runs")
	case run == "":
		t.Ref.Run = PlainRun
		return true
	case isOffset(run):
		nightly := t.Ref
		nightly.Kind, nightly.Run = KindCronJob, run
		b.add(BadRun, sign, "write "+clip(nightly.String())+" if a CronJob is meant", "offsets such as %s are for CronJobs, and Jobs have none", quote(run))
	case strings.ContainsAny(run, "*?"):
		b.add(BadRun, at, "name one run for each target", "the name of a run cannot be a glob")
	case strings.Contains(run, "/"):
		b.add(BadRun, sign, "the run stands last, as in: etl/load@2026-11-29", "%s is not the name of a run", quote(run))
	case len(run) > 63:
		b.add(BadRun, at, "a run has a name of 1 to 63 characters", "this name has %d characters", len(run))
	case !isLabelValue(run):
		b.badRun(run, at)
	default:
		t.Ref.Run = run
		return true
	}
	return false
}

// badRun reports what is no name of a run, with the one that is likely meant.
func (b *builder) badRun(run string, at Span) {
	const hint = "the name of a run has letters, digits, -, _ and ., and starts and ends with a letter or a digit, as in: load@2026-11-29"
	plain := strings.Trim(strings.NewReplacer(":", "-", "@", "-", "+", "-").Replace(run), "-_.")
	if plain != "" && isLabelValue(plain) && run[0] != '-' && run[0] != '+' {
		b.suggest(BadRun, at, "write "+quote(plain)+", and so in the label of its Jobs: a run has no colons and the like in its name", []Fix{{at, plain}}, "%s is not the name of a run", quote(run))
		return
	}
	b.add(BadRun, at, hint, "%s is not the name of a run", quote(run))
}

// offset reads which time of a CronJob is meant.
func (b *builder) offset(t *Target, run string, at Span) bool {
	own := t.Ref
	own.Run = ""
	name := clip(own.String())
	hint := "write " + name + "@-1 for the scheduled time before, " + name + "@+1 for the next, and " + name + " for those of the same period"
	switch n, err := strconv.Atoi(strings.TrimLeft(run, "+-")); {
	case run == "":
		b.add(BadRun, at, hint, "expected an offset after \"@\"")
	case isOffset(run) && (err != nil || n > MaxOffset):
		b.add(BadRun, at, "wait for a time that is nearer", "an offset goes %d scheduled times back or on at most", MaxOffset)
	case isOffset(run):
		t.Ref.Run = run
		return true
	case run[0] == '-' || run[0] == '+':
		b.add(BadRun, at, hint, "%s is not an offset: that is a number of 1 or more without leading zeros", quote(run))
	default:
		b.add(BadRun, at, hint, "the runs of a CronJob have no names, and %s is not an offset", quote(run))
	}
	return false
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

// IsRunName reports whether a run, or a step, can have this name: it is the value of a
// label.
func IsRunName(s string) bool { return s != "" && isLabelValue(s) }

// isOffset reports whether s is a sign with a positive number without leading zeros.
func isOffset(s string) bool {
	return len(s) > 1 && (s[0] == '-' || s[0] == '+') && s[1] != '0' && isDigits(s[1:])
}

// longestHandler is how long a text is, in bytes, that is read to know whether it names a
// run.
const longestHandler = 8 << 10

// NamesRun reports whether the text of a step asks about the whole run that it belongs to. A
// text without that word is not read, nor one of more than 8 KiB.
func NamesRun(text, run string) bool {
	if run == "" || len(text) > longestHandler || !strings.Contains(text, "run") || IsListOfNames(text) {
		return false
	}
	e, err := Parse(text)
	return err == nil && e.NamesRun(run)
}

// NamesRun reports whether e, as the expression of a step of this run, asks about the whole
// run.
func (e *Expr) NamesRun(run string) bool {
	for _, c := range e.Checks() {
		for i := range c.Targets {
			if t := &c.Targets[i]; t.WholeRun && (t.Ref.Run == "" || t.Ref.Run == run) {
				return true
			}
		}
	}
	return false
}
