package slurm

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

func readDependency(r *request.Request, at request.Place, values []string) {
	r.Singleton, r.Depends = strings.Contains(values[0], "singleton"), values[0]
	r.WaitFor("dependency", at, translateDependency(values[0]))
}

func readKillOnInvalid(r *request.Request, at request.Place, values []string) {
	switch values[0] {
	case "yes":
		r.OnFailure = "fail"
	case "no":
		r.OnFailure = "wait"
	default:
		r.Fail(at, "", "there are yes and no")
	}
}

// readRequeue reads --requeue; with expedite, too, it runs as soon as it can.
func readRequeue(r *request.Request, at request.Place, values []string) {
	if values[0] != "" && values[0] != "expedite" {
		r.Fail(at, "", "it takes no value but expedite")
		return
	}
	r.Requeue = true
}

func readTime(r *request.Request, at request.Place, values []string) {
	d, err := ParseLimit(values[0])
	r.SetTime(at, d, err)
}

// ParseLimit reads a time to run, 0 for as long as it likes.
func ParseLimit(text string) (time.Duration, error) {
	if number, err := notation.Number(text); err == nil && number == 0 {
		text = "unlimited" // as the manual says of zero
	}
	return notation.RunTime(text, parseTime)
}

func readAmount(r *request.Request, at request.Place, text string) (resource.Quantity, bool) {
	q, err := notation.ParseMemory(text, 2, false)
	switch {
	case err != nil:
		r.Fail(at, "", "%s", err)
		return q, false
	case q.IsZero():
		r.Unsupported(at, "say how much is needed", "all memory of a node cannot be asked for")
		return q, false
	}
	return q, true
}

func readMemory(r *request.Request, at request.Place, values []string) {
	if q, ok := readAmount(r, at, values[0]); ok {
		r.SetMemory(q)
	}
}

func readMemoryPerCPU(r *request.Request, at request.Place, values []string) {
	if q, ok := readAmount(r, at, values[0]); ok {
		r.SetMemoryPerCPU(q)
	}
}

// readGPUs reads 2, and a100:2.
func readGPUs(r *request.Request, at request.Place, values []string) {
	model, count, typed := strings.Cut(values[0], ":")
	if !typed {
		if strings.Trim(model, "0123456789") == "" {
			request.ReadGPUs(r, at, values)
			return
		}
		count = "1"
	}
	n, err := notation.Number(count)
	if err != nil {
		r.Fail(at, "write --gpus=2", "%q is not a number of GPUs", values[0])
		return
	}
	r.GPUs = n
	r.Unsupported(at, request.HintGPUModel, "%s: %s", model, request.RefusedGPUModel)
}

// readGres reads gpu:2,lscratch:10. Of generic resources there are GPUs only.
func readGres(r *request.Request, at request.Place, values []string) {
	for _, one := range strings.Split(values[0], ",") {
		one = strings.TrimPrefix(strings.TrimPrefix(one, "gres/"), "gres:")
		kind, count, has := strings.Cut(one, ":")
		switch {
		case strings.EqualFold(kind, "none"), kind == "", r.IgnoresResource(at, kind):
		case kind != "gpu":
			r.Unsupported(at, request.HintResource, "%s is not known here", kind)
		case !has:
			r.GPUs = 1
		default:
			count, _, _ = strings.Cut(count, "(") // (S:0-1), the sockets
			readGPUs(r, at, []string{count})
		}
	}
}

// readTresPerTask reads cpu:4,gres/gpu:1: there is one task.
func readTresPerTask(r *request.Request, at request.Place, values []string) {
	for _, one := range strings.Split(values[0], ",") {
		if count, ok := strings.CutPrefix(strings.ReplaceAll(one, "=", ":"), "cpu:"); ok {
			request.ReadCPUs(r, at, []string{count})
		} else {
			readGres(r, at, []string{strings.ReplaceAll(one, "=", ":")})
		}
	}
}

// readTmp reads --tmp: room on the disk of the node.
func readTmp(r *request.Request, at request.Place, values []string) {
	if q, err := notation.ParseMemory(values[0], 2, false); err != nil {
		r.Fail(at, "", "%s", err)
	} else {
		r.Storage = q
	}
}

// readWrap makes a script of a command, as sbatch does.
func readWrap(r *request.Request, at request.Place, values []string) {
	switch {
	case r.Script != nil && !r.Wrapped:
		r.Fail(at, "leave one of them out", "--wrap and a script do not go together")
	case len(r.Command) > 0:
		r.Fail(at, "leave one of them out", "--wrap and a command behind -- do not go together")
	default:
		r.Script, r.Wrapped = &request.Script{Name: "wrap", Text: "#!/bin/sh\n" + values[0] + "\n"}, true
		if r.Dialect == "" {
			r.Dialect = name
		}
	}
}

// readExport reads ALL, NONE, and variables.
func readExport(r *request.Request, at request.Place, values []string) {
	all := false
	r.Passes = &all
	for _, part := range strings.Split(values[0], ",") {
		switch part {
		case "ALL":
			all = true
			r.Note(at, request.NoteShell)
		case "NONE", "NIL", "":
		default:
			r.ReadVariable(at, part)
		}
	}
}

// parseTime reads minutes, minutes:seconds, h:m:s, days-hours and so on.
func parseTime(text string) (time.Duration, error) {
	days, rest, has := strings.Cut(text, "-")
	if !has {
		switch strings.Count(text, ":") {
		case 0:
			return notation.ParseClock(text, time.Minute)
		default:
			return notation.ParseClock(text, time.Second)
		}
	}
	d, err := notation.Number(days)
	if err != nil || d > notation.MaxNumber/(24*60*60) { // more does not fit into a time.Duration either
		return 0, fmt.Errorf("%q is not a time: it must be from a second up to 68 years", text)
	}
	for strings.Count(rest, ":") < 2 {
		rest += ":0"
	}
	clock, err := notation.ParseClock(rest, time.Second)
	if err != nil && strings.Trim(rest, "0:") != "" {
		return 0, fmt.Errorf("%q is not a time", text)
	}
	return notation.Bounded(time.Duration(d)*24*time.Hour+clock, text)
}
