package batch

import (
	"slices"
	"strings"
	"time"
)

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

func readTaskLimit(r *request, at place, values []string) {
	if n, ok := r.readCount(at, values[0]); ok {
		r.limit = n
	}
}

// readVerify reads -w: p and v only ask whether the job could run.
func readVerify(r *request, at place, values []string) {
	if values[0] == "p" || values[0] == "v" {
		r.unsupported(at, hintTest, "%s", refusedQuestion)
	}
}

// readComplex reads -l name=value,name=value.
func readComplex(r *request, at place, values []string) {
	for _, part := range strings.Split(values[0], ",") {
		name, value, _ := strings.Cut(part, "=")
		if r.ignoresResource(at, name) {
			continue
		}
		switch name {
		case "h_rt", "s_rt":
			d, err := runTime(value, func(text string) (time.Duration, error) { return parseClock(text, time.Second) })
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
			r.setMemoryPerCPU(q)
		case "gpu", "gpus", "ngpus":
			readGPUs(r, at, []string{value})
		case "hostname", "h":
			r.unsupported(at, hintPlace, "%s: %s", name, refusedPlace)
		case "exclusive", "excl":
			r.unsupported(at, hintExclusive, "%s: %s", name, refusedExclusive)
		default:
			r.unsupported(at, hintResource, "%s is not known here", name)
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
	first, _, several := strings.Cut(values[1], ",")
	low, _, ranged := strings.Cut(first, "-")
	if low == "" {
		low = "1" // -16 is up to 16
	}
	if n, ok := r.readCount(at, low); ok {
		r.cpu.Set(int64(n))
		if several || ranged {
			r.note(at, "%s is a range: of that, %d is taken", values[1], n)
		}
	}
}

// followsHold reports whether a word says which holds -h means: u, s and o set
// them, and n takes them away.
func followsHold(values []string, next string) bool {
	return len(values) == 0 && strings.Trim(next, "usonUOS") == ""
}

func readGridHold(r *request, at place, values []string) {
	if len(values) > 0 && strings.Trim(values[0], "nUOS") == "" {
		r.hold = ""
		return
	}
	readHold(r, at, values)
}

// followsBinding reports whether the strategy of -binding is yet to come.
func followsBinding(values []string, _ string) bool {
	return len(values) == 1 && slices.Contains([]string{"env", "pe", "set"}, values[0])
}

func readGridQueue(r *request, at place, values []string) {
	if strings.Contains(values[0], "@") {
		r.unsupported(at, hintPlace, "%s", refusedPlace)
		return
	}
	readQueue(r, at, values)
}
