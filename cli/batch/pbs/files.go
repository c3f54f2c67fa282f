package pbs

import (
	"path"
	"strconv"
	"strings"

	"depctl.dev/cli/batch/request"
)

// share keeps what several options say together.
type share struct {
	// join is the value of -j: oe, eo or n.
	join string
}

func (s *share) readJoin(r *request.Request, at request.Place, values []string) {
	switch values[0] {
	case "oe", "eo", "n":
		s.join = values[0]
	default:
		r.Fail(at, "", "there are oe, eo and n")
	}
	if !r.Mapped {
		r.Note(at, request.NoteOutput)
	}
}

// files returns where qsub puts the output: into NAME.oNUMBER and NAME.eNUMBER of the directory
// in which it was called, if nothing is said or a directory.
func (s *share) files(r *request.Request) request.Files {
	if r.Host == nil || r.ID == 0 && r.Output == "" {
		return request.Files{}
	}
	output, errors := s.place(r, r.Output, "o"), s.place(r, r.Error, "e")
	switch s.join {
	case "oe":
		return request.Files{Output: output}
	case "eo":
		return request.Files{Output: errors}
	}
	return request.Files{Output: output, Error: errors}
}

// place returns the name of a file. What is before a colon is a host.
func (s *share) place(r *request.Request, name, letter string) string {
	name = request.WithoutHost(name)
	id := r.PlainName()
	if r.ID != 0 {
		id = strconv.FormatInt(r.ID, 10)
	}
	if name == "" || strings.HasSuffix(name, "/") {
		name += r.TitleOf() + "." + letter + id
		if r.Array != nil {
			name += "." + request.Mark(request.MarkTask, 0)
		}
	}
	index := ""
	if r.Array != nil {
		index = request.Mark(request.MarkTask, 0)
	}
	name = strings.NewReplacer("$PBS_JOBID", id, "$PBS_JOBNAME", r.TitleOf(), "$PBS_ARRAYID", index, "^array_index^", index).Replace(name)
	if !path.IsAbs(name) {
		name = path.Join(r.Host.Directory, name)
	}
	return name
}
