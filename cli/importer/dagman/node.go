package dagman

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/importer/output"
	"depctl.dev/gate"
)

const partOf = "app.kubernetes.io/part-of"

// build makes the Jobs of all nodes.
func (g *graph) build() {
	order, circle := g.sorted()
	if circle != nil {
		g.out.Fail(g.nodes[circle[0]].Place, "break the circle", "nodes wait for one another: %s", strings.Join(circle, " -> "))
		return
	}
	for _, name := range order {
		g.node(g.nodes[name])
	}
	if len(order) == 0 && len(g.out.Problems) == 0 {
		g.out.Fail(output.Place{File: g.name}, "", "the DAG has no nodes")
	}
}

// node makes the Jobs of one.
func (g *graph) node(n *node) {
	before := len(g.out.Problems)
	part := "node " + n.name
	if n.done {
		g.out.Note(n.Place, part, "no Job: it is DONE")
		return
	}
	if n.noop {
		job := output.NewMark(g.names.New(output.LongestJob, g.name, n.name))
		g.out.Note(n.Place, part, "Job %s, which does nothing", job.Name)
		g.finish(n, job, before)
		return
	}
	if !n.inline {
		file := path.Join(n.directory, n.file.Name)
		n.file.Name = relative(n.Place.File, file)
		text, err := g.read(n.file.Name)
		if err != nil {
			g.out.Fail(n.Place, "give the file too, or name an image and a command in a submit description that can be read", "the submit description of %s cannot be read: %s", n.name, err)
		}
		n.file.Text = text
	}
	s := g.submission(n.file)
	if len(s.queue.items) > 0 {
		for i, item := range s.queue.items {
			g.job(n, s, s.queue.values(item), strconv.Itoa(i), before)
		}
		return
	}
	g.job(n, s, nil, "", before)
}

// job makes one Job of a node.
func (g *graph) job(n *node, s *submission, values map[string]string, suffix string, before int) {
	m := macros{values: map[string]string{}, index: "0"}
	for key, e := range s.entries {
		m.values[key] = e.value
	}
	for _, v := range n.variables {
		m.values[strings.ToLower(v.name)] = strings.ReplaceAll(v.value, "$(JOB)", n.name)
	}
	for name, value := range values {
		m.values[name] = value
	}
	m.values["job"] = n.name
	count, err := m.expand(s.queue.count)
	size, conversion := strconv.Atoi(strings.TrimSpace(count))
	if err != nil || conversion != nil || size < 0 || size > 100_000 {
		g.out.Fail(s.queue.Place, "", "queue %s is no number of jobs", s.queue.count)
		size = 1
	}
	longest := output.LongestJob
	if size > 1 {
		m.index = "$(JOB_COMPLETION_INDEX)"
		longest -= 7 // pods have their number behind the name
	}
	job := output.NewJob(g.names.New(longest, g.name, n.name, suffix))
	r := &reader{g: g, n: n, s: s, macros: m, job: job}
	r.container()
	if size > 1 {
		n.size = size
		job.Spec.CompletionMode = ptr.To(batchv1.IndexedCompletion)
		job.Spec.Completions, job.Spec.Parallelism = ptr.To(int32(size)), ptr.To(int32(size))
		if n.tolerance != "" {
			job.Spec.BackoffLimit, job.Spec.BackoffLimitPerIndex = nil, new(int32)
			if n.failFast {
				least, _ := strconv.Atoi(n.least())
				job.Spec.MaxFailedIndexes = ptr.To(int32(size - least))
			}
		}
	} else if n.tolerance != "" {
		g.out.Note(n.Place, "TOLERANCE", "left out: the node is one Job")
	}
	g.retry(n, job)
	became := "Job " + job.Name
	if size > 1 {
		became += fmt.Sprintf(", an array of %d", size)
	}
	g.out.Note(n.Place, "node "+n.name, "%s", became)
	g.finish(n, job, before)
}

