package pbs

import (
	"strings"
	"time"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

// readAttributes reads -W name=value,name=value. The value of depend has commas
// in it too.
func readAttributes(r *request.Request, at request.Place, values []string) {
	for rest := values[0]; rest != ""; {
		name, value, has := strings.Cut(rest, "=")
		if !has {
			r.Fail(at, "write -W depend=afterok:JOB", "%q is not NAME=VALUE", rest)
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

func readAttribute(r *request.Request, at request.Place, name, value string) {
	if name != "depend" && r.IgnoresResource(at, name) {
		return
	}
	switch name {
	case "depend":
		at.Flag = "-W depend=" + value
		r.WaitFor("depend", at, translateDepend(value))
	case "block":
		r.Note(at, "say --wait on the command line of depctl")
	case "group_list", "umask", "project", "sandbox", "run_count", "pwd", "release_nodes_on_stageout":
		r.Note(at, "%s is left out", name)
	case "stagein", "stageout":
		r.Unsupported(at, request.HintStaging, "%s: %s", name, request.RefusedStaging)
	case "interactive":
		r.Unsupported(at, request.HintInteractive, "%s: %s", name, request.RefusedInteractive)
	case "create_resv_from_job":
		r.Unsupported(at, request.HintPlace, "%s: %s", name, request.RefusedReservation)
	default:
		r.Unsupported(at, request.HintIgnore, "attribute %s is not known here", name)
	}
}

// readResourceList reads -l walltime=1:00:00,select=1:ncpus=4:mem=8gb.
func readResourceList(r *request.Request, at request.Place, values []string) {
	for _, part := range strings.Split(values[0], ",") {
		name, value, _ := strings.Cut(part, "=")
		if name != "select" && name != "nodes" && r.IgnoresResource(at, name) {
			continue
		}
		switch name {
		case "walltime":
			d, err := notation.RunTime(value, func(text string) (time.Duration, error) { return notation.ParseClock(text, time.Second) })
			r.SetTime(at, d, err)
		case "select", "nodes":
			readChunk(r, at, name, value)
		case "cput", "pcput", "file", "nice":
			r.Note(at, "%s is left out", name)
		case "place":
			readPlace(r, at, value)
		default:
			readChunkPart(r, at, name, value)
		}
	}
}

// readChunk reads 1:ncpus=4:mem=8gb, and 1:ppn=4. A number other than 1 means
// several nodes, and so does a + between chunks.
func readChunk(r *request.Request, at request.Place, name, value string) {
	parts := strings.Split(value, ":")
	if strings.Contains(value, "+") {
		r.Unsupported(at, request.HintNodes, "%s: %s", name, request.RefusedNodes)
		return
	}
	if strings.Trim(parts[0], "0123456789") == "" {
		if parts[0] != "1" {
			r.Unsupported(at, request.HintNodes, "%s: %s", name, request.RefusedNodes)
			return
		}
		parts = parts[1:]
	} else if name == "nodes" {
		r.Unsupported(at, request.HintPlace, "%s", request.RefusedPlace)
		return
	}
	for _, part := range parts {
		key, value, has := strings.Cut(part, "=")
		if r.IgnoresResource(at, key) {
			continue
		}
		if !has {
			r.Unsupported(at, request.HintFeature, "%s: %s", part, request.RefusedFeature)
			continue
		}
		readChunkPart(r, at, key, value)
	}
}

func readChunkPart(r *request.Request, at request.Place, name, value string) {
	switch name {
	case "ncpus", "ppn":
		request.ReadCPUs(r, at, []string{value})
	case "mem", "vmem", "pmem", "pvmem":
		q, err := notation.ParseMemory(value, 0, false)
		if err != nil || q.IsZero() {
			r.Fail(at, "", "%s: %q is not an amount of memory, write 4gb or 500mb", name, value)
			return
		}
		if strings.HasPrefix(name, "p") {
			r.SetMemoryPerCPU(q)
		} else {
			r.SetMemory(q)
		}
	case "ngpus", "gpus":
		request.ReadGPUs(r, at, []string{value})
	case "mpiprocs":
		if value != "1" {
			r.Unsupported(at, request.HintNodes, "%s: the processes of MPI are not started", name)
		}
	case "ompthreads":
		r.SetEnv("OMP_NUM_THREADS", value)
	case "host", "vnode":
		r.Unsupported(at, request.HintPlace, "%s: %s", name, request.RefusedPlace)
	case "gpu_model", "gputype", "gpu_type":
		r.Unsupported(at, request.HintGPUModel, "%s: %s", name, request.RefusedGPUModel)
	default:
		r.Unsupported(at, request.HintResource, "%s is not known here", name)
	}
}

func readPlace(r *request.Request, at request.Place, value string) {
	for _, part := range strings.Split(value, ":") {
		switch {
		case part == "pack", part == "free", part == "shared":
		case strings.HasPrefix(part, "excl"):
			r.Unsupported(at, request.HintExclusive, "place: %s", request.RefusedExclusive)
		default:
			r.Unsupported(at, request.HintPlace, "place: %s", request.RefusedPlace)
		}
	}
}

func readQueue(r *request.Request, at request.Place, values []string) {
	queue, server, has := strings.Cut(values[0], "@")
	if has {
		r.Unsupported(at, "use --context for another cluster", "server %s is not known here", server)
	}
	request.ReadQueue(r, at, []string{queue})
}

// readScriptArguments reads -F "one two": what goes to the script.
func readScriptArguments(r *request.Request, at request.Place, values []string) {
	list, err := notation.Words(values[0])
	switch {
	case err != nil:
		r.Fail(at, "", "%s", err)
	case r.Script == nil:
		r.Fail(at, "leave it out", "there is no script that the arguments could go to")
	default:
		script := *r.Script
		script.Args = nil
		for _, w := range list {
			script.Args = append(script.Args, w.Text)
		}
		r.Script = &script
	}
}
