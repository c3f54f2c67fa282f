package batch

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
)

func readSlurmDependency(r *request, at place, values []string) {
	r.singleton = strings.Contains(values[0], "singleton")
	r.waitFor("dependency", at, slurmDependency(values[0]))
}

func readKillOnInvalid(r *request, at place, values []string) {
	switch values[0] {
	case "yes":
		r.onFailure = "fail"
	case "no":
		r.onFailure = "wait"
	default:
		r.fail(at, "", "there are yes and no")
	}
}

// readSlurmRequeue reads --requeue; with expedite, too, it runs as soon as it can.
func readSlurmRequeue(r *request, at place, values []string) {
	if values[0] != "" && values[0] != "expedite" {
		r.fail(at, "", "it takes no value but expedite")
		return
	}
	r.requeue = true
}

func readSlurmTime(r *request, at place, values []string) {
	text := values[0]
	if number, err := number(text); err == nil && number == 0 {
		text = "unlimited" // as the manual says of zero
	}
	d, err := runTime(text, slurmTime)
	r.setTime(at, d, err)
}

func readSlurmAmount(r *request, at place, text string) (resource.Quantity, bool) {
	q, err := parseMemory(text, 2, false)
	switch {
	case err != nil:
		r.fail(at, "", "%s", err)
		return q, false
	case q.IsZero():
		r.unsupported(at, "say how much is needed", "all memory of a node cannot be asked for")
		return q, false
	}
	return q, true
}

func readSlurmMemory(r *request, at place, values []string) {
	if q, ok := readSlurmAmount(r, at, values[0]); ok {
		r.setMemory(q)
	}
}

func readSlurmMemoryPerCPU(r *request, at place, values []string) {
	if q, ok := readSlurmAmount(r, at, values[0]); ok {
		r.setMemoryPerCPU(q)
	}
}

func readSlurmMemoryPerGPU(r *request, at place, values []string) {
	if q, ok := readSlurmAmount(r, at, values[0]); ok {
		r.gpuShare.memory = q
		r.setMemory(resource.Quantity{})
	}
}

func readCPUsPerGPU(r *request, at place, values []string) {
	if n, ok := r.readCount(at, values[0]); ok {
		r.gpuShare.cpus = n
	}
}

func readTasksPerGPU(r *request, at place, values []string) {
	if n, ok := r.readCount(at, values[0]); ok {
		r.gpuShare.tasks, r.gpuShare.at = n, at
	}
}

// resolveGPUs makes the whole of what was said for each GPU, once it is known
// how many there are.
func resolveGPUs(r *request) {
	share, gpus := r.gpuShare, max(r.gpus, 1)
	if share.cpus > 0 && r.cpu.IsZero() {
		r.cpu.Set(int64(share.cpus * gpus))
	}
	if !share.memory.IsZero() && r.memory.IsZero() && r.memoryPerCPU.IsZero() {
		r.memory = times(share.memory, int64(gpus))
	}
	if tasks := share.tasks * gpus; tasks > 1 {
		r.unsupported(share.at, hintTasks, "these are %d tasks, and %s", tasks, refusedTasks)
	}
}

// readSlurmGPUs reads 2, and a100:2.
func readSlurmGPUs(r *request, at place, values []string) {
	model, count, typed := strings.Cut(values[0], ":")
	if !typed {
		if strings.Trim(model, "0123456789") == "" {
			readGPUs(r, at, values)
			return
		}
		count = "1"
	}
	n, err := number(count)
	if err != nil {
		r.fail(at, "write --gpus=2", "%q is not a number of GPUs", values[0])
		return
	}
	r.gpus = n
	r.unsupported(at, hintGPUModel, "%s: %s", model, refusedGPUModel)
}

// readGres reads gpu:2,lscratch:10. Of generic resources there are GPUs only.
func readGres(r *request, at place, values []string) {
	for _, one := range strings.Split(values[0], ",") {
		one = strings.TrimPrefix(strings.TrimPrefix(one, "gres/"), "gres:")
		kind, count, has := strings.Cut(one, ":")
		switch {
		case strings.EqualFold(kind, "none"), kind == "", r.ignoresResource(at, kind):
		case kind != "gpu":
			r.unsupported(at, hintResource, "%s is not known here", kind)
		case !has:
			r.gpus = 1
		default:
			count, _, _ = strings.Cut(count, "(") // (S:0-1), the sockets
			readSlurmGPUs(r, at, []string{count})
		}
	}
}

// readTresPerTask reads cpu:4,gres/gpu:1: there is one task.
func readTresPerTask(r *request, at place, values []string) {
	for _, one := range strings.Split(values[0], ",") {
		if count, ok := strings.CutPrefix(strings.ReplaceAll(one, "=", ":"), "cpu:"); ok {
			readCPUs(r, at, []string{count})
		} else {
			readGres(r, at, []string{strings.ReplaceAll(one, "=", ":")})
		}
	}
}

// readTmp reads --tmp: room on the disk of the node.
func readTmp(r *request, at place, values []string) {
	if q, err := parseMemory(values[0], 2, false); err != nil {
		r.fail(at, "", "%s", err)
	} else {
		r.storage = q
	}
}

// readWrap makes a script of a command, as sbatch does.
func readWrap(r *request, at place, values []string) {
	switch {
	case r.Script != nil && !r.wrapped:
		r.fail(at, "leave one of them out", "--wrap and a script do not go together")
	case len(r.Command) > 0:
		r.fail(at, "leave one of them out", "--wrap and a command behind -- do not go together")
	default:
		r.Script, r.wrapped = &Script{Name: "wrap", Text: "#!/bin/sh\n" + values[0] + "\n"}, true
		if r.dialect == "" {
			r.dialect = slurmName
		}
	}
}

// readExport reads ALL, NONE, and variables.
func readExport(r *request, at place, values []string) {
	for _, part := range strings.Split(values[0], ",") {
		switch part {
		case "ALL":
			r.note(at, noteShell)
		case "NONE", "NIL", "":
		default:
			r.readVariable(at, part)
		}
	}
}

// slurmTime reads minutes, minutes:seconds, h:m:s, days-hours and so on.
func slurmTime(text string) (time.Duration, error) {
	days, rest, has := strings.Cut(text, "-")
	if !has {
		switch strings.Count(text, ":") {
		case 0:
			return parseClock(text, time.Minute)
		default:
			return parseClock(text, time.Second)
		}
	}
	d, err := number(days)
	if err != nil || d > maxNumber/(24*60*60) { // more does not fit into a time.Duration either
		return 0, fmt.Errorf("%q is not a time: it must be from a second up to 68 years", text)
	}
	for strings.Count(rest, ":") < 2 {
		rest += ":0"
	}
	clock, err := parseClock(rest, time.Second)
	if err != nil && strings.Trim(rest, "0:") != "" {
		return 0, fmt.Errorf("%q is not a time", text)
	}
	return bounded(time.Duration(d)*24*time.Hour+clock, text)
}
