package request

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"

	"depctl.dev/cli/batch/notation"
)

// Nothing is for an option that asks for what is so anyway.
func Nothing(*Request, Place, []string) {}

// ReadName takes a name of a batch system, where several jobs may have one.
func ReadName(r *Request, _ Place, values []string) { r.Name, r.Exact = values[0], false }

// absolute is a directory that a container can start in, on Linux or Windows.
var absolute = regexp.MustCompile(`^(/|[A-Za-z]:[\\/])`)

// ReadDirectory takes a directory of the container. Elsewhere a relative one is
// below that of the shell, which does not exist in a pod, and a container with one
// cannot start.
func ReadDirectory(r *Request, at Place, values []string) {
	switch dir := values[0]; {
	case absolute.MatchString(dir), r.Mapped:
		r.Workdir = dir
	case dir == "." || dir == "./":
		r.Note(at, NoteDirectory)
	default:
		r.Unsupported(at, "write a path of the container, as in /data/"+strings.TrimPrefix(dir, "./"),
			"%q is relative to the directory of the shell, which a pod does not have", dir)
	}
}

// ReadQueue takes a queue, of several the first.
func ReadQueue(r *Request, at Place, values []string) {
	r.Queue = values[0]
	if strings.Contains(r.Queue, ",") {
		r.Queue, _, _ = strings.Cut(r.Queue, ",")
		r.Note(at, "the first queue is taken, %s", r.Queue)
	}
}

// ReadOutput and ReadError take the files that output goes to. Without a volume that
// has them, it is in the log of the pod alone.
func ReadOutput(r *Request, at Place, values []string) {
	r.Output = values[0]
	r.noteOutput(at)
}

// ReadError does so with what goes to standard error.
func ReadError(r *Request, at Place, values []string) {
	r.Error = values[0]
	r.noteOutput(at)
}

func (r *Request) noteOutput(at Place) {
	if !r.Mapped {
		r.Note(at, NoteOutput)
	}
}

// ReadAccount takes the project that is charged elsewhere: it is recorded.
func ReadAccount(r *Request, at Place, values []string) {
	r.Account = values[0]
	r.Note(at, NoteAccount)
}

// ReadArray takes the numbers of an array, and how many run at once.
func ReadArray(r *Request, at Place, values []string) {
	numbers, limit, err := notation.ParseArray(values[0])
	if err != nil {
		r.Fail(at, "", "%s", err)
		return
	}
	r.Array, r.Limit = numbers, limit
}

// commentAnnotation is what people say of the Job.
const commentAnnotation = "kubernetes.io/description"

// ReadDescription takes what people say of the Job.
func ReadDescription(r *Request, _ Place, values []string) {
	r.Annotations = append(r.Annotations, [2]string{commentAnnotation, values[0]})
}

// ReadRequeue takes no value: what was lost runs again.
func ReadRequeue(r *Request, _ Place, _ []string) { r.Requeue = true }

// ReadCount reads a number of at least 1.
func (r *Request) ReadCount(at Place, text string) (int, bool) {
	n, err := notation.Number(text)
	if err != nil || n == 0 {
		r.Fail(at, "", "%q is not a number of 1 or more", text)
		return 0, false
	}
	return n, true
}

// ReadCPUs takes a number of processors.
func ReadCPUs(r *Request, at Place, values []string) {
	if n, ok := r.ReadCount(at, values[0]); ok {
		r.CPU.Set(int64(n))
	}
}

// ReadEnv reads NAME=VALUE,NAME with commas between; the value of a name alone
// is that of the shell.
func ReadEnv(r *Request, at Place, values []string) {
	for _, part := range strings.Split(values[0], ",") {
		r.ReadVariable(at, part)
	}
}

// ReadVariable reads NAME=VALUE, or NAME with the value that the shell has.
func (r *Request) ReadVariable(at Place, text string) {
	name, value, has := strings.Cut(text, "=")
	if problems := validation.IsEnvVarName(name); len(problems) > 0 {
		r.Fail(at, "write NAME=VALUE", "%q is not the name of a variable", name)
		return
	}
	if !has {
		if value, has = r.LookupEnv(name); !has {
			r.Note(at, "%s is not set in this shell: left out", name)
			return
		}
	}
	r.SetEnv(name, value)
}

// ReadBegin makes a reader of a time before which the Job does not run.
func ReadBegin(parse func(text string, now time.Time) (time.Time, error)) Reader {
	return func(r *Request, at Place, values []string) {
		begin, err := parse(values[0], r.Now)
		if err != nil {
			r.Fail(at, "write a time with --after: 'time(2026-12-01T22:00:00Z)'", "%q: %s", values[0], err)
			return
		}
		if !begin.After(r.Now) {
			r.Note(at, "%s is past: there is nothing to wait for", begin.Format(time.RFC3339))
			r.WaitFor("begin", at, nil)
			return
		}
		r.WaitFor("begin", at, func(*Translation) Term { return Check("time(%s)", begin.UTC().Format(time.RFC3339)) })
	}
}

// OnlyOne takes 1 and refuses more.
func OnlyOne(message, hint string) Reader {
	return func(r *Request, at Place, values []string) {
		if values[0] != "1" && values[0] != "1-1" {
			r.Unsupported(at, hint, "%s", message)
		}
	}
}

// ReadGPUs takes a number of GPUs.
func ReadGPUs(r *Request, at Place, values []string) {
	n, err := notation.Number(values[0])
	if err != nil {
		r.Unsupported(at, HintGPUModel, "%q is not a number of GPUs: %s", values[0], RefusedGPUModel)
		return
	}
	r.GPUs = n
}

// ReadHold takes no value: the Job is held until somebody releases it.
func ReadHold(r *Request, at Place, _ []string) {
	r.Hold = fmt.Sprintf("submitted with %s", at.Flag)
}

// ReadShell takes the program that runs the script.
func ReadShell(r *Request, _ Place, values []string) {
	r.Shell = []string{values[0]}
}

// ReadRerun takes y and n: whether what was lost runs again.
func ReadRerun(r *Request, at Place, values []string) {
	switch values[0] {
	case "y", "yes":
		r.Requeue = true
	case "n", "no":
		r.Requeue = false
	default:
		r.Fail(at, "", "there are y and n")
	}
}

// ReadPass reads the option by which all variables are passed on.
func ReadPass(r *Request, at Place, _ []string) {
	all := true
	r.Passes = &all
	r.Note(at, NoteShell)
}
