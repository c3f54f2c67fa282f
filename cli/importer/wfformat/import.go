package wfformat

import (
	"cmp"
	"fmt"
	"math"
	"path"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"depctl.dev/cli/importer/output"
	"depctl.dev/gate"
)

// Options are what the command line says.
type Options struct {
	// Image is that of the containers, and Name what names of Jobs begin with.
	Image, Name string
}

// ExpectedDuration is the annotation of how long a Job is expected to run.
const ExpectedDuration = "depctl.dev/expected-duration"

// Import makes manifests of workflows: a Job of each task, with what it ran.
func Import(files []output.File, options Options) *output.Output {
	out := &output.Output{}
	names := &output.Names{}
	for _, file := range files {
		w, err := Read(file)
		if err != nil {
			out.Fail(output.Place{File: file.Name}, "", "%s", err)
			continue
		}
		if options.Image == "" {
			out.Fail(output.Place{File: file.Name}, "give one that has its programs: --image", "a workflow of WfFormat names no image")
		}
		prefix := cmp.Or(options.Name, strings.TrimSuffix(path.Base(file.Name), path.Ext(file.Name)))
		w.jobs(out, names, prefix, options.Image)
	}
	out.Finish()
	return out
}

func (w *Workflow) jobs(out *output.Output, names *output.Names, prefix, image string) {
	ofTask := map[string]string{}
	for _, t := range w.Tasks {
		ofTask[t.ID] = names.New(output.LongestJob, prefix, t.ID)
	}
	if circle := w.circle(); circle != nil {
		out.Fail(circle.Place, "break the circle", "task %s waits for itself, through its parents", circle.ID)
	}
	if i := slices.IndexFunc(w.Tasks, func(t Task) bool { return t.Files }); i >= 0 {
		out.Note(w.Tasks[i].Place, "files", "no files are copied: mount a volume that has them, and on which the tasks write theirs")
	}
	for _, t := range w.Tasks {
		job := output.NewJob(ofTask[t.ID])
		job.Labels = map[string]string{"app.kubernetes.io/part-of": label(prefix)}
		var after []*output.Expr
		for _, parent := range t.Parents {
			after = append(after, output.Succeeded(ofTask[parent]))
		}
		output.Annotate(job, gate.DependsOnAnnotation, output.All(after...).String())
		if t.Seconds > 0 && t.Seconds < 1e9 {
			length := time.Duration(math.Ceil(t.Seconds)) * time.Second
			output.Annotate(job, ExpectedDuration, length.String())
		}
		main := corev1.Container{Name: output.Main, Image: image, Args: t.Arguments}
		switch {
		case strings.ContainsAny(t.Program, " \t\n") && len(t.Arguments) == 0: // it is a script
			main.Command = []string{"/bin/sh", "-c", output.Literal(t.Program)}
		case t.Program != "":
			main.Command = []string{t.Program}
		}
		t.request(&main)
		job.Spec.Template.Spec.Containers = []corev1.Container{main}
		switch {
		case t.Program == "":
			out.Fail(t.Place, "write the command into the manifest", "task %s does not say what it ran", t.ID)
			output.Hold(job, "incomplete: what it runs is not said")
		case image == "":
			output.Hold(job, "incomplete: there is no image")
		}
		part := "task " + t.ID
		out.Add(t.Place, part, job)
		out.Note(t.Place, part, "Job %s", job.Name)
	}
}

// label returns a text as the value of a label.
func label(text string) string {
	names := output.Names{}
	return names.New(63, text)
}

// request asks for what the task had.
func (t Task) request(c *corev1.Container) {
	requests := corev1.ResourceList{}
	if t.Cores > 0 && t.Cores < 1e6 {
		requests[corev1.ResourceCPU] = *resource.NewMilliQuantity(int64(math.Ceil(t.Cores*1000)), resource.DecimalSI)
	}
	if t.Bytes > 0 && t.Bytes < 1e15 {
		mebibytes := int64(math.Ceil(t.Bytes / (1 << 20)))
		requests[corev1.ResourceMemory] = resource.MustParse(fmt.Sprintf("%dMi", mebibytes))
	}
	if len(requests) > 0 {
		c.Resources.Requests = requests
	}
}

// circle returns a task that waits for itself, nil if there is none.
func (w *Workflow) circle() *Task {
	at := map[string]*Task{}
	children := map[string][]string{}
	waits := map[string]int{}
	for i := range w.Tasks {
		t := &w.Tasks[i]
		at[t.ID], waits[t.ID] = t, len(t.Parents)
		for _, parent := range t.Parents {
			children[parent] = append(children[parent], t.ID)
		}
	}
	var ready []string
	for _, t := range w.Tasks {
		if waits[t.ID] == 0 {
			ready = append(ready, t.ID)
		}
	}
	for len(ready) > 0 {
		id := ready[len(ready)-1]
		ready = ready[:len(ready)-1]
		delete(waits, id)
		for _, child := range children[id] {
			if waits[child]--; waits[child] == 0 {
				ready = append(ready, child)
			}
		}
	}
	for _, t := range w.Tasks {
		if _, left := waits[t.ID]; left {
			return at[t.ID]
		}
	}
	return nil
}
