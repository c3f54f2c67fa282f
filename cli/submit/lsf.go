package submit

import (
	"regexp"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
)

// lsfOptions are those of bsub.
func lsfOptions() []option {
	return []option{
		{names: "-J", values: 1, read: readLSFName},
		{names: "-w", values: 1, read: func(r *request, at place, values []string) {
			r.waitFor("condition", at, lsfCondition(values[0]))
		}},
		{names: "-ti", read: func(r *request, _ place, _ []string) { r.onFailure = "fail" }},
		{names: "-b", values: 1, read: readBegin(lsfBegin)},
		{names: "-W", values: 1, read: readRunLimit},
		{names: "-n", values: 1, read: readSlots},
		{names: "-M", values: 1, read: readLSFMemory},
		{names: "-R", values: 1, read: readRequirement},
		{names: "-gpu", values: 1, read: readLSFGPU},
		{names: "-q", values: 1, read: func(r *request, at place, values []string) {
			readQueue(r, at, []string{strings.ReplaceAll(strings.TrimSpace(values[0]), " ", ",")})
		}},
		{names: "-env", values: 1, read: readLSFEnv},
		{names: "-cwd", values: 1, read: readLSFDirectory},
		{names: "-L", values: 1, read: func(r *request, _ place, values []string) { r.shell = []string{values[0], "-l"} }},
		{names: "-r", read: readRequeue},
		{names: "-rn", read: func(r *request, _ place, _ []string) { r.requeue = false }},
		{names: "-H", read: readHold},
		{names: "-o", values: 1, read: noted(noteOutput)},
		{names: "-oo", values: 1, read: noted(noteOutput)},
		{names: "-e", values: 1, read: noted(noteOutput)},
		{names: "-eo", values: 1, read: noted(noteOutput)},
		{names: "-outdir", values: 1, read: noted(noteOutput)},
		{names: "-B -N", read: noted(noteMail)},
		{names: "-u", values: 1, read: noted(noteMail)},
		{names: "-P -G", values: 1, read: noted(noteAccount)},
		{names: "-g", values: 1, read: noted("there are no groups of jobs here: left out")},
		{names: "-Jd", values: 1, read: func(r *request, _ place, values []string) {
			r.annotations = append(r.annotations, [2]string{CommentAnnotation, values[0]})
		}},
		{names: "-sp", values: 1, read: noted(notePriority)},
		{names: "-K", read: noted("say --wait on the command line of depctl")},
		{names: "-We", values: 1, read: noted("an estimate of the time is left out")},
		{names: "-m", values: 1, read: refused(refusedPlace, hintPlace)},
		{names: "-x", read: refused(refusedExclusive, hintExclusive)},
		{names: "-I -Ip -Is", read: refused("a Job is not interactive", "kubectl run -it")},
		{names: "-a", values: 1, read: refused("there are no application submit plugins here", hintNodes)},
		{names: "-app", values: 1, read: refused("there are no application profiles here", "use --template")},
		{names: "-E", values: 1, read: refused("there is nothing before the Job's own start", "make it a Job of its own and wait for it, or use an init container in the template")},
		{names: "-Ep", values: 1, read: refused("there is nothing after the Job's own end", "make it a Job of its own that waits for finished(NAME)")},
		{names: "-f", values: 1, read: refused("no files are copied", "mount a volume in the template")},
		{names: "-t", values: 1, read: refused("a Job has no time by which it must be done", "--wait-timeout ends a wait, --time a run")},
		{names: "-Lp", values: 1, read: refused(refusedLicence, hintLicence)},
	}
}

// lsfArray is name[1-10,20-30:2]%5.
var lsfArray = regexp.MustCompile(`^(.*?)\[([^\]]*)\](?:%(\d+))?$`)

func readLSFName(r *request, at place, values []string) {
	m := lsfArray.FindStringSubmatch(values[0])
	switch {
	case m == nil && strings.Contains(values[0], "["):
		r.fail(at, "write NAME[1-100]%5", "%q is not the name of an array", values[0])
		return
	case m == nil:
		readName(r, at, values)
		return
	}
	readName(r, at, m[1:2])
	text := m[2]
	if m[3] != "" {
		text += "%" + m[3]
	}
	if strings.HasPrefix(text, "0") {
		r.fail(at, "begin with 1", "the elements of LSF have numbers from 1")
		return
	}
	readArray(r, at, []string{text})
}

// readLSFDirectory reads -cwd, in which LSF fills in %J and others.
func readLSFDirectory(r *request, at place, values []string) {
	if strings.Contains(values[0], "%") {
		r.unsupported(at, "write it without, or make the directory in the script", "%q: the patterns of LSF are not filled in", values[0])
		return
	}
	readDirectory(r, at, values)
}

