package lsf

import (
	"strings"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

// slots are processors, which may be on several machines.
type slots struct {
	at      request.Place
	count   int
	oneHost bool
	// perHost is how many are on one machine, 0 if it was not said.
	perHost int
}

func (s *slots) read(r *request.Request, at request.Place, values []string) {
	text, _, ranged := strings.Cut(values[0], ",")
	if n, ok := r.ReadCount(at, text); ok {
		s.at, s.count = at, n
		if ranged {
			r.Note(at, "%s is a range: of that, %d is taken", values[0], n)
		}
	}
}

func (s *slots) readSpan(r *request.Request, at request.Place, text string) {
	key, value, _ := strings.Cut(strings.ReplaceAll(text, " ", ""), "=")
	switch n, err := notation.Number(value); {
	case key == "hosts" && value == "1":
		s.oneHost = true
	case key == "ptile" && err == nil && n > 0:
		s.perHost = n
	default:
		r.Unsupported(at, request.HintNodes, "span[%s]: %s", text, request.RefusedNodes)
	}
}

// resolve makes CPUs of the slots, once it is known whether all are on one host.
func (s *slots) resolve(r *request.Request) {
	switch {
	case s.count == 0:
	case s.count == 1 || s.oneHost || s.count <= s.perHost:
		r.CPU.Set(int64(s.count))
	default:
		r.Unsupported(s.at, `if they are threads of one program, add -R "span[hosts=1]"`,
			"the slots may be on several hosts, and %s", request.RefusedNodes)
	}
}
