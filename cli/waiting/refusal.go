package waiting

import (
	"depctl.dev/lang"
)

// NoJob is the code of what has no meaning outside of a Job.
const NoJob lang.Code = "no-job"

// Refuse returns what in an expression has no meaning outside of a Job, in the order
// of the text; nil if there is nothing.
func Refuse(expr *lang.Expr, run string) []lang.Diagnostic {
	var list []lang.Diagnostic
	add := func(span lang.Span, hint, message string) {
		list = append(list, lang.Diagnostic{Severity: lang.Error, Code: NoJob, Span: span, Message: message, Hint: hint})
	}
	for _, requirement := range expr.Requirements() {
		checks(requirement.Node, func(c *lang.Check) {
			for i := range c.Targets {
				switch t := &c.Targets[i]; {
				case t.Self:
					add(t.Span, "name the Job: a[0]", "there is no Job here whose elements self could be")
				case t.WholeRun && t.Ref.Run == "" && run == "":
					add(t.Span, "write run@NAME, or name the run with --run", "there is no Job here whose run is meant")
				case t.Ref.Kind == lang.KindCronJob:
					add(t.Span, "name one of its Jobs: depctl runs", "there is no Job here for whose time a run of CronJob "+t.Ref.Name+" could be meant")
				case mentionsIndex(t):
					add(t.Span, "write a number, as in a[0], or a[*] for all", "there is no Job here whose index i could be")
				}
			}
			if c.Before {
				add(c.Span(), "leave made=before out", "there is no Job here that something could be made before")
			}
		})
	}
	return list
}

func checks(n lang.Node, visit func(*lang.Check)) {
	switch n := n.(type) {
	case *lang.All:
		for _, term := range n.Terms {
			checks(term, visit)
		}
	case *lang.Any:
		for _, term := range n.Terms {
			checks(term, visit)
		}
	case *lang.Not:
		checks(n.Term, visit)
	case *lang.Check:
		visit(n)
	}
}

// mentionsIndex reports whether a target has an index with i in it: the language
// tells that of whole expressions.
func mentionsIndex(t *lang.Target) bool {
	if t.Elements == nil {
		return false
	}
	alone := lang.Check{Status: lang.StatusSucceeded, Targets: []lang.Target{{Ref: t.Ref, Elements: t.Elements}}}
	expr, err := lang.Parse(alone.String())
	return err == nil && expr.Elementwise()
}
