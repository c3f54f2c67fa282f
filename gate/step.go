package gate

import (
	"depctl.dev/lang"
)

// Ref returns the reference by which expressions name the Job, and the graph has it. One
// that is superseded has a reference that none names.
func (j Job) Ref() lang.Ref {
	if ref := j.Step(); j.Superseded {
		return ref.Superseded(j.Name)
	}
	return j.Step()
}

// Step returns the reference by which expressions name the Job while no later one
// supersedes it.
func (j Job) Step() lang.Ref {
	if !j.IsJob() {
		return j.Identity()
	}
	return StepRef(j.Namespace, j.Name, j.Labels)
}

// IsJob reports whether it is a Job, and not an object of another kind that is held as Jobs are.
func (j Job) IsJob() bool { return j.Kind == "" }

// Outcome returns how the Job ended. What nothing can fail and counts as skipped may start all the same.
func (j Job) Outcome() lang.Outcome {
	if j.Object.Outcome == lang.Skipped && !j.canFail() {
		return lang.Undecided
	}
	return j.Object.Outcome
}

// Subject returns the Job as the one whose expression is evaluated.
func (j Job) Subject() *lang.Subject { return &lang.Subject{Ref: j.Ref(), Object: j.Object} }

// Parse reads the expression of the Job, nil if it has none. The error, if any,
// is a *lang.Diagnostics; it also speaks of what can never be right for this Job,
// as one that requires itself.
func (j Job) Parse() (*lang.Expr, error) {
	if !j.Annotated {
		return nil, nil
	}
	expr, err := lang.Parse(j.DependsOn)
	if err != nil {
		return nil, err
	}
	var mistakes []lang.Diagnostic
	// It means what it meant before a later Job of the step came.
	subject := &lang.Subject{Ref: j.Step(), Object: j.Object}
	for _, diagnostic := range expr.Vet(lang.Context{Subject: subject}) {
		if diagnostic.Severity == lang.Error {
			mistakes = append(mistakes, diagnostic)
		}
	}
	if len(mistakes) > 0 {
		return nil, &lang.Diagnostics{Text: j.DependsOn, List: mistakes}
	}
	return expr, nil
}
