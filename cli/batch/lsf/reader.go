package lsf

import (
	"regexp"
	"strings"
	"time"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

// arrayName is name[1-10,20-30:2]%5.
var arrayName = regexp.MustCompile(`^(.*?)\[([^\]]*)\](?:%(\d+))?$`)

func readName(r *request.Request, at request.Place, values []string) {
	m := arrayName.FindStringSubmatch(values[0])
	switch {
	case m == nil && strings.Contains(values[0], "["):
		r.Fail(at, "write NAME[1-100]%5", "%q is not the name of an array", values[0])
		return
	case m == nil:
		request.ReadName(r, at, values)
		return
	}
	request.ReadName(r, at, m[1:2])
	text := m[2]
	if m[3] != "" {
		text += "%" + m[3]
	}
	if strings.HasPrefix(text, "0") {
		r.Fail(at, "begin with 1", "the elements of LSF have numbers from 1")
		return
	}
	request.ReadArray(r, at, []string{text})
}

// readDirectory reads -cwd, in which LSF fills in %J and others.
func readDirectory(r *request.Request, at request.Place, values []string) {
	if strings.Contains(values[0], "%") {
		r.Unsupported(at, "write it without, or make the directory in the script", "%q: the patterns of LSF are not filled in", values[0])
		return
	}
	request.ReadDirectory(r, at, values)
}

// readRunLimit reads [hours:]minutes[/host].
func readRunLimit(r *request.Request, at request.Place, values []string) {
	text, _, normalized := strings.Cut(values[0], "/")
	if normalized {
		r.Note(at, "the time is not scaled by the speed of a host")
	}
	d, err := notation.RunTime(text, func(text string) (time.Duration, error) { return notation.ParseClock(text, time.Minute) })
	r.SetTime(at, d, err)
}

// readMemory reads -M: kilobytes, if there is no unit.
func readMemory(r *request.Request, at request.Place, values []string) {
	q, err := notation.ParseMemory(values[0], 1, false)
	if err != nil || q.IsZero() {
		r.Fail(at, "", "%q is not an amount of memory, write 4GB", values[0])
		return
	}
	r.SetMemory(q)
}

// section is name[text] of a resource requirement.
var section = regexp.MustCompile(`([a-z]+)\[([^\]]*)\]`)

// readRequirement reads -R "rusage[mem=4GB] span[hosts=1]".
func (s *slots) readRequirement(r *request.Request, at request.Place, values []string) {
	rest := section.ReplaceAllString(values[0], "")
	if strings.Trim(rest, " \t") != "" {
		r.Unsupported(at, "write rusage[mem=...] and span[hosts=1]; the template chooses nodes", "%q is not known here", strings.TrimSpace(rest))
	}
	for _, m := range section.FindAllStringSubmatch(values[0], -1) {
		name, text := m[1], m[2]
		if name != "rusage" && r.IgnoresResource(at, name) {
			continue
		}
		switch name {
		case "rusage":
			readUsage(r, at, text)
		case "span":
			s.readSpan(r, at, text)
		case "order", "same", "cu":
			r.Note(at, "%s[%s] is left out: the scheduler chooses", name, text)
		case "affinity":
			r.Unsupported(at, "leave it out", "affinity[%s]: processors cannot be chosen", text)
		case "select":
			readSelect(r, at, text)
		default:
			r.Unsupported(at, request.HintIgnore, "%s[%s] is not known here", name, text)
		}
	}
}

// load is a part of select[ ] on what a host has left: where a pod is placed, its
// requests say that.
var load = regexp.MustCompile(`^\(*(?:mem|swp|tmp|maxmem|maxswp|maxtmp|ncpus|ncores|slots|ut|r15s|r1m|r15m)\s*(?:[<>]=?|==)\s*[0-9.]+[a-zA-Z]*\)*$|^type\s*==\s*(?:any|local)$`)

// readSelect reads the conditions on a host.
func readSelect(r *request.Request, at request.Place, text string) {
	for _, part := range strings.Split(text, "&&") {
		part = strings.TrimSpace(part)
		if !load.MatchString(part) {
			if !r.IgnoresResource(at, part) {
				r.Unsupported(at, request.HintFeature, "select[%s]: %s", part, request.RefusedFeature)
			}
			continue
		}
		r.Note(at, "select[%s] is left out: a pod is placed by what it requests", part)
	}
}

// readUsage reads mem=4GB:other=1; megabytes, if there is no unit.
func readUsage(r *request.Request, at request.Place, text string) {
	for _, part := range strings.FieldsFunc(text, func(c rune) bool { return c == ':' || c == ',' }) {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if r.IgnoresResource(at, name) {
			continue
		}
		if limit, known := r.LimitOf(name); known {
			r.Use(at, limit, value)
			continue
		}
		switch name {
		case "mem":
			q, err := notation.ParseMemory(value, 2, false)
			if err != nil || q.IsZero() {
				r.Fail(at, "", "%q is not an amount of memory, write 4GB", value)
				continue
			}
			r.MemoryRequest = q
		case "swp", "tmp", "duration", "decay":
			r.Note(at, "rusage[%s] is left out", name)
		case "ngpus_physical", "ngpus_excl_p", "ngpus":
			request.ReadGPUs(r, at, []string{value})
		default:
			r.Unsupported(at, request.HintLimit, "rusage[%s] is not known here", name)
		}
	}
}

// readGPU reads "num=1:mode=shared".
func readGPU(r *request.Request, at request.Place, values []string) {
	r.GPUs = 1
	if values[0] == "-" {
		return
	}
	for _, part := range strings.Split(values[0], ":") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "num":
			request.ReadGPUs(r, at, []string{value})
		case "gmodel":
			r.Unsupported(at, request.HintGPUModel, "%s", request.RefusedGPUModel)
		case "mode", "j_exclusive", "mps":
			r.Note(at, "%s is left out: a container has its GPUs for itself", name)
		default:
			r.Unsupported(at, "leave it out", "%s is not known here", name)
		}
	}
}

// readEnv reads all, none, and variables.
func readEnv(r *request.Request, at request.Place, values []string) {
	for _, part := range strings.Split(values[0], ",") {
		switch part = strings.TrimSpace(part); {
		case part == "all":
			all := true
			r.Passes = &all
			r.Note(at, request.NoteShell)
		case part == "none":
			none := false
			r.Passes = &none
		case part == "", strings.HasPrefix(part, "~"):
		default:
			r.ReadVariable(at, part)
		}
	}
}
