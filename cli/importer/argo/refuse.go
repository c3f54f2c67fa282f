package argo

import (
	"slices"

	"depctl.dev/cli/importer/output"
)

const hintArtifacts = "write the files to a volume that both mount, and mount it in the template"

// refusals are parts of a template that a Job cannot do, and what to do.
var refusals = []struct{ key, why, hint string }{
	{"http", "no Job makes a request without a container", "use a container with curl"},
	{"plugin", "there are no plugins here", "use a container"},
	{"data", "there are no artifacts to transform", "use a container, and a volume"},
	{"resource", "a Job does not apply manifests by itself", "use a container with kubectl and a service account, or apply the object with the Jobs"},
	{"containerSet", "the containers of a Job's pod are not ordered", "make a Job of each, or init containers"},
	{"daemon", "a Job ends, and a daemon does not", "make it a Deployment, and wait for ready(deployment:NAME)"},
	{"sidecars", "a sidecar would keep the pod from ending", "make it an init container with restartPolicy Always"},
	{"memoize", "nothing keeps the results of earlier runs", "leave it out"},
	{"executor", "there is no executor here", "leave it out"},
}

// notes are parts that change nothing about order and outcome when they are left out.
var notes = map[string]string{
	"metrics":         "left out: the gate has metrics of its own",
	"archiveLocation": "left out: no logs are archived",
}

// refuseTemplate reports what a template has that cannot be carried, and whether
// nothing of it can.
func (w *workflow) refuseTemplate(template tree) bool {
	before := len(w.out.Problems)
	for _, r := range refusals {
		if part := template.get(r.key); part.there() && part.text() != "false" {
			w.out.Fail(template.line(r.key), r.hint, "%s: %s", r.key, r.why)
		}
	}
	for _, a := range template.list("outputs", "artifacts") {
		w.out.Fail(a.place(), hintArtifacts, "the output artifact %s: a Job has no artifacts", a.text("name"))
	}
	for _, key := range []string{"metrics", "archiveLocation"} {
		if template.get(key).there() {
			w.out.Note(template.line(key), key, "%s", notes[key])
		}
	}
	known := []string{"container", "script", "dag", "steps", "suspend"}
	if !slices.ContainsFunc(known, func(key string) bool { return template.get(key).there() }) {
		if len(w.out.Problems) == before {
			w.out.Fail(template.place(), "", "the template %s has nothing to run that is known here", template.text("name"))
		}
		return true
	}
	return false
}

// taskKeys are those of tasks and steps that are read.
var taskKeys = []string{
	"name", "template", "templateRef", "inline", "arguments", "when", "depends", "dependencies", "continueOn",
	"withItems", "withParam", "withSequence", "onExit", "hooks",
}

func (w *workflow) refuseTask(t *task) {
	for _, key := range t.keys() {
		if !slices.Contains(taskKeys, key) {
			w.out.Fail(t.line(key), "", "%s of a task is not known here", key)
		}
	}
	for _, a := range t.list("arguments", "artifacts") {
		w.out.Fail(a.place(), hintArtifacts, "the artifact %s: a Job has no artifacts", a.text("name"))
	}
}

// refuseWorkflow reports what a workflow as a whole has that is left out or refused.
func (w *workflow) refuseWorkflow() {
	for _, left := range []struct{ key, why string }{
		{"metrics", notes["metrics"]},
		{"podGC", "left out: pods go with their Jobs"},
		{"podDisruptionBudget", "left out: a pod that is evicted counts as failed, and retryStrategy tries it again"},
		{"archiveLogs", notes["archiveLocation"]},
		{"artifactRepositoryRef", "left out: there are no artifacts"},
		{"workflowMetadata", "left out: a workflow is no object here"},
		{"priority", "left out: depctl.dev/priority is for Jobs that wait for tokens"},
		{"volumeClaimGC", "left out: the claim stays"},
	} {
		if w.spec.get(left.key).there() {
			w.out.Note(w.spec.line(left.key), left.key, "%s", left.why)
		}
	}
	for _, refused := range []struct{ key, why, hint string }{
		{"suspend", "the workflow as a whole is suspended", "depctl hold --all holds what waits in a namespace"},
		{"shutdown", "it says that the workflow is to stop", "depctl cancel"},
		{"artifactGC", "there are no artifacts", "leave it out"},
	} {
		if part := w.spec.get(refused.key); part.there() && part.text() != "false" {
			w.out.Fail(w.spec.line(refused.key), refused.hint, "%s: %s", refused.key, refused.why)
		}
	}
	for _, a := range w.spec.list("arguments", "artifacts") {
		w.out.Fail(a.place(), hintArtifacts, "the artifact %s: a Job has no artifacts", a.text("name"))
	}
}

// placeholder keeps the place of what could not be carried in the graph: a Job on hold.
func (w *workflow) placeholder(c call, t *task, n *node, why string) {
	w.problemLeaf(c, t, n, why)
}

func (w *workflow) problemLeaf(c call, t *task, n *node, why string) {
	l := w.newLeaf(c, t, n)
	l.job.Spec.Template = output.NewMark(l.name).Spec.Template
	l.incomplete = why
}