// readRunLimit reads [hours:]minutes[/host].
func readRunLimit(r *request, at place, values []string) {
	text, _, normalized := strings.Cut(values[0], "/")
	if normalized {
		r.note(at, "the time is not scaled by the speed of a host")
	}
	d, err := parseClock(text, time.Minute, false)
	r.setTime(at, d, err)
}

func readSlots(r *request, at place, values []string) {
	text, _, _ := strings.Cut(values[0], ",")
	if n, ok := r.readCount(at, text); ok {
		r.slots.at, r.slots.count = at, n
	}
}

// readLSFMemory reads -M: kilobytes, if there is no unit.
func readLSFMemory(r *request, at place, values []string) {
	q, err := parseMemory(values[0], 1, false)
	if err != nil || q.IsZero() {
		r.fail(at, "", "%q is not an amount of memory, write 4GB", values[0])
		return
	}
	r.memory, r.memoryPerCPU = q, resource.Quantity{}
}

// section is name[text] of a resource requirement.
var section = regexp.MustCompile(`([a-z]+)\[([^\]]*)\]`)

// readRequirement reads -R "rusage[mem=4GB] span[hosts=1]".
func readRequirement(r *request, at place, values []string) {
	rest := section.ReplaceAllString(values[0], "")
	if strings.Trim(rest, " \t") != "" {
		r.unsupported(at, "write rusage[mem=...] and span[hosts=1]; the template chooses nodes", "%q is not known here", strings.TrimSpace(rest))
	}
	for _, m := range section.FindAllStringSubmatch(values[0], -1) {
		switch name, text := m[1], m[2]; name {
		case "rusage":
			r.readUsage(at, text)
		case "span":
			r.readSpan(at, text)
		case "order", "same", "cu":
			r.note(at, "%s[%s] is left out: the scheduler chooses", name, text)
		case "affinity":
			r.unsupported(at, "leave it out", "affinity[%s]: processors cannot be chosen", text)
		case "select":
			r.unsupported(at, hintFeature, "select[%s]: %s", text, refusedFeature)
		default:
			r.unsupported(at, "leave it out", "%s[%s] is not known here", name, text)
		}
	}
}

func (r *request) readSpan(at place, text string) {
	switch strings.ReplaceAll(text, " ", "") {
	case "hosts=1":
		r.slots.oneHost = true
	case "ptile=1":
	default:
		r.unsupported(at, hintNodes, "span[%s]: %s", text, refusedNodes)
	}
}

// readUsage reads mem=4GB:other=1; megabytes, if there is no unit.
func (r *request) readUsage(at place, text string) {
	for _, part := range strings.FieldsFunc(text, func(c rune) bool { return c == ':' || c == ',' }) {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "mem":
			q, err := parseMemory(value, 2, false)
			if err != nil || q.IsZero() {
				r.fail(at, "", "%q is not an amount of memory, write 4GB", value)
				continue
			}
			r.memoryRequest = q
		case "swp", "tmp", "duration", "decay":
			r.note(at, "rusage[%s] is left out", name)
		case "ngpus_physical", "ngpus_excl_p", "ngpus":
			readGPUs(r, at, []string{value})
		default:
			r.unsupported(at, hintLicence, "rusage[%s] is not known here", name)
		}
	}
}

// readLSFGPU reads "num=1:mode=shared".
func readLSFGPU(r *request, at place, values []string) {
	r.gpus = 1
	if values[0] == "-" {
		return
	}
	for _, part := range strings.Split(values[0], ":") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "num":
			readGPUs(r, at, []string{value})
		case "gmodel":
			r.unsupported(at, hintGPUModel, "%s", refusedGPUModel)
		case "mode", "j_exclusive", "mps":
			r.note(at, "%s is left out: a container has its GPUs for itself", name)
		default:
			r.unsupported(at, "leave it out", "%s is not known here", name)
		}
	}
}

// readLSFEnv reads all, none, and variables.
func readLSFEnv(r *request, at place, values []string) {
	for _, part := range strings.Split(values[0], ",") {
		switch part = strings.TrimSpace(part); {
		case part == "all":
			r.note(at, noteShell)
		case part == "none", part == "", strings.HasPrefix(part, "~"):
		default:
			r.readVariable(at, part)
		}
	}
}

// resolveSlots makes CPUs of LSF's slots, once it is known whether all are on
// one host.
func (r *request) resolveSlots() {
	switch {
	case r.slots.count == 0:
	case r.slots.count == 1 || r.slots.oneHost:
		r.cpu.Set(int64(r.slots.count))
	default:
		r.unsupported(r.slots.at, `if they are threads of one program, add -R "span[hosts=1]"`,
			"the slots may be on several hosts, and %s", refusedNodes)
	}
}
