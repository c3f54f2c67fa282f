package batch

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"
)

// nothing is an option that asks for what is so anyway.
func nothing(*request, place, []string) {}

// readName takes a name of a batch system, where several jobs may have one.
func readName(r *request, _ place, values []string) { r.name, r.exact = values[0], false }

// absolute is a directory that a container can start in, on Linux or Windows.
var absolute = regexp.MustCompile(`^(/|[A-Za-z]:[\\/])`)

// readDirectory takes a directory of the container. Elsewhere a relative one is
// below that of the shell, which does not exist in a pod, and a container with one
// cannot start.
func readDirectory(r *request, at place, values []string) {
	switch dir := values[0]; {
	case absolute.MatchString(dir):
		r.workdir = dir
	case dir == "." || dir == "./":
		r.note(at, noteDirectory)
	default:
		r.unsupported(at, "write a path of the container, as in /data/"+strings.TrimPrefix(dir, "./"),
			"%q is relative to the directory of the shell, which a pod does not have", dir)
	}
}

// readQueue takes a queue, of several the first.
func readQueue(r *request, at place, values []string) {
	r.queue = values[0]
	if strings.Contains(r.queue, ",") {
		r.queue, _, _ = strings.Cut(r.queue, ",")
		r.note(at, "the first queue is taken, %s", r.queue)
	}
}

// readArray takes the numbers of an array, and how many run at once.
func readArray(r *request, at place, values []string) {
	numbers, limit, err := ParseArray(values[0])
	if err != nil {
		r.fail(at, "", "%s", err)
		return
	}
	r.array, r.limit = numbers, limit
}

// readDescription takes what people say of the Job.
func readDescription(r *request, _ place, values []string) {
	r.annotations = append(r.annotations, [2]string{CommentAnnotation, values[0]})
}

// readRequeue takes no value: what was lost runs again.
func readRequeue(r *request, _ place, _ []string) { r.requeue = true }

// readCount reads a number of at least 1.
func (r *request) readCount(at place, text string) (int, bool) {
	n, err := number(text)
	if err != nil || n == 0 {
		r.fail(at, "", "%q is not a number of 1 or more", text)
		return 0, false
	}
	return n, true
}

// readCPUs takes a number of processors.
func readCPUs(r *request, at place, values []string) {
	if n, ok := r.readCount(at, values[0]); ok {
		r.cpu.Set(int64(n))
	}
}

// readEnv reads NAME=VALUE,NAME with commas between; the value of a name alone
// is that of the shell.
func readEnv(r *request, at place, values []string) {
	for _, part := range strings.Split(values[0], ",") {
		r.readVariable(at, part)
	}
}

// readVariable reads NAME=VALUE, or NAME with the value that the shell has.
func (r *request) readVariable(at place, text string) {
	name, value, has := strings.Cut(text, "=")
	if problems := validation.IsEnvVarName(name); len(problems) > 0 {
		r.fail(at, "write NAME=VALUE", "%q is not the name of a variable", name)
		return
	}
	if !has {
		if value, has = r.LookupEnv(name); !has {
			r.note(at, "%s is not set in this shell: left out", name)
			return
		}
	}
	r.setEnv(name, value)
}

// readBegin makes a reader of a time before which the Job does not run.
func readBegin(parse func(text string, now time.Time) (time.Time, error)) reader {
	return func(r *request, at place, values []string) {
		begin, err := parse(values[0], r.Now)
		if err != nil {
			r.fail(at, "write a time with --after: 'time(2026-12-01T22:00:00Z)'", "%q: %s", values[0], err)
			return
		}
		if !begin.After(r.Now) {
			r.note(at, "%s is past: there is nothing to wait for", begin.Format(time.RFC3339))
			r.waitFor("begin", at, nil)
			return
		}
		r.waitFor("begin", at, func(*translation) term { return check("time(%s)", begin.UTC().Format(time.RFC3339)) })
	}
}

// onlyOne takes 1 and refuses more.
func onlyOne(message, hint string) reader {
	return func(r *request, at place, values []string) {
		if values[0] != "1" && values[0] != "1-1" {
			r.unsupported(at, hint, "%s", message)
		}
	}
}

// readGPUs takes a number of GPUs.
func readGPUs(r *request, at place, values []string) {
	n, err := number(values[0])
	if err != nil {
		r.unsupported(at, hintGPUModel, "%q is not a number of GPUs: %s", values[0], refusedGPUModel)
		return
	}
	r.gpus = n
}

// readHold takes no value: the Job is held until somebody releases it.
func readHold(r *request, at place, _ []string) {
	r.hold = fmt.Sprintf("submitted with %s", at.flag)
}

// readShell takes the program that runs the script.
func readShell(r *request, _ place, values []string) {
	r.shell = []string{values[0]}
}

// readRerun takes y and n: whether what was lost runs again.
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
