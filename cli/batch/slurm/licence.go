package slurm

import (
	"strings"

	"depctl.dev/cli/batch/request"
)

// readLicences reads -L name:2,other@server=1. A licence is a limit: that of its name, or the
// one that the site says.
func readLicences(r *request.Request, at request.Place, values []string) {
	r.UseNothing()
	if strings.Contains(values[0], "|") {
		r.Unsupported(at, "name one of them", "either of several licences cannot be asked for")
		return
	}
	for part := range strings.SplitSeq(values[0], ",") {
		part = strings.TrimSpace(part)
		name, number := part, ""
		if i := strings.LastIndexAny(part, ":="); i >= 0 {
			name, number = part[:i], part[i+1:]
		}
		if r.IgnoresResource(at, name) {
			continue
		}
		limit, known := r.LimitOf(name)
		if server := ""; !known {
			if limit, server, known = strings.Cut(name, "@"); known {
				r.Note(at, "the limit is called %s: where its licences are served (%s) is left out", limit, server)
			}
		}
		r.Use(at, limit, number)
	}
}
