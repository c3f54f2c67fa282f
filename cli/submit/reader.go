package submit

import (
	"regexp"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"
)

// reader is what an option does.
type reader = func(r *request, at place, values []string)

func splitNames(names string) []string { return strings.Fields(names) }

// textInto keeps the value as it is.
func textInto(field func(r *request) *string) reader {
	return func(r *request, _ place, values []string) { *field(r) = values[0] }
}

// noted is an option that can be left out without harm.
func noted(text string) reader {
	return func(r *request, at place, _ []string) { r.note(at, "%s", text) }
}

// refused is an option that a Job cannot do.
func refused(message, hint string) reader {
	return func(r *request, at place, _ []string) { r.unsupported(at, hint, "%s", message) }
}

// nothing is an option that asks for what is so anyway.
func nothing(*request, place, []string) {}

// The notes that several systems share.
const (
	noteOutput    = "output goes to the log of the pod: kubectl logs job/NAME"
	noteMail      = "no mail is sent"
	noteDirectory = "a pod does not start in the directory of the shell: --workdir names one in the container"
	noteShell     = "the environment of the shell is not passed on: name the variables"
	noteAccount   = "there is no accounting by project here: left out"
	notePriority  = "priority is left out: a PriorityClass in the template gives one"
)

// The refusals that several systems share.
const (
	refusedNodes     = "a pod runs on one node"
	hintNodes        = "ask for more CPUs (--cpu), make it an array, or use an MPI operator"
	refusedPlace     = "nodes cannot be named here"
	hintPlace        = "let the template choose, by nodeSelector or affinity"
	refusedExclusive = "a node cannot be had alone by this option"
	hintExclusive    = "ask for all its CPUs or memory, or keep others away by taints in the template"
	refusedGPUModel  = "the model of a GPU cannot be asked for"
	hintGPUModel     = "ask for a number, and choose the nodes in the template"
	refusedLicence   = "there are no licences here"
	hintLicence      = "wait for a Job that tells of one, or use a queueing system"
	refusedFeature   = "features of nodes are called otherwise in each cluster"
	hintFeature      = "let the template choose, by nodeSelector or a queue"
)

// readName takes a name. On batch systems several jobs may have one, but a Job
// of --name is that Job.
func readName(r *request, _ place, values []string) {
	r.name, r.exact = values[0], r.speaking == Depctl
}

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
