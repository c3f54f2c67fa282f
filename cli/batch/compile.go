package batch

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

// Input is what was asked for, and what must be known to make a Job of it.
type Input struct {
	request.Context
	// Options are those of the command line, which win over the script's.
	Options []Option
	// Dialect is whose directives are read, and whose variables are set; that
	// which the script has, if it is empty.
	Dialect string
	// Site has the defaults; nil for none.
	Site *Site
	// Suffix is five random letters.
	Suffix string
}

// Option is one of the command line.
type Option struct {
	// Dialect is the name of its dialect.
	Dialect string
	// Name and Value are of one option, --name=value; a switch has no value.
	Name, Value string
	// Line is options of another system, as its directives have them, and Words the same
	// in words.
	Line  string
	Words []string
}

// Submission is what is to be created.
type Submission struct {
	Job *batchv1.Job
	// Again is the generateName of the Job if another one has its name already;
	// empty if that is a mistake.
	Again string
	// Script is nil where the Job has it itself. Its owner, the Job, has yet to
	// be set.
	Script *corev1.ConfigMap
	// IDs is how many numbers the Job takes among those of batch commands.
	IDs int
	// Notes say what was left out and what was changed.
	Notes []string
}

// Compile makes a Job of what was asked for. The error is of type Problems.
func Compile(in Input) (*Submission, error) {
	if in.Site != nil {
		in.Ignore, in.Limits = in.Site.Ignore, in.Site.Limits
		in.Mapped = in.Site.mapped() && in.Host != nil && in.Manifest == nil
	}
	r := request.New(in.Context)
	r.Dialect = in.Dialect
	table := dialects()
	for _, l := range in.lines(r, table) {
		if r.Dialect == "" && l.dialect.Name != Depctl && !l.single {
			r.Dialect = l.dialect.Name
		}
		l.apply(r)
	}
	for _, d := range table {
		if d.Finish != nil {
			d.Finish(r)
		}
	}
	b := &builder{Request: r, table: table, site: in.Site, suffix: in.Suffix}
	submission := b.build()
	if len(r.Problems) > 0 {
		return nil, r.Problems.Sorted()
	}
	submission.Notes = r.Notes
	b.annotateNotes()
	if r.ID == 0 && r.Name != "" && !r.Exact && !r.Generates() {
		submission.Again = r.ShortName(true) + "-"
	}
	return submission, nil
}

// lines returns all options: those of the script, then the command line's.
func (in *Input) lines(r *request.Request, dialects table) []*line {
	var lines []*line
	if in.Script != nil {
		lines = readScript(r, dialects, in.Script, in.Dialect)
	}
	for _, o := range in.Options {
		l := &line{dialect: dialects.named(o.Dialect)}
		switch {
		case o.Words != nil:
			for _, word := range o.Words {
				l.words = append(l.words, notation.Word{Text: word})
			}
		case o.Name == "":
			list, err := notation.Words(o.Line)
			if err != nil {
				r.Fail(request.Place{Flag: "--" + o.Dialect}, "", "%s", err)
				continue
			}
			l.words = list
		case optionNamed(l.dialect, "--"+o.Name).Values == 0:
			l.words = []notation.Word{{Text: "--" + o.Name}}
		default:
			l.single = true
			l.words = []notation.Word{{Text: "--" + o.Name + "=" + o.Value}}
		}
		lines = append(lines, l)
	}
	return lines
}

// Runs reports whether one of the options says what runs.
func Runs(options []Option) bool {
	in := &Input{Options: options}
	for _, l := range in.lines(request.New(in.Context), dialects()) {
		for _, w := range l.words {
			if o := find(l.dialect, w.Text).option; o != nil && o.Runs {
				return true
			}
		}
	}
	return false
}
