package submit

import (
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

// slurmOptions are those of sbatch.
func slurmOptions() []option {
	return []option{
		{names: "-J --job-name", values: 1, read: readName},
		{names: "-a --array", values: 1, read: readArray},
		{names: "-d --dependency", values: 1, read: readSlurmDependency},
		{names: "-b --begin", values: 1, read: readBegin(slurmBegin)},
		{names: "--kill-on-invalid-dep", values: 1, read: readKillOnInvalid},
		{names: "-c --cpus-per-task", values: 1, read: readCPUs},
		{names: "--mem", values: 1, read: readSlurmMemory},
		{names: "--mem-per-cpu", values: 1, read: readSlurmMemoryPerCPU},
		{names: "-t --time", values: 1, read: func(r *request, at place, values []string) {
			d, err := slurmTime(values[0])
			r.setTime(at, d, err)
		}},
		{names: "-p --partition", values: 1, read: readQueue},
		{names: "-G --gpus --gpus-per-node --gpus-per-task", values: 1, read: readSlurmGPUs},
		{names: "--gres", values: 1, read: readGres},
		{names: "--export", values: 1, read: readExport},
		{names: "--requeue", read: readRequeue},
		{names: "--no-requeue", read: func(r *request, _ place, _ []string) { r.requeue = false }},
		{names: "-H --hold", read: readHold},
		{names: "-D --chdir", values: 1, read: readDirectory},
		{names: "-N --nodes", values: 1, read: onlyOne(refusedNodes, hintNodes)},
		{names: "-n --ntasks", values: 1, read: onlyOne("the tasks of a job are not started one beside another", "ask for CPUs with -c, or make them the elements of an array: -a")},
		{names: "--ntasks-per-node", values: 1, read: onlyOne("the tasks of a job are not started one beside another", "ask for CPUs with -c, or make them the elements of an array: -a")},
		{names: "-o --output", values: 1, read: noted(noteOutput)},
		{names: "-e --error", values: 1, read: noted(noteOutput)},
		{names: "--open-mode", values: 1, read: noted(noteOutput)},
		{names: "--mail-type --mail-user", values: 1, read: noted(noteMail)},
		{names: "-A --account", values: 1, read: noted(noteAccount)},
		{names: "-q --qos", values: 1, read: noted("there is no quality of service here: left out")},
		{names: "--comment", values: 1, read: func(r *request, _ place, values []string) {
			r.annotations = append(r.annotations, [2]string{CommentAnnotation, values[0]})
		}},
		{names: "--nice", values: maybe, read: noted(notePriority)},
		{names: "--priority", values: 1, read: noted(notePriority)},
		{names: "--get-user-env", values: maybe, read: noted(noteShell)},
		{names: "-W --wait", read: noted("say --wait on the command line of depctl")},
		{names: "--parsable", read: noted("say --parsable on the command line of depctl")},
		{names: "-Q --quiet -v --verbose", read: nothing},
		{names: "-w --nodelist", values: 1, read: refused(refusedPlace, hintPlace)},
		{names: "-x --exclude", values: 1, read: refused(refusedPlace, hintPlace)},
		{names: "-F --nodefile", values: 1, read: refused(refusedPlace, hintPlace)},
		{names: "-C --constraint", values: 1, read: refused(refusedFeature, hintFeature)},
		{names: "--exclusive", values: maybe, read: refused(refusedExclusive, hintExclusive)},
		{names: "-L --licenses", values: 1, read: refused(refusedLicence, hintLicence)},
		{names: "--reservation", values: 1, read: refused("there are no reservations here", hintPlace)},
		{names: "--deadline", values: 1, read: refused("a Job has no time by which it must be done", "--wait-timeout ends a wait, --time a run")},
		{names: "--mpi", values: 1, read: refused(refusedNodes, hintNodes)},
		{names: "--signal", values: 1, read: refused("no signal is sent before the time is over", "a pod gets SIGTERM when it is stopped: terminationGracePeriodSeconds in the template")},
	}
}

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

// onlyOne takes 1 and refuses more.
func onlyOne(message, hint string) reader {
	return func(r *request, at place, values []string) {
		if values[0] != "1" && values[0] != "1-1" {
			r.unsupported(at, hint, "%s", message)
		}
	}
}

func (r *request) readSlurmAmount(at place, text string) (resource.Quantity, bool) {
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
	if q, ok := r.readSlurmAmount(at, values[0]); ok {
		r.memory, r.memoryPerCPU = q, resource.Quantity{}
	}
}

func readSlurmMemoryPerCPU(r *request, at place, values []string) {
	if q, ok := r.readSlurmAmount(at, values[0]); ok {
		r.memoryPerCPU, r.memory = q, resource.Quantity{}
	}
}

func readSlurmGPUs(r *request, at place, values []string) {
	readGPUs(r, at, values)
}

// readGres reads gpu:2; there are no other generic resources.
func readGres(r *request, at place, values []string) {
	kind, count, has := strings.Cut(values[0], ":")
	switch {
	case kind == "none":
	case kind != "gpu":
		r.unsupported(at, "ask for it in the template, as an extended resource", "%s is not known here", kind)
	case !has:
		r.gpus = 1
	default:
		readGPUs(r, at, []string{count})
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
