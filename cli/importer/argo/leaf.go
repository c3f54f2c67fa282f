package argo

import (
	"fmt"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/cli/importer/output"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// leaf is a Job, or a CronJob in a CronWorkflow, that is being made.
type leaf struct {
	w    *workflow
	node *node
	// name is that of the object, and ref what expressions call it.
	name, ref, label string
	job              *batchv1.Job
	// depends is what it waits for in place of the node's guard, if it is not nil.
	depends *output.Expr
	size    int
	// says is set if somebody wants what it says: the content of path, or what it
	// prints if that is empty.
	says    bool
	path    string
	needs   []string
	results []string
	uses    []string
	hold    string
	// incomplete says why it must not run as it is.
	incomplete string
}

// suppliedBySomebody, as a path, says that a person gives the result.
const suppliedBySomebody = "\x00"

const partOf = "app.kubernetes.io/part-of"

func (w *workflow) newLeaf(c call, t *task, n *node) *leaf {
	longest := output.LongestJob
	if w.schedule != nil {
		longest = output.LongestCronJob
	}
	l := &leaf{w: w, node: n, label: c.label, uses: slices.Concat(c.uses, c.own)}
	if c.label == "" {
		l.name = w.names.New(longest, append([]string{w.name}, c.path...)...)
	} else {
		l.name = w.names.New(longest-7, append([]string{w.name}, c.path...)...) // pods have their number behind it
	}
	l.ref = l.name
	if w.schedule != nil {
		l.ref = "cronjob:" + l.name
	}
	l.job = output.NewJob(l.name)
	l.job.Labels = map[string]string{partOf: output.Plain(w.name)}
	n.leaf, n.jobs = l, []string{l.ref}
	w.leaves = append(w.leaves, l)
	if w.jobs++; w.jobs == maxJobs+1 {
		w.out.Fail(t.place(), "", "there would be more than %d Jobs", maxJobs)
	}
	return l
}

// say notes that somebody wants an output.
func (l *leaf) say(path string, said tree, at output.Place) {
	if l.says && l.path != path {
		l.w.out.Fail(at, "write both into one file, or one of them to a volume", "Job %s would have two results, and a Job has one", l.name)
		return
	}
	l.says, l.path = true, path
}

// finish writes what is known only at the end, and hands the Job over.
func (l *leaf) finish() {
	w, at := l.w, l.node.place
	if l.says {
		l.writeResult()
	}
	depends := l.node.guard
	if l.depends != nil {
		depends = l.depends
	}
	for _, need := range l.needs {
		if !depends.Names(need) {
			depends = output.All(depends, output.Finished(need))
		}
	}
	text := depends.String()
	output.Annotate(l.job, gate.DependsOnAnnotation, text)
	if text != "" {
		if _, err := lang.Parse(text); err != nil {
			w.out.Fail(at, "write its annotation by hand", "what %s waits for cannot be said: %s", l.name, output.Printable(err.Error()))
		}
	}
	slices.Sort(l.results)
	output.Annotate(l.job, gate.ResultsAnnotation, strings.Join(l.results, ", "))
	output.Annotate(l.job, gate.UsesAnnotation, strings.Join(l.uses, ", "))
	if l.hold != "" {
		output.Hold(l.job, l.hold)
	}
	if l.incomplete != "" {
		output.Hold(l.job, "incomplete: "+l.incomplete)
	}
	l.job.Spec.TTLSecondsAfterFinished = w.timeToLive()
	part := strings.TrimSpace("task " + l.node.name)
	if l.node.name == "" {
		part = "the entrypoint"
	}
	if w.schedule != nil {
		w.out.Add(at, part, w.schedule.cronJob(l.job, w.waitedFor(l)))
		w.out.Note(at, part, "CronJob %s", l.name)
		return
	}
	w.out.Add(at, part, l.job)
	became := "Job " + l.name
	if l.label != "" {
		became += ", " + l.label
	}
	w.out.Note(at, part, "%s", became)
}

// waitedFor reports whether another part of the workflow asks about this one.
func (w *workflow) waitedFor(l *leaf) bool {
	return slices.ContainsFunc(w.leaves, func(other *leaf) bool {
		return other.node.guard.Names(l.ref) || slices.Contains(other.needs, l.ref)
	})
}

// capture has a shell write what a program prints to where results are read.
const capture = `out=$("$@"); code=$?; printf '%s\n' "$out"; [ $code -eq 0 ] && printf %s "$out" >/dev/termination-log; exit $code`

// writeResult has the container write its result.
func (l *leaf) writeResult() {
	main := &l.job.Spec.Template.Spec.Containers[0]
	for i, container := range l.job.Spec.Template.Spec.Containers {
		if container.Name == output.Main {
			main = &l.job.Spec.Template.Spec.Containers[i]
		}
	}
	output.Annotate(l.job, gate.KeepResultAnnotation, "true")
	switch {
	case l.path == suppliedBySomebody:
		return
	case l.path != "":
		main.TerminationMessagePath = l.path
		return
	case len(main.Command) == 0:
		l.w.out.Fail(l.node.place, "say the command", "what %s prints is wanted, and the template has no command that could be told to write it", l.name)
		return
	}
	main.Args = slices.Concat(main.Command, main.Args)
	main.Command = []string{"sh", "-c", capture, "sh"}
	l.w.out.Note(l.node.place, "task "+l.node.name, "its image needs sh, which writes what it prints as the result")
}

// suspend makes what waits for a person, or for a while.
func (w *workflow) suspend(c call, t *task, n *node) {
	l := w.newLeaf(c, t, n)
	l.job.Spec.Template = output.NewMark(l.name).Spec.Template
	if duration := n.template.get("suspend", "duration"); duration.there() {
		delay, err := seconds(n.inside.replace(duration.text(), duration.place()))
		later, ok := n.guard.Delayed(fmt.Sprintf("%ds", delay))
		switch {
		case err != nil:
			w.out.Fail(duration.place(), "", "suspend: %s", err)
		case !ok:
			w.out.Fail(duration.place(), "put a step before it", "suspend: there is nothing from whose end %d seconds could be counted", delay)
		default:
			l.depends = later
		}
		return
	}
	l.hold = "suspended: depctl release " + l.name
	for _, p := range n.template.list("outputs", "parameters") {
		if !p.get("valueFrom", "supplied").there() {
			continue
		}
		standard := named(n.template.list("inputs", "parameters"), p.text("name"))
		metav1.SetMetaDataAnnotation(&l.job.Spec.Template.ObjectMeta, suppliedAnnotation, standard.text("default"))
		main := &l.job.Spec.Template.Spec.Containers[0]
		main.Command = []string{"sh", "-c", `printf %s "$SUPPLIED" >/dev/termination-log`}
		main.Env = []corev1.EnvVar{{Name: "SUPPLIED", ValueFrom: &corev1.EnvVarSource{
			FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.annotations['" + suppliedAnnotation + "']"},
		}}}
		w.out.Note(p.place(), "output "+p.text("name"), `give it before you release the Job: kubectl patch job %s --type=merge -p '{"spec":{"template":{"metadata":{"annotations":{"%s":"VALUE"}}}}}'`, l.name, suppliedAnnotation)
	}
	w.out.Note(t.place(), "task "+t.name, "it is on hold until: depctl release %s", l.name)
}

// suppliedAnnotation has what a person says, on the pod template of a Job on hold.
const suppliedAnnotation = "import.depctl.dev/supplied"
