package request

import (
	"strconv"
	"strings"

	"depctl.dev/gate"
	"depctl.dev/gate/limit"
)

// use is how many tokens of a limit each element takes.
type use struct {
	limit  string
	tokens int
}

// LimitOf returns the limit that scripts of the site mean by a name, and whether the site
// has one for it.
func (r *Request) LimitOf(name string) (string, bool) {
	limit, known := r.Limits[name]
	return limit, known
}

// Use has each element take tokens of a limit, in place of what was said of it before.
func (r *Request) Use(at Place, name, number string) {
	if number == "" {
		number = "1"
	}
	tokens, ok := r.ReadCount(at, number)
	if !ok {
		return
	}
	if _, err := limit.ParseUses(name+"="+number, "default"); err != nil {
		r.Fail(at, "write NAME, or NAMESPACE/NAME for a limit of another namespace", "%s", err)
		return
	}
	for i := range r.uses {
		if r.uses[i].limit == name {
			r.uses[i].tokens = tokens
			return
		}
	}
	r.uses = append(r.uses, use{name, tokens})
}

// GoNear has the Job go near its prerequisites.
func (r *Request) GoNear() {
	r.Annotations = append(r.Annotations, [2]string{gate.NearAnnotation, "true"})
}

// UseNothing forgets which limits the Job uses.
func (r *Request) UseNothing() { r.uses = nil }

// Uses returns the value of annotation depctl.dev/uses, empty if there is none.
func (r *Request) Uses() string {
	var parts []string
	for _, one := range r.uses {
		part := one.limit
		if one.tokens != 1 {
			part += "=" + strconv.Itoa(one.tokens)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}
