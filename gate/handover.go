package gate

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"depctl.dev/gate/rank"
	"depctl.dev/lang"
)

// What is in this file gives the results of prerequisites to the pods of a Job.

// ResultsAnnotation says which results the pods of the Job get, and under which keys, such
// as "rows=etl/extract, mode=check". The release adds each to the annotations of the Pod
// template, as depctl.dev/result.KEY.
const ResultsAnnotation = "depctl.dev/results"

// ResultPrefix begins the keys of the annotations of pods in which they find results.
const ResultPrefix = "depctl.dev/result."

const (
	// maxResultKey is how long a key may be: with what stands before, the name of an
	// annotation has 63 characters at most.
	maxResultKey = 56
	// maxResultsText is how long the value of ResultsAnnotation may be, in bytes.
	maxResultsText = 8 << 10
	// mostHandedOver is how many bytes of results the template of a Job takes, and
	// mostHandedToPods all its pods together.
	mostHandedOver   = 64 << 10
	mostHandedToPods = 16 << 20
)

// Want is a result that the pods of a Job get.
type Want struct {
	Key string
	// Ref is the Job whose result it is.
	Ref lang.Ref
}

var resultKey = regexp.MustCompile(`^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`)

// Wants returns the results that the pods of the Job get, in the order of the text. The
// error, if any, is a *Mistake.
func (j Job) Wants() ([]Want, error) {
	if j.Results == "" {
		return nil, nil
	}
	if len(j.Results) > maxResultsText {
		return nil, wantMistake("has %d bytes, at most %d are read", len(j.Results), maxResultsText)
	}
	var wants []Want
	for part := range strings.SplitSeq(j.Results, ",") {
		want, err := j.want(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(wants, func(w Want) bool { return w.Key == want.Key }) {
			return nil, wantMistake("has the key %q twice: each key takes one result", want.Key)
		}
		wants = append(wants, want)
	}
	return wants, nil
}

func (j Job) want(text string) (Want, error) {
	key, name, ok := strings.Cut(text, "=")
	key, name = strings.TrimSpace(key), strings.TrimSpace(name)
	switch {
	case !ok || key == "" || name == "":
		return Want{}, wantMistake("has %q: write KEY=JOB, as in \"rows=etl/extract, mode=check\"", text)
	case len(key) > maxResultKey:
		return Want{}, wantMistake("has the key %q of %d characters: %s takes %d at most", Clip(key, 80), len(key), ResultPrefix+"KEY", maxResultKey)
	case !resultKey.MatchString(key):
		return Want{}, wantMistake("has the key %q: a key has letters, digits, '-', '_' and '.', and a letter or digit at both ends", key)
	}
	expr, err := lang.Parse(name)
	if err != nil {
		return Want{}, wantMistake("has %q, which is no name of a Job: write the one Job whose result it is, as in \"rows=etl/extract\"", text)
	}
	refs := expr.Names()
	if len(refs) != 1 || refs[0].Kind != lang.KindJob {
		return Want{}, wantMistake("has %q: a result is that of one Job; write its name, as in \"rows=etl/extract\"", text)
	}
	return Want{Key: key, Ref: refs[0].Resolve(j.Ref())}, nil
}

func wantMistake(format string, args ...any) error {
	return &Mistake{ResultsAnnotation, fmt.Sprintf(format, args...)}
}

// unawaited returns the mistake of a Job that wants a result for which it does not wait.
func (j Job) unawaited(expr *lang.Expr) error {
	wants, err := j.Wants()
	if err != nil || expr == nil {
		return err
	}
	for _, w := range wants {
		if !slices.ContainsFunc(expr.Edges(), func(e lang.Edge) bool {
			ref := e.Ref.Resolve(j.Ref())
			return ref == w.Ref || ref.MayContain(w.Ref)
		}) {
			return wantMistake("wants the result of %s, for which %s does not wait: name it there, too", w.Ref, DependsOnAnnotation)
		}
	}
	return nil
}

// WantsResult reports whether a Job with this expression asks for the result of another, to
// decide or for its pods.
func (j Job) WantsResult(expr *lang.Expr, ref lang.Ref) bool {
	if expr != nil && expr.AsksResult(ref, j.Ref()) {
		return true
	}
	wants, _ := j.Wants()
	return slices.ContainsFunc(wants, func(w Want) bool { return w.Ref == ref })
}

// resultsOff holds what asks for results where the gate may not read any.
func resultsOff(s Snapshot) (Decision, bool) {
	return Decision{
		Action: Waiting, Reason: ReasonProblem,
		Message: "held: this Job asks for results (result=, " + ResultsAnnotation + "), and this gate runs without --results: kubectl apply -k deploy/full turns them on",
	}, s.NoResults && !s.Job.Released && (s.Job.Results != "" || asksResults(s.Expr))
}

// AsksResults reports whether a Job with this expression asks for the result of any.
func (j Job) AsksResults(expr *lang.Expr) bool { return j.Results != "" || asksResults(expr) }

func asksResults(expr *lang.Expr) bool {
	return expr != nil && slices.ContainsFunc(expr.Checks(), func(c *lang.Check) bool { return len(c.Results) > 0 })
}

// handOver adds to the release of a Job the results that its pods get. A Job that has not
// succeeded gives none. One that has, and whose result is not to be had, holds the Job.
func handOver(s Snapshot, d Decision) Decision {
	wants, _ := s.Job.Wants() // invalidAnnotation has looked at it
	values, size := map[string]string{}, int64(0)
	var unread []string
	for _, w := range wants {
		o := s.World.Object(w.Ref)
		switch {
		case o == nil:
		case o.Problem != nil:
			return d.withhold(w, o.Problem.Message)
		case o.Outcome != lang.Succeeded:
		case o.Result == nil:
			unread = append(unread, w.Ref.String())
		case o.Result.Lost != "":
			return d.withhold(w, o.Result.Lost)
		default:
			values[w.Key] = o.Result.Value
			size += int64(len(ResultPrefix) + len(w.Key) + len(o.Result.Value))
		}
	}
	pods := max(s.Job.completions, s.Job.Parallelism, 1)
	if len(unread) > 0 {
		d.Action, d.Reason, d.Message = Waiting, ReasonWaiting, "waiting: the results of "+strings.Join(unread, ", ")+" are being read"
		return d
	}
	if what := TooMuchForPods(size, pods); what != "" {
		return d.tooMuch(what)
	}
	d.Results = values
	return d
}

// TooMuchForPods says of results that are too long for so many pods how long they are, and nothing
// of others.
func TooMuchForPods(size, pods int64) string {
	switch {
	case size > mostHandedOver:
		return fmt.Sprintf("have %d bytes, at most %d go into a Pod template", size, mostHandedOver)
	case size*pods > mostHandedToPods:
		return fmt.Sprintf("have %d bytes for each of %d pods, at most %d in all", size, pods, mostHandedToPods)
	}
	return ""
}

func (d Decision) withhold(w Want, why string) Decision {
	d.Action, d.Reason = Waiting, ReasonProblem
	d.Message = fmt.Sprintf("waiting, and something must be fixed: result of %s (%s): %s", w.Ref, w.Key, why)
	return d
}

func (d Decision) tooMuch(what string) Decision {
	d.Action, d.Reason = Waiting, ReasonProblem
	d.Message = "waiting, and something must be fixed: the results of " + ResultsAnnotation + " " + what + remedy
	return d
}

// noteOperations returns what a release writes to the annotations of the Pod template: the
// results that the pods get, and not those that the template was copied with, the tokens that
// each takes, and their rank.
func noteOperations(job Job, how ReleaseOptions) []operation {
	all := map[string]string{}
	for key, value := range how.Results {
		all[ResultPrefix+key] = value
	}
	if how.RankPods && how.Rank > 0 {
		all[RankAnnotation] = rank.Text(how.Rank)
	}
	if each, _ := job.usesPerPod(); job.Uses.Said {
		all[TokensAnnotation] = each.String()
	}
	if !job.TemplateAnnotated {
		if len(all) == 0 {
			return nil
		}
		return []operation{{"test", templateAnnotations, nil}, {"add", templateAnnotations, all}}
	}
	var more []operation
	for _, key := range job.TemplateResults {
		if _, again := how.Results[key]; !again {
			more = append(more, operation{"remove", templateAnnotations + "/" + pointer(ResultPrefix+key), nil})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		more = append(more, operation{"add", templateAnnotations + "/" + pointer(key), all[key]})
	}
	return more
}

const templateAnnotations = "/spec/template/metadata/annotations"

// observeResults reads what a Job says of results.
func (j *Job) observeResults(annotations map[string]string, template *corev1.PodTemplateSpec) {
	j.KeepsResult = annotations[KeepResultAnnotation] == "true"
	j.ResultContainer = resultContainer(template)
	j.TemplateAnnotated = len(template.Annotations) > 0
	if j.Results = annotations[ResultsAnnotation]; j.Results == "" && !j.Uses.Said {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(template.Annotations)) {
		if name, ours := strings.CutPrefix(key, ResultPrefix); ours {
			j.TemplateResults = append(j.TemplateResults, name)
		}
	}
}
