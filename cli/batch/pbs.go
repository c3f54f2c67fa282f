package batch

import (
	"strings"
	"time"
)

// readAttributes reads -W name=value,name=value. The value of depend has commas
// in it too.
func readAttributes(r *request, at place, values []string) {
	for rest := values[0]; rest != ""; {
		name, value, has := strings.Cut(rest, "=")
		if !has {
			r.fail(at, "write -W depend=afterok:JOB", "%q is not NAME=VALUE", rest)
			return
		}
		end := len(value)
		for from := 0; ; {
			comma := strings.IndexByte(value[from:], ',')
			if comma < 0 {
				break
			}
			from += comma + 1
			next, _, _ := strings.Cut(value[from:], ",")
			if strings.Contains(next, "=") {
				end = from - 1
				break
			}
		}
		rest = strings.TrimPrefix(value[end:], ",")
		readAttribute(r, at, strings.TrimSpace(name), value[:end])
	}
}

func readAttribute(r *request, at place, name, value string) {
	if name != "depend" && r.ignoresResource(at, name) {
		return
	}
	switch name {
	case "depend":
		at.flag = "-W depend=" + value
		r.waitFor("depend", at, pbsDepend(value))
	case "block":
		r.note(at, "say --wait on the command line of depctl")
	case "group_list", "umask", "project", "sandbox", "run_count", "pwd", "release_nodes_on_stageout":
		r.note(at, "%s is left out", name)
	case "stagein", "stageout":
		r.unsupported(at, hintStaging, "%s: %s", name, refusedStaging)
	case "interactive":
		r.unsupported(at, hintInteractive, "%s: %s", name, refusedInteractive)
	case "create_resv_from_job":
		r.unsupported(at, hintPlace, "%s: %s", name, refusedReservation)
	default:
		r.unsupported(at, hintIgnore, "attribute %s is not known here", name)
	}
}

// readResourceList reads -l walltime=1:00:00,select=1:ncpus=4:mem=8gb.
func readResourceList(r *request, at place, values []string) {
	for _, part := range strings.Split(values[0], ",") {
		name, value, _ := strings.Cut(part, "=")
		if name != "select" && name != "nodes" && r.ignoresResource(at, name) {
			continue
		}
		switch name {
		case "walltime":
			d, err := runTime(value, func(text string) (time.Duration, error) { return parseClock(text, time.Second) })
			r.setTime(at, d, err)
		case "select", "nodes":
			readChunk(r, at, name, value)
		case "cput", "pcput", "file", "nice":
			r.note(at, "%s is left out", name)
		case "place":
			readPlace(r, at, value)
		default:
			readChunkPart(r, at, name, value)
		}
	}
}

// readChunk reads 1:ncpus=4:mem=8gb, and 1:ppn=4. A number other than 1 means
// several nodes, and so does a + between chunks.
func readChunk(r *request, at place, name, value string) {
	parts := strings.Split(value, ":")
	if strings.Contains(value, "+") {
		r.unsupported(at, hintNodes, "%s: %s", name, refusedNodes)
		return
	}
	if strings.Trim(parts[0], "0123456789") == "" {
		if parts[0] != "1" {
			r.unsupported(at, hintNodes, "%s: %s", name, refusedNodes)
			return
		}
		parts = parts[1:]
	} else if name == "nodes" {
		r.unsupported(at, hintPlace, "%s", refusedPlace)
		return
	}
	for _, part := range parts {
		key, value, has := strings.Cut(part, "=")
		if r.ignoresResource(at, key) {
			continue
		}
		if !has {
			r.unsupported(at, hintFeature, "%s: %s", part, refusedFeature)
			continue
		}
		readChunkPart(r, at, key, value)
	}
}

func readChunkPart(r *request, at place, name, value string) {
	switch name {
	case "ncpus", "ppn":
		readCPUs(r, at, []string{value})
	case "mem", "vmem", "pmem", "pvmem":
		q, err := parseMemory(value, 0, false)
		if err != nil || q.IsZero() {
			r.fail(at, "", "%s: %q is not an amount of memory, write 4gb or 500mb", name, value)
			return
		}
		if strings.HasPrefix(name, "p") {
			r.setMemoryPerCPU(q)
		} else {
			r.setMemory(q)
		}
	case "ngpus", "gpus":
		readGPUs(r, at, []string{value})
	case "mpiprocs":
		if value != "1" {
			r.unsupported(at, hintNodes, "%s: the processes of MPI are not started", name)
		}
	case "ompthreads":
		r.setEnv("OMP_NUM_THREADS", value)
	case "host", "vnode":
		r.unsupported(at, hintPlace, "%s: %s", name, refusedPlace)
	case "gpu_model", "gputype", "gpu_type":
		r.unsupported(at, hintGPUModel, "%s: %s", name, refusedGPUModel)
	default:
		r.unsupported(at, hintResource, "%s is not known here", name)
	}
}

func readPlace(r *request, at place, value string) {
	for _, part := range strings.Split(value, ":") {
		switch {
		case part == "pack", part == "free", part == "shared":
		case strings.HasPrefix(part, "excl"):
			r.unsupported(at, hintExclusive, "place: %s", refusedExclusive)
		default:
			r.unsupported(at, hintPlace, "place: %s", refusedPlace)
		}
	}
}

func readPBSQueue(r *request, at place, values []string) {
	queue, server, has := strings.Cut(values[0], "@")
	if has {
		r.unsupported(at, "use --context for another cluster", "server %s is not known here", server)
	}
	readQueue(r, at, []string{queue})
}

// readScriptArguments reads -F "one two": what goes to the script.
func readScriptArguments(r *request, at place, values []string) {
	list, err := words(values[0])
	switch {
	case err != nil:
		r.fail(at, "", "%s", err)
	case r.Script == nil:
		r.fail(at, "leave it out", "there is no script that the arguments could go to")
	default:
		script := *r.Script
		script.Args = nil
		for _, w := range list {
			script.Args = append(script.Args, w.text)
		}
		r.Script = &script
	}
}
