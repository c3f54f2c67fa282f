package explanation

import (
	"fmt"
	"strings"
	"time"

	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
)

func (e *CronJob) draw(d *drawing) {
	title := fmt.Sprintf("%s/%s is a CronJob: %s", e.Namespace, e.Name, e.Schedule)
	if e.TimeZone != "" {
		title += " in " + e.TimeZone
	}
	if e.Policy != "" && e.Policy != "Allow" {
		title += ", " + e.Policy
	}
	if e.Suspended {
		title += ", suspended"
	}
	d.line("%s", d.cut(d.Clean(title), 0))
	message := e.Message
	if at, err := time.Parse(time.RFC3339, e.Time); err == nil && e.Reason == string(schedule.NotDue) {
		message += fmt.Sprintf(": it is in %s", human(at.Sub(e.now)))
	}
	d.wrapped("", strings.ToUpper(message[:1])+message[1:]+".")
	if len(e.Active) > 0 {
		d.line("Active for Kubernetes, held ones too:")
		for _, o := range e.Active {
			d.line("  %s", d.cut(d.state(gate.State(o.State))+"  "+d.Clean(o.Name), 2))
		}
	}
	if len(e.Runs) > 0 {
		d.line("Its last runs:")
	}
	for _, r := range e.Runs {
		d.cronJobRun(e, r)
	}
	for _, o := range e.ByHand {
		d.wrapped("", "Job "+o.Name+" ("+o.State+") was made of it without a scheduled time: it belongs to no time, and nobody who waits for cronjob:"+e.Name+" counts it.")
	}
	if next := e.Next; next != nil {
		d.line("Its next run, at %s, would wait for: %s", next.Time, d.cut(d.Clean(next.DependsOn), 57))
		if next.Invalid != "" {
			d.wrapped("  ", "That cannot be read: "+next.Invalid)
		} else {
			d.root(next.Tree, "  ")
		}
	}
	d.advice(e.Advice)
}

func (d *drawing) cronJobRun(e *CronJob, r CronJobRun) {
	text := r.Time
	var more []string
	if r.Job != "" {
		more = append(more, r.Job)
	}
	if !r.finished.IsZero() {
		more = append(more, human(e.now.Sub(r.finished))+" ago")
	}
	switch state := gate.State(r.State); {
	case r.Message == "":
	case state == gate.StateFailed, state == gate.StateSkipped, r.Job == "":
		more = append(more, strings.Join(strings.Fields(r.Message), " "))
	}
	state := d.Symbol(gate.State(r.State)) + " " + fmt.Sprintf("%-9s", r.State)
	d.line("  %s  %s  %s", d.Paint(state, gate.State(r.State)), text, d.cut(d.Clean(strings.Join(more, ", ")), width(state)+width(text)+6))
}
