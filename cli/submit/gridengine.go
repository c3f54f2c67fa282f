package submit

import (
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
)

// gridEngineOptions are those of qsub of Grid Engine.
func gridEngineOptions() []option {
	return []option{
		{names: "-N", values: 1, read: readName},
		{names: "-t", values: 1, read: readTasks},
		{names: "-tc", values: 1, read: func(r *request, at place, values []string) {
			if n, ok := r.readCount(at, values[0]); ok {
				r.limit = n
			}
		}},
		{names: "-hold_jid", values: 1, read: func(r *request, at place, values []string) {
			r.waitFor("hold_jid", at, holdJobs(values[0]))
		}},
		{names: "-hold_jid_ad", values: 1, read: func(r *request, at place, values []string) {
			r.waitFor("hold_jid_ad", at, holdElements(values[0]))
		}},
		{names: "-a", values: 1, read: readBegin(posixBegin)},
		{names: "-l", values: 1, read: readComplex},
		{names: "-pe", values: 2, read: readParallel},
		{names: "-q", values: 1, read: readGridQueue},
		{names: "-v", values: 1, read: readEnv},
		{names: "-S", values: 1, read: readShell},
		{names: "-wd", values: 1, read: readDirectory},
		{names: "-r", values: 1, read: readRerun},
		{names: "-h", read: readHold},
		{names: "-b", values: 1, read: nothing},
		{names: "-o", values: 1, read: noted(noteOutput)},
		{names: "-e", values: 1, read: noted(noteOutput)},
		{names: "-j", values: 1, read: noted(noteOutput)},
		{names: "-m", values: 1, read: noted(noteMail)},
		{names: "-M", values: 1, read: noted(noteMail)},
		{names: "-cwd", read: noted(noteDirectory)},
		{names: "-V", read: noted(noteShell)},
		{names: "-P", values: 1, read: noted(noteAccount)},
		{names: "-A", values: 1, read: noted(noteAccount)},
		{names: "-p", values: 1, read: noted(notePriority)},
		{names: "-js", values: 1, read: noted(notePriority)},
		{names: "-R", values: 1, read: noted("there are no reservations here: left out")},
		{names: "-w", values: 1, read: nothing},
		{names: "-notify", read: noted("a pod gets SIGTERM when it is stopped, no other signal")},
		{names: "-sync", values: 1, read: noted("say --wait on the command line of depctl")},
		{names: "-terse", read: noted("say --parsable on the command line of depctl")},
		{names: "-soft -hard", read: noted("all requests are hard here")},
		{names: "-shell", values: 1, read: nothing},
		{names: "-now", values: 1, read: noted("it is not given up if it cannot run at once")},
		{names: "-ac", values: 1, read: noted("there is no context of a job: left out")},
		{names: "-masterq", values: 1, read: refused(refusedNodes, hintNodes)},
		{names: "-dl", values: 1, read: refused("a Job has no time by which it must be done", "--wait-timeout ends a wait, --time a run")},
		{names: "-ckpt", values: 1, read: refused("there are no checkpoints here", "keep them on a volume")},
		{names: "-binding", values: 1, read: refused("processors cannot be chosen", "leave it out; nodes with the static CPU manager bind what asks for whole CPUs")},
		{names: "-jsv", values: 1, read: refused("there is no verifier of jobs", "an admission policy of the cluster does this")},
	}
}

// readTasks reads -t; a number alone, n, is one element with that number.
func readTasks(r *request, at place, values []string) {
	numbers, err := ParseNumbering(values[0])
	switch {
	case err != nil:
		r.fail(at, "", "%s", err)
	case numbers[0].First == 0:
		r.fail(at, "begin with 1", "the tasks of Grid Engine have numbers from 1")
	case len(numbers) > 1:
		r.fail(at, "write --array for a list", "%q is not a range", values[0])
	default:
		r.array = numbers
	}
}

// readComplex reads -l name=value,name=value.
func readComplex(r *request, at place, values []string) {
	for _, part := range strings.Split(values[0], ",") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "h_rt", "s_rt":
			if value == "INFINITY" {
				r.time = 0
				continue
			}
			d, err := parseClock(value, time.Second, false)
			if name == "h_rt" || err != nil {
				r.setTime(at, d, err)
			} else {
				r.note(at, "s_rt: no signal is sent before the time is over")
			}
		case "h_vmem", "mem_free", "virtual_free", "h_rss", "s_vmem", "mem", "mem_requested", "m_mem_free":
			q, err := parseMemory(value, 0, true)
			if err != nil || q.IsZero() {
				r.fail(at, "", "%s: %q is not an amount of memory, write 4G or 500M", name, value)
				continue
			}
			r.memoryPerCPU, r.memory = q, resource.Quantity{}
		case "gpu", "gpus", "ngpus":
			readGPUs(r, at, []string{value})
		case "hostname", "h":
			r.unsupported(at, hintPlace, "%s: %s", name, refusedPlace)
		case "exclusive", "excl":
			r.unsupported(at, hintExclusive, "%s: %s", name, refusedExclusive)
		default:
			r.unsupported(at, "ask for it in the template, by nodeSelector or as an extended resource, or leave it out", "%s is not known here", name)
		}
	}
}

// oneHost are the usual names of parallel environments on one machine.
func oneHost() []string {
	return []string{"smp", "shm", "shared", "threaded", "threads", "multithread", "openmp", "omp", "single", "serial", "local", "onenode", "make"}
}

func readParallel(r *request, at place, values []string) {
	name := strings.ToLower(values[0])
	if !slices.Contains(oneHost(), name) && !strings.HasPrefix(name, "smp") {
		r.unsupported(at, hintNodes, "parallel environment %s: %s", values[0], refusedNodes)
		return
	}
	readCPUs(r, at, values[1:])
}

func readGridQueue(r *request, at place, values []string) {
	if strings.Contains(values[0], "@") {
		r.unsupported(at, hintPlace, "%s", refusedPlace)
		return
	}
	readQueue(r, at, values)
}

func readShell(r *request, _ place, values []string) {
	r.shell = []string{values[0]}
}

func readRerun(r *request, at place, values []string) {
	switch values[0] {
	case "y", "yes":
		r.requeue = true
	case "n", "no":
		r.requeue = false
	default:
		r.fail(at, "", "there are y and n")
	}
}
