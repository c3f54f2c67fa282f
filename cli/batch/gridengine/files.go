package gridengine

import (
	"os"
	"strconv"
	"strings"

	"depctl.dev/cli/batch/request"
)

// share keeps what several options say together.
type share struct {
	// joined says that what goes to standard error goes where the output goes.
	joined bool
}

func (s *share) readJoin(r *request.Request, at request.Place, values []string) {
	switch values[0] {
	case "y", "yes":
		s.joined = true
	case "n", "no":
		s.joined = false
	default:
		r.Fail(at, "", "there are y and n")
	}
	if !r.Mapped {
		r.Note(at, request.NoteOutput)
	}
}

// readHere reads -cwd.
func readHere(r *request.Request, at request.Place, _ []string) {
	if r.Mapped {
		r.Workdir = "."
		return
	}
	r.Note(at, request.NoteDirectory)
}

// files returns where qsub puts the output: into NAME.oNUMBER and NAME.eNUMBER, if nothing
// is said or a directory. A directory is what ends in /.
func (s *share) files(r *request.Request) request.Files {
	if r.ID == 0 && r.Output == "" {
		return request.Files{}
	}
	f := request.Files{Output: fill(r, r.Output, "o"), Append: true}
	if !s.joined {
		f.Error = fill(r, r.Error, "e")
	}
	return f
}

// fill puts into the name of a file what its variables stand for. What is before a colon
// is a host.
func fill(r *request.Request, name, letter string) string {
	name = request.WithoutHost(name)
	if name == "" || strings.HasSuffix(name, "/") {
		name += "$JOB_NAME." + letter + "$JOB_ID"
		if r.Array != nil {
			name += ".$TASK_ID"
		}
	}
	if rest, home := strings.CutPrefix(name, "~/"); home {
		name = "$HOME/" + rest
	}
	return os.Expand(name, func(variable string) string {
		switch variable {
		case "HOME":
			home, _ := r.LookupEnv("HOME")
			return home
		case "USER":
			if r.Host != nil {
				return r.Host.User
			}
		case "JOB_ID":
			if r.ID != 0 {
				return strconv.FormatInt(r.ID, 10)
			}
			return r.PlainName()
		case "JOB_NAME":
			return r.TitleOf()
		case "HOSTNAME":
			return request.Mark(request.MarkNode, 0)
		case "TASK_ID":
			if r.Array == nil {
				return "undefined"
			}
			return request.Mark(request.MarkTask, 0)
		}
		return "$" + variable
	})
}
