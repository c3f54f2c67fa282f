package lsf

import (
	"strconv"
	"strings"

	"depctl.dev/cli/batch/request"
)

// readOutput reads -o and -oo, and readError -e and -eo: the second of each begins the
// file anew.
func readOutput(overwrite bool) request.Reader {
	return func(r *request.Request, at request.Place, values []string) {
		r.Append = !overwrite
		request.ReadOutput(r, at, values)
	}
}

func readError(overwrite bool) request.Reader {
	return func(r *request.Request, at request.Place, values []string) {
		r.Append = !overwrite
		request.ReadError(r, at, values)
	}
}

// files returns where bsub puts the output: nowhere, if that is not said. A directory is what
// ends in /.
func files(r *request.Request) request.Files {
	if r.Output == "" && r.Error == "" {
		return request.Files{}
	}
	f := request.Files{Append: r.Append, Output: "/dev/null"}
	if r.Output != "" {
		f.Output = fill(r, r.Output, ".out")
	}
	if r.Error != "" {
		f.Error = fill(r, r.Error, ".err")
	}
	return f
}

// fill puts the number of the job and of the element into the name of a file.
func fill(r *request.Request, name, ending string) string {
	if strings.HasSuffix(name, "/") {
		name += "%J" + ending
	}
	id, index := r.PlainName(), "0"
	if r.ID != 0 {
		id = strconv.FormatInt(r.ID, 10)
	}
	if r.Array != nil {
		index = request.Mark(request.MarkTask, 0)
	}
	return strings.NewReplacer("%J", id, "%I", index).Replace(name)
}
