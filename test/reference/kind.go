package main

import (
	"fmt"
	"strings"

	"depctl.dev/lang/kind"
)

// kindTable returns the table of the kinds, with what makes each status true.
func kindTable(string) (string, error) {
	var b strings.Builder
	b.WriteString("\n" + row("kind", "also", "API group", "means", "ready", "started", "succeeded", "failed", "held by") + "|---|---|---|---|---|---|---|---|---|\n")
	for _, k := range kind.All() {
		also := make([]string, 0, len(k.Also))
		for _, word := range k.Also {
			also = append(also, "`"+word+"`")
		}
		cells := []string{"`" + k.Name + "`", strings.Join(also, ", "), k.Group, k.Default(), unlessSuspended(k, rules(k.Ready)), rules(k.Started), rules(k.Succeeded), rules(k.Failed), heldBy(k)}
		switch k.Name {
		case kind.Job:
			cells[4], cells[5] = "as many pods are ready as run at once", "a pod was ready, or has ended"
		case kind.CronJob:
			cells[4], cells[5], cells[6], cells[7] = "", "", "a run of it: [replace your scheduler](../guide/replace-your-scheduler.md)", ""
		}
		b.WriteString(row(cells...))
	}
	return b.String() + "\n", nil
}

// unlessSuspended adds to what makes an object ready that it is not suspended.
func unlessSuspended(k kind.Kind, ready string) string {
	if k.SuspendedBy == "" {
		return ready
	}
	return ready + ", and no `" + k.SuspendedBy + "`"
}

// heldBy names the field that keeps an object from starting, of a kind that the gate holds.
func heldBy(k kind.Kind) string {
	if k.HeldBy == "" {
		return ""
	}
	return "`" + k.HeldBy + "`"
}

// rules says what an object must say.
func rules(any []kind.Rule) string {
	var list []string
	for _, rule := range any {
		var tests []string
		for _, t := range rule {
			tests = append(tests, sayTest(t))
		}
		list = append(list, strings.Join(tests, ", and "))
	}
	return strings.Join(list, "; or ")
}

func sayTest(t kind.Test) string {
	switch {
	case t.Condition != "" && len(t.Is) > 0:
		return fmt.Sprintf("condition `%s` is `%s`", t.Condition, strings.Join(t.Is, "` or `"))
	case t.Condition != "":
		return "condition `" + t.Condition + "`"
	case t.Field != "":
		return fmt.Sprintf("`%s` is `%s`", t.Field, strings.Join(t.Is, "` or `"))
	case t.Positive != "":
		return "`" + t.Positive + "` is 1 or more"
	case t.Endpoint:
		return "an endpoint is ready"
	default:
		return "kstatus: current"
	}
}