// retry carries RETRY and ABORT-DAG-ON.
func (g *graph) retry(n *node, job *batchv1.Job) {
	if n.retries > 0 {
		switch {
		case job.Spec.BackoffLimitPerIndex != nil:
			g.out.Fail(n.Place, "", "RETRY of a node with TOLERANCE cannot be carried")
		case n.size > 1:
			job.Spec.BackoffLimit, job.Spec.BackoffLimitPerIndex = nil, ptr.To(int32(n.retries))
			g.out.Note(n.Place, "RETRY "+n.name, "each element is tried again, not all of them when one has failed")
		default:
			job.Spec.BackoffLimit = ptr.To(int32(n.retries))
		}
	}
	var final []int32
	for _, text := range []string{n.unlessExit, n.abortOn} {
		if text == "" {
			continue
		}
		code, err := strconv.ParseInt(text, 10, 32)
		if err != nil || code <= 0 || code > 255 {
			g.out.Fail(cmp.Or(n.abortAt, n.Place), "", "the exit value %q of node %s is none of a failure", text, n.name)
			continue
		}
		if !slices.Contains(final, int32(code)) {
			final = append(final, int32(code))
		}
	}
	if n.abortOn != "" {
		if others := g.strangers(n); len(others) > 0 {
			g.out.Fail(n.abortAt, "in a run, --fail-fast of depctl run ends what still waits when any node has failed", "ABORT-DAG-ON %s: %s would go on, as they do not wait for it", n.name, strings.Join(others, ", "))
		}
	}
	if len(final) > 0 && n.retries > 0 {
		slices.Sort(final)
		job.Spec.PodFailurePolicy = &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{{
			Action: batchv1.PodFailurePolicyActionFailJob,
			OnExitCodes: &batchv1.PodFailurePolicyOnExitCodesRequirement{
				ContainerName: ptr.To(output.Main), Operator: batchv1.PodFailurePolicyOnExitCodesOpIn, Values: final,
			},
		}}}
	}
}

// finish writes what all Jobs of nodes have, and hands one over.
func (g *graph) finish(n *node, job *batchv1.Job, before int) {
	job.Labels = map[string]string{partOf: output.Plain(g.name)}
	output.Annotate(job, gate.DependsOnAnnotation, g.expression(n).String())
	output.Annotate(job, gate.PriorityAnnotation, n.priority)
	if limit, tokens, ok := g.categoryOf(n); ok {
		uses := strings.Join(slices.DeleteFunc([]string{job.Annotations[gate.UsesAnnotation], limit}, func(text string) bool { return text == "" }), ", ")
		output.Annotate(job, gate.UsesAnnotation, uses)
		g.out.Limit(n.Place, limit, tokens)
	}
	if problems := g.out.Problems[before:]; len(problems) > 0 {
		n.wrong = problems[0].Message
	}
	if n.wrong != "" {
		output.Hold(job, "incomplete: "+n.wrong)
	}
	n.jobs = append(n.jobs, job.Name)
	g.out.Add(n.Place, "node "+n.name, job)
}

// reader carries the entries of a submit description into a Job.
type reader struct {
	g *graph
	n *node
	s *submission
	macros
	job *batchv1.Job
}

// text returns the value of an entry, with its macros.
func (r *reader) text(key string) string {
	e, ok := r.s.entries[key]
	if !ok {
		return ""
	}
	value, err := r.expand(e.value)
	if err != nil {
		r.g.out.Fail(e.Place, "", "%s: %s", key, err)
	}
	return strings.TrimSpace(value)
}

func (r *reader) fail(key, hint, format string, args ...any) {
	r.g.out.Fail(r.s.entries[key].Place, hint, key+": "+format, args...)
}

// container makes the container that runs the program.
func (r *reader) container() {
	main := corev1.Container{Name: output.Main, Image: r.image()}
	executable := r.text("executable")
	if executable != "" {
		main.Command = []string{executable}
	} else if !r.s.queued || r.s.entries["container_image"].key == "" && r.s.entries["docker_image"].key == "" {
		r.g.out.Fail(r.n.Place, "say it in the submit description: executable = ...", "node %s has no executable", r.n.name)
	}
	args, err := arguments(r.text("arguments"))
	if err != nil {
		r.fail("arguments", "", "%s", err)
	}
	main.Args = args
	variables, err := environment(r.text("environment"))
	if err != nil {
		r.fail("environment", "", "%s", err)
	}
	for _, v := range variables {
		main.Env = append(main.Env, corev1.EnvVar{Name: v.name, Value: v.value})
	}
	directory := cmp.Or(r.text("initialdir"), r.n.directory)
	if path.IsAbs(directory) {
		main.WorkingDir = directory
	} else if directory != "" {
		r.g.out.Note(r.n.Place, "directory "+directory, "left out: a container does not start in a folder of the submit host")
	}
	r.resources(&main)
	r.others()
	spec := &r.job.Spec.Template.Spec
	spec.InitContainers = r.g.before(r.n, main)
	r.g.wrap(r.n, &main, r.input())
	spec.Containers = []corev1.Container{main}
}

// image is that of the submit description, or of the command line.
func (r *reader) image() string {
	for _, key := range []string{"container_image", "docker_image"} {
		if image := strings.TrimPrefix(r.text(key), "docker://"); image != "" {
			return image
		}
	}
	if r.g.options.Image == "" {
		r.g.out.Fail(r.n.Place, "give one: --image, or container_image in the submit description", "node %s has no image", r.n.name)
	}
	return r.g.options.Image
}

func (r *reader) input() string {
	input := cmp.Or(r.text("input"), r.text("stdin"))
	if input == "/dev/null" {
		return ""
	}
	return input
}
