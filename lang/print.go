package lang

import (
	"strconv"
	"time"
)

// String returns the canonical text of e: Parse(e.String()) equals e but for
// spans.
func (e *Expr) String() string {
	if a, ok := e.tree().(*All); ok {
		return string(appendTerms(nil, a.Terms, ", "))
	}
	return e.tree().String()
}

// String returns the canonical text of a.
func (a *All) String() string { return string(appendTerms(nil, a.Terms, " and ")) }

// String returns the canonical text of a.
func (a *Any) String() string { return string(appendTerms(nil, a.Terms, " or ")) }

// String returns the canonical text of n.
func (n *Not) String() string { return string(appendTerm([]byte("not "), n.Term)) }

// String returns the canonical text of c.
func (c *Check) String() string { return string(c.append(nil)) }

// String returns t as it is written.
func (t *Target) String() string { return string(t.append(nil)) }

func appendTerms(b []byte, terms []Node, joint string) []byte {
	for i, t := range terms {
		if i > 0 {
			b = append(b, joint...)
		}
		b = appendTerm(b, t)
	}
	return b
}

// appendTerm appends n with parentheses if it is of several terms.
func appendTerm(b []byte, n Node) []byte {
	switch n := n.(type) {
	case *All:
		return append(appendTerms(append(b, '('), n.Terms, " and "), ')')
	case *Any:
		return append(appendTerms(append(b, '('), n.Terms, " or "), ')')
	case *Not:
		return appendTerm(append(b, "not "...), n.Term)
	case *Check:
		return n.append(b)
	}
	return b
}

func (c *Check) append(b []byte) []byte {
	switch {
	case c.Status == StatusTime:
		b = append(c.At.AppendFormat(append(b, "time("...), time.RFC3339Nano), ')')
	case len(c.Targets) == 1 && c.Status == c.Targets[0].Ref.status() && !c.Before && len(c.Results) == 0 && c.Condition == "":
		b = c.Targets[0].append(b)
	default:
		b = append(append(b, c.Status...), '(')
		for i := range c.Targets {
			if i > 0 {
				b = append(b, ", "...)
			}
			b = c.Targets[i].append(b)
		}
		b = append(c.appendSettings(b), ')')
	}
	if c.Compare != nil {
		b = append(append(b, ' '), c.Compare.String()...)
	}
	if c.Delay > 0 {
		b = append(append(b, " + "...), formatDuration(c.Delay)...)
	}
	return b
}

func (c *Check) appendSettings(b []byte) []byte {
	for _, r := range c.Reasons {
		b = append(append(b, ", reason="...), r...)
	}
	for _, r := range c.Codes {
		b = strconv.AppendInt(append(b, ", code="...), int64(r.Low), 10)
		if r.High != r.Low {
			b = strconv.AppendInt(append(b, ".."...), int64(r.High), 10)
		}
	}
	for _, r := range c.Results {
		b = append(append(b, ", result="...), quotedValue(r)...)
	}
	if c.Condition != "" {
		b = append(append(b, ", condition="...), c.Condition...)
	}
	if c.Before {
		b = append(b, ", made=before"...)
	}
	return b
}

func (t *Target) append(b []byte) []byte {
	switch {
	case t.Self:
		b = append(b, "self"...)
	case t.WholeRun && t.Ref.Run != "":
		b = append(append(b, "run@"...), t.Ref.Run...)
	case t.WholeRun:
		b = append(b, "run"...)
	default:
		b = append(b, t.Ref.String()...)
	}
	if t.Elements != nil {
		b = t.Elements.append(b)
	}
	return b
}
