package simulation

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"depctl.dev/gate"
)

// draw makes up what a scenario consists of.
type draw struct {
	*rand.Rand
	Options
	jobs  []Job
	crons []CronJob
}

// chance is true in so many of 100 cases.
func (d *draw) chance(percent int) bool { return d.IntN(100) < percent }

// spared reports whether a trouble is left out, because most Jobs are to run.
func (d *draw) spared() bool { return d.Lively && d.chance(75) }

func (d *draw) pick(from ...string) string { return from[d.IntN(len(from))] }

// text makes up the expression of Job i. Most name Jobs before it, so that most
// graphs have an end.
func (d *draw) text(i int) string {
	switch n := d.IntN(100); {
	case d.Results && d.chance(15):
		return d.asksResult(i)
	case n < 40:
		return d.names(i)
	case n < 42 && !d.spared():
		return d.pick("Not a name", "a,,b", "x and y or z", "failed(a, b)")
	default:
		return d.expression(i, 2)
	}
}

func (d *draw) names(i int) string {
	list := make([]string, 1+d.IntN(3))
	for at := range list {
		list[at] = d.name(i)
	}
	return strings.Join(list, ", ")
}

func (d *draw) expression(i, depth int) string {
	if depth == 0 || d.chance(35) {
		return d.check(i)
	}
	terms := make([]string, 2+d.IntN(2))
	for at := range terms {
		terms[at] = d.expression(i, depth-1)
		if strings.Contains(terms[at], " or ") || strings.Contains(terms[at], ", ") || strings.Contains(terms[at], " and ") {
			terms[at] = "(" + terms[at] + ")"
		}
		if d.chance(10) {
			terms[at] = "not " + terms[at]
		}
	}
	return strings.Join(terms, d.pick(", ", " and ", " or "))
}

func (d *draw) check(i int) string {
	switch d.IntN(11) {
	case 0:
		return fmt.Sprintf("%s(%s)", d.pick("finished", "failed", "skipped", "started", "exists"), d.name(i))
	case 1:
		return fmt.Sprintf("failed(%s, reason=%s)", d.name(i), d.pick(reasons...))
	case 2:
		return d.list(i)
	case 3:
		return d.set(i)
	case 4:
		if !d.Untimed {
			return fmt.Sprintf("finished(%s-*, made=before)", d.pick("a", "b", "c"))
		}
	case 5:
		return d.array(i)
	case 6:
		if !d.Steady {
			return fmt.Sprintf("ready(%s)", d.name(i))
		}
	case 7:
		if d.jobs[i].Run != "" || d.chance(20) {
			return d.run(i)
		}
	case 8:
		if !d.Steady && !d.Untimed {
			return d.absent(i)
		}
	case 9:
		if d.Results && !d.Steady {
			return d.asksResult(i)
		}
	case 10:
		if len(d.crons) > 0 && !d.Steady {
			return d.cronJob(d.jobs[i].Namespace, d.IntN(len(d.crons)), -1)
		}
	}
	return d.name(i)
}

// list is a comparison over several names.
func (d *draw) list(i int) string {
	list := d.name(i) + ", " + d.name(i)
	if d.chance(50) {
		list += ", " + d.name(i)
	}
	return fmt.Sprintf("%s(%s) %s", d.pick("succeeded", "failed", "skipped", "finished", "started"), list,
		d.pick(">= 1", ">= 2", "== 0", "== 1", "< 2", "!= 1", "<= 1", "> 50%", ">= 100%"))
}

// set is a check of a glob or a selector, which another Job may always join.
func (d *draw) set(i int) string {
	set := d.pick("a-*", "b-?", "c-*", "?-1*", "{app=etl}", "{app in (etl, web), tier=one}", "{app, !tier}", "{app!=web}")
	if to := d.IntN(len(d.jobs)); d.chance(30) {
		set = d.jobs[to].Namespace + "/" + set + d.at(i, to)
	}
	if d.chance(40) {
		set = d.pick("succeeded", "failed", "skipped", "finished", "started", "exists") + "(" + set + ")"
	}
	return set + d.pick(" >= 1", " >= 2", " > 2")
}

// array is a check of elements, not always of an array that has them.
func (d *draw) array(i int) string {
	name := d.name(i)
	for range 5 {
		if at := d.IntN(len(d.jobs)); d.jobs[at].Size > 0 && at != i {
			name = d.ref(i, at)
			break
		}
	}
	return fmt.Sprintf(d.pick("%s[1]", "%s[0..1]", "%s[*]", "succeeded(%s[*]) >= 1", "succeeded(%s[*]) >= 50%%", "failed(%s[*]) == 0",
		"failed(%s[*]) >= 2", "finished(%s[0..4:2])"), name)
}

// name names a Job, now and then one that never exists, or a later one.
func (d *draw) name(i int) string {
	at := d.IntN(max(i, 1))
	switch n := d.IntN(100); {
	case n < 2 && !d.spared():
		return "ghost"
	case n < 8 && !d.spared():
		at = d.IntN(len(d.jobs))
	}
	return d.ref(i, at)
}

// ref names Job to in an expression of Job i.
func (d *draw) ref(i, to int) string {
	name := d.jobs[to].step() + d.at(i, to)
	if other := d.jobs[to]; other.Namespace != d.jobs[i].Namespace || d.chance(5) {
		return other.Namespace + "/" + name
	}
	return name
}

// policy makes up a policy. Under run, a not can be false before all that it
// speaks of is known, so what comes first matters.
func (d *draw) policy(text string) gate.Policy {
	p := []gate.Policy{"", "", "", gate.Fail, gate.Wait, gate.Run}[d.IntN(6)]
	if p == gate.Run && d.Steady && strings.ContainsAny(text, "<=!n") {
		return gate.Wait
	}
	return p
}
