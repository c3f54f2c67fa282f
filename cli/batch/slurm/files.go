package slurm

import (
	"strconv"
	"strings"

	"depctl.dev/cli/batch/request"
)

func readOpenMode(r *request.Request, at request.Place, values []string) {
	switch values[0] {
	case "append", "a":
		r.Append = true
	case "truncate", "t":
		r.Append = false
	default:
		r.Fail(at, "", "there are append and truncate")
		return
	}
	if !r.Mapped {
		r.Note(at, request.NoteOutput)
	}
}

// files returns where sbatch puts the output: into slurm-JOB.out, if nothing is said and
// the job has a number.
func files(r *request.Request) request.Files {
	output := r.Output
	if output == "" && r.ID != 0 {
		output = "slurm-%j.out"
		if r.Array != nil {
			output = "slurm-%A_%a.out"
		}
	}
	if (output == "/dev/null" || output == "none") && r.Error == "" {
		return request.Files{}
	}
	f := request.Files{Output: fill(r, output), Append: r.Append}
	if r.Error != "" {
		f.Error = fill(r, r.Error)
	}
	return f
}

// fill puts into the name of a file what its patterns stand for. A \ in a name, or %%,
// keeps them from it.
func fill(r *request.Request, name string) string {
	if strings.Contains(name, `\`) {
		return strings.ReplaceAll(name, `\`, "")
	}
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] != '%' {
			b.WriteByte(name[i])
			continue
		}
		end := i + 1
		for end < len(name) && name[end] >= '0' && name[end] <= '9' {
			end++
		}
		width, _ := strconv.Atoi(name[i+1 : end]) // "" is 0
		if end == len(name) {
			b.WriteString(name[i:])
			break
		}
		if text, ok := pattern(r, name[end], min(width, 9)); ok {
			b.WriteString(text)
		} else {
			b.WriteString(name[i : end+1])
		}
		i = end
	}
	return b.String()
}

// pattern returns what a pattern stands for: there is one task, on one node.
func pattern(r *request.Request, letter byte, width int) (text string, ok bool) {
	id := request.Padded(r.ID, width)
	if r.ID == 0 {
		id = r.PlainName()
	}
	switch letter {
	case '%':
		return "%", true
	case 'A':
		return id, true
	case 'j', 'J':
		if r.Array != nil && r.ID != 0 {
			return request.Mark(request.MarkID, width), true
		}
		return id, true
	case 'a':
		if r.Array == nil {
			return request.Padded(4294967294, width), true // NO_VAL, as slurmd writes
		}
		return request.Mark(request.MarkTask, width), true
	case 'N':
		return request.Mark(request.MarkNode, 0), true
	case 'n', 's', 't':
		if letter == 's' {
			return "batch", true
		}
		return request.Padded(0, width), true
	case 'u':
		if r.Host != nil {
			return r.Host.User, true
		}
	case 'x':
		return r.TitleOf(), true
	}
	return "", false
}
