package gridengine

import (
	"slices"
	"strings"
	"time"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

// readTasks reads -t; a number alone, n, is one element with that number.
func readTasks(r *request.Request, at request.Place, values []string) {
	numbers, err := notation.ParseNumbering(values[0])
	switch {
	case err != nil:
		r.Fail(at, "", "%s", err)
	case numbers[0].First == 0:
		r.Fail(at, "begin with 1", "the tasks of Grid Engine have numbers from 1")
	case len(numbers) > 1:
		r.Fail(at, "write --array for a list", "%q is not a range", values[0])
	default:
		r.Array = numbers
	}
}

func readTaskLimit(r *request.Request, at request.Place, values []string) {
	if n, ok := r.ReadCount(at, values[0]); ok {
		r.Limit = n
	}
}

// readVerify reads -w: p and v only ask whether the job could run.
func readVerify(r *request.Request, at request.Place, values []string) {
	if values[0] == "p" || values[0] == "v" {
		r.Unsupported(at, request.HintTest, "%s", request.RefusedQuestion)
	}
}

// readComplex reads -l name=value,name=value.
func readComplex(r *request.Request, at request.Place, values []string) {
	for _, part := range strings.Split(values[0], ",") {
		name, value, _ := strings.Cut(part, "=")
		if r.IgnoresResource(at, name) {
			continue
		}
		if limit, known := r.LimitOf(name); known {
			r.Use(at, limit, value)
			continue
		}
		switch name {
		case "h_rt", "s_rt":
			d, err := notation.RunTime(value, func(text string) (time.Duration, error) { return notation.ParseClock(text, time.Second) })
			if name == "h_rt" || err != nil {
				r.SetTime(at, d, err)
			} else {
				r.Note(at, "s_rt: no signal is sent before the time is over")
			}
		case "slots", "s":
			request.ReadCPUs(r, at, []string{value})
		case "h_cpu", "s_cpu":
			r.Note(at, "%s: the time of processors is not counted", name)
		case "h_vmem", "mem_free", "mf", "virtual_free", "vf", "h_rss", "s_rss", "h_data", "s_data", "s_vmem", "mem", "mem_requested", "m_mem_free":
			q, err := notation.ParseMemory(value, 0, true)
			if err != nil || q.IsZero() {
				r.Fail(at, "", "%s: %q is not an amount of memory, write 4G or 500M", name, value)
				continue
			}
			r.SetMemoryPerCPU(q)
		case "gpu", "gpus", "ngpus":
			request.ReadGPUs(r, at, []string{value})
		case "hostname", "h":
			r.Unsupported(at, request.HintPlace, "%s: %s", name, request.RefusedPlace)
		case "exclusive", "excl":
			r.Unsupported(at, request.HintExclusive, "%s: %s", name, request.RefusedExclusive)
		default:
			r.Unsupported(at, request.HintResource+", or name its limit there", "%s is not known here", name)
		}
	}
}

// oneHost are the usual names of parallel environments on one machine.
func oneHost() []string {
	return []string{"smp", "shm", "shared", "threaded", "threads", "multithread", "openmp", "omp", "single", "serial", "local", "onenode", "make"}
}

func readParallel(r *request.Request, at request.Place, values []string) {
	name := strings.ToLower(values[0])
	if !slices.Contains(oneHost(), name) && !strings.HasPrefix(name, "smp") {
		r.Unsupported(at, request.HintNodes, "parallel environment %s: %s", values[0], request.RefusedNodes)
		return
	}
	first, _, several := strings.Cut(values[1], ",")
	low, _, ranged := strings.Cut(first, "-")
	if low == "" {
		low = "1" // -16 is up to 16
	}
	if n, ok := r.ReadCount(at, low); ok {
		r.CPU.Set(int64(n))
		if several || ranged {
			r.Note(at, "%s is a range: of that, %d is taken", values[1], n)
		}
	}
}

// followsHold reports whether a word says which holds -h means: u, s and o set
// them, and n takes them away.
func followsHold(values []string, next string) bool {
	return len(values) == 0 && strings.Trim(next, "usonUOS") == ""
}

func readHold(r *request.Request, at request.Place, values []string) {
	if len(values) > 0 && strings.Trim(values[0], "nUOS") == "" {
		r.Hold = ""
		return
	}
	request.ReadHold(r, at, values)
}

// followsBinding reports whether the strategy of -binding is yet to come.
func followsBinding(values []string, _ string) bool {
	return len(values) == 1 && slices.Contains([]string{"env", "pe", "set"}, values[0])
}

func readQueue(r *request.Request, at request.Place, values []string) {
	if strings.Contains(values[0], "@") {
		r.Unsupported(at, request.HintPlace, "%s", request.RefusedPlace)
		return
	}
	request.ReadQueue(r, at, values)
}
