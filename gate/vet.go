package gate

import (
	"errors"

	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/lang"
)

// Mistake is an annotation whose value cannot be read.
type Mistake struct {
	// Annotation is its key.
	Annotation string
	// Message says of the value what is wrong with it, as in: is "soon".
	Message string
}

// Error returns the mistake as a sentence about the annotation.
func (m *Mistake) Error() string { return "annotation " + m.Annotation + " " + m.Message }

// Vet returns what is wrong with the annotations of a Job that is written, and
// what is doubtful about its expression, each in one line. It speaks only of
// what this write brings: old is the Job as it was, nil for a new one. So a Job
// that has been stored with a mistake can still be changed in everything else.
func Vet(old, job *batchv1.Job) (mistakes []*Mistake, warnings []string) {
	j := Observe(job)
	if !j.AsksToWait() {
		return nil, nil
	}
	var was Job
	if old != nil {
		was = Observe(old)
	}
	begins := !was.AsksToWait()
	if begins {
		mistakes = appendMistake(mistakes, j.kueueMistake())
	}
	if begins || j.Unknown != was.Unknown {
		mistakes = appendMistake(mistakes, j.unknown())
	}
	if j.Annotated && (!was.Annotated || j.DependsOn != was.DependsOn) {
		expr, err := j.Parse()
		if err != nil {
			mistakes = append(mistakes, &Mistake{DependsOnAnnotation, "cannot be read:\n" + err.Error()})
		} else {
			warnings = doubts(j, expr)
		}
	}
	if begins || j.OnFailure != was.OnFailure {
		_, err := j.policy()
		mistakes = appendMistake(mistakes, err)
	}
	if begins || j.WaitTimeout != was.WaitTimeout {
		_, err := j.timeout()
		mistakes = appendMistake(mistakes, err)
	}
	if begins || j.ArrayLimit != was.ArrayLimit {
		_, err := j.limit()
		mistakes = appendMistake(mistakes, err)
	}
	if begins || j.Uses.Text != was.Uses.Text || j.Uses.wrong != was.Uses.wrong {
		_, err := j.usesPerPod()
		mistakes = appendMistake(mistakes, err)
	}
	if begins || j.Near != was.Near {
		_, err := j.near()
		mistakes = appendMistake(mistakes, err)
	}
	if begins || j.Results != was.Results || j.DependsOn != was.DependsOn {
		expr, _ := j.Parse()
		mistakes = appendMistake(mistakes, j.unawaited(expr))
	}
	return mistakes, warnings
}

// Mistake returns the first annotation of the Job, beside its expression, whose
// value cannot be read: a *Mistake, nil if there is none.
func (j Job) Mistake() error {
	if j.Misplaced != "" {
		return &Mistake{j.Misplaced, "is for Jobs, and this is a " + j.Noun() + ": remove it"}
	}
	err := j.unknown()
	if err == nil {
		err = j.kueueMistake()
	}
	if err == nil {
		_, err = j.policy()
	}
	if err == nil {
		_, err = j.timeout()
	}
	if err == nil {
		_, err = j.limit()
	}
	if err == nil {
		_, err = j.Wants()
	}
	if err == nil {
		_, err = j.usesPerPod()
	}
	if err == nil {
		_, err = j.near()
	}
	return err
}

func appendMistake(mistakes []*Mistake, err error) []*Mistake {
	var mistake *Mistake
	if errors.As(err, &mistake) {
		return append(mistakes, mistake)
	}
	return mistakes
}

// doubts returns the warnings of the language about an expression that Parse
// has read.
func doubts(j Job, expr *lang.Expr) []string {
	source := lang.Source{Name: "depends-on", Text: j.DependsOn}
	var lines []string
	for _, diagnostic := range expr.Vet(lang.Context{Subject: j.Subject()}) {
		lines = append(lines, source.Line(diagnostic))
	}
	return lines
}
