package batch

import (
	"regexp"
	"strings"
	"time"
)

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
	d, err := runTime(text, func(text string) (time.Duration, error) { return parseClock(text, time.Minute) })
	r.setTime(at, d, err)
}

func readSlots(r *request, at place, values []string) {
	text, _, ranged := strings.Cut(values[0], ",")
	if n, ok := r.readCount(at, text); ok {
		r.slots.at, r.slots.count = at, n
		if ranged {
			r.note(at, "%s is a range: of that, %d is taken", values[0], n)
		}
	}
}

// readLSFMemory reads -M: kilobytes, if there is no unit.
func readLSFMemory(r *request, at place, values []string) {
	q, err := parseMemory(values[0], 1, false)
	if err != nil || q.IsZero() {
		r.fail(at, "", "%q is not an amount of memory, write 4GB", values[0])
		return
	}
	r.setMemory(q)
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
		name, text := m[1], m[2]
		if name != "rusage" && r.ignoresResource(at, name) {
			continue
		}
		switch name {
		case "rusage":
			readUsage(r, at, text)
		case "span":
			readSpan(r, at, text)
		case "order", "same", "cu":
			r.note(at, "%s[%s] is left out: the scheduler chooses", name, text)
		case "affinity":
			r.unsupported(at, "leave it out", "affinity[%s]: processors cannot be chosen", text)
		case "select":
			readSelect(r, at, text)
		default:
			r.unsupported(at, hintIgnore, "%s[%s] is not known here", name, text)
		}
	}
}

func readSpan(r *request, at place, text string) {
	key, value, _ := strings.Cut(strings.ReplaceAll(text, " ", ""), "=")
	switch n, err := number(value); {
	case key == "hosts" && value == "1":
		r.slots.oneHost = true
	case key == "ptile" && err == nil && n > 0:
		r.slots.perHost = n
	default:
		r.unsupported(at, hintNodes, "span[%s]: %s", text, refusedNodes)
	}
}

// load is a part of select[ ] on what a host has left: where a pod is placed, its
// requests say that.
var load = regexp.MustCompile(`^\(*(?:mem|swp|tmp|maxmem|maxswp|maxtmp|ncpus|ncores|slots|ut|r15s|r1m|r15m)\s*(?:[<>]=?|==)\s*[0-9.]+[a-zA-Z]*\)*$|^type\s*==\s*(?:any|local)$`)

// readSelect reads the conditions on a host.
func readSelect(r *request, at place, text string) {
	for _, part := range strings.Split(text, "&&") {
		part = strings.TrimSpace(part)
		if !load.MatchString(part) {
			if !r.ignoresResource(at, part) {
				r.unsupported(at, hintFeature, "select[%s]: %s", part, refusedFeature)
			}
			continue
		}
		r.note(at, "select[%s] is left out: a pod is placed by what it requests", part)
	}
}

// readUsage reads mem=4GB:other=1; megabytes, if there is no unit.
func readUsage(r *request, at place, text string) {
	for _, part := range strings.FieldsFunc(text, func(c rune) bool { return c == ':' || c == ',' }) {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if r.ignoresResource(at, name) {
			continue
		}
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
func resolveSlots(r *request) {
	switch {
	case r.slots.count == 0:
	case r.slots.count == 1 || r.slots.oneHost || r.slots.count <= r.slots.perHost:
		r.cpu.Set(int64(r.slots.count))
	default:
		r.unsupported(r.slots.at, `if they are threads of one program, add -R "span[hosts=1]"`,
			"the slots may be on several hosts, and %s", refusedNodes)
	}
}
