package batch

import (
	"regexp"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"
)

// reader is what an option does.
type reader = func(r *request, at place, values []string)

// textInto keeps the value as it is.
func textInto(field func(r *request) *string) reader {
	return func(r *request, _ place, values []string) { *field(r) = values[0] }
}

// nothing is an option that asks for what is so anyway.
func nothing(*request, place, []string) {}

// readName takes a name of a batch system, where several jobs may have one.
func readName(r *request, _ place, values []string) { r.name, r.exact = values[0], false }

// readExactName takes a name that only one Job may have.
func readExactName(r *request, _ place, values []string) { r.name, r.exact = values[0], true }

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

func readQueue(r *request, at place, values []string) {
	r.queue = values[0]
	if strings.Contains(r.queue, ",") {
		r.queue, _, _ = strings.Cut(r.queue, ",")
		r.note(at, "the first queue is taken, %s", r.queue)
	}
}

func readArray(r *request, at place, values []string) {
	numbers, limit, err := ParseArray(values[0])
	if err != nil {
		r.fail(at, "", "%s", err)
		return
	}
	r.array, r.limit = numbers, limit
}

func readDescription(r *request, _ place, values []string) {
	r.annotations = append(r.annotations, [2]string{CommentAnnotation, values[0]})
}

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

func readCPUs(r *request, at place, values []string) {
	if n, ok := r.readCount(at, values[0]); ok {
		r.cpu.Set(int64(n))
	}
}

func (r *request) setTime(at place, d time.Duration, err error) {
	if err != nil {
		r.fail(at, "", "%s", err)
		return
	}
	r.time = d
}

// readEnv reads NAME=VALUE,NAME with commas between; the value of a name alone
// is that of the shell.
func readEnv(r *request, at place, values []string) {
	for _, part := range strings.Split(values[0], ",") {
		r.readVariable(at, part)
	}
}

func (r *request) readVariable(at place, text string) {
	name, value, has := strings.Cut(text, "=")
	if problems := validation.IsEnvVarName(name); len(problems) > 0 {
		r.fail(at, "write NAME=VALUE", "%q is not the name of a variable", name)
		return
	}
	if !has {
		if value, has = r.in.LookupEnv(name); !has {
			r.note(at, "%s is not set in this shell: left out", name)
			return
		}
	}
	r.setEnv(name, value)
}
