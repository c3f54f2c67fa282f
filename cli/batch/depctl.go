package batch

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"depctl.dev/lang"
)

// depctlOptions are those of the command line, and of #DEPCTL lines.
func depctlOptions() []option {
	return []option{
		{names: "--name", values: 1, value: "NAME", help: "What the Job is called. NAME- makes a new name each time: NAME-x7k2p.", read: readExactName},
		{names: "--image", values: 1, value: "IMAGE", help: "The container image.", read: textInto(func(r *request) *string { return &r.image })},
		{names: "--array", values: 1, value: "NUMBERS", help: "Make it an array: 0-99, 1-100:10, 1,3,7-9; with %10, ten elements run at once.", read: readArray},
		{names: "--after", values: 1, value: "EXPRESSION", help: "What to wait for, in the language of depends-on, in place of all that the script or the manifest waits for. i is the completion index, whatever numbers --array has.", read: readAfter},
		{names: "--on-dependency-failure", values: 1, value: "fail|wait|run", help: "What becomes of the Job if that can never come true. Default fail: the Job fails too.", read: readOnFailure},
		{names: "--wait-timeout", values: 1, value: "DURATION", help: "Fail the Job if it still waits after so long.", read: readWaitTimeout},
		{names: "--cpu", values: 1, value: "QUANTITY", help: "CPUs of each element, as a request.", read: readCPU},
		{names: "--memory", values: 1, value: "QUANTITY", help: "Memory of each element, as request and limit: what needs more is killed.", read: readMemory},
		{names: "--gpus", values: 1, value: "NUMBER", help: "GPUs of each element.", read: readGPUs},
		{names: "--time", values: 1, value: "DURATION", help: "How long it may run: 90m, 2h30m, 1d. A Job's time runs from its release; an element's from the start of its own pod, so not while it is gated.", read: readTime},
		{names: "--env", values: 1, value: "NAME=VALUE", help: "Set a variable of the environment; NAME alone takes its value from this shell. May be repeated.", read: readOneEnv},
		{names: "--queue", values: 1, value: "NAME", help: "A queue or partition, as the template describes it.", read: readQueue},
		{names: "--workdir", values: 1, value: "PATH", help: "The directory in the container to start in.", read: readDirectory},
		{names: "--label", values: 1, value: "KEY=VALUE", help: "A label of the Job and its pods. May be repeated.", read: readLabel},
		{names: "--annotation", values: 1, value: "KEY=VALUE", help: "An annotation of the Job. May be repeated.", read: readAnnotation},
		{names: "--retries", values: 1, value: "NUMBER", help: "How often a pod that failed is tried again, for each element. Default 0, as on batch systems.", read: readRetries},
		{names: "--requeue", help: "Run again what was evicted, preempted or lost with its node, without counting it.", read: readRequeue},
		{names: "--hold", help: "Do not run it yet: \"depctl release\" lets it go.", read: readHold},
		{names: "--numbering", values: 1, value: "JOB=NUMBERS", help: "The numbers of an array that cannot be read from the cluster, as in gen=1-100. May be repeated.", read: readNumbering},
	}
}

// textInto keeps the value as it is.
func textInto(field func(r *request) *string) reader {
	return func(r *request, _ place, values []string) { *field(r) = values[0] }
}

// readExactName takes a name that only one Job may have.
func readExactName(r *request, _ place, values []string) { r.name, r.exact = values[0], true }

// readAfter takes an expression as it is. What submit printed for a Job may
// stand for its name.
func readAfter(r *request, at place, values []string) {
	if at.line == 0 {
		r.replaceWaits()
	}
	text := strings.ReplaceAll(values[0], "job.batch/", "")
	if strings.TrimSpace(text) == "" {
		return
	}
	expr, err := lang.Parse(text)
	if err != nil {
		at.flag = "--after"
		r.fail(at, err.Error(), "the expression cannot be read")
		return
	}
	made := check("%s", expr)
	switch expr.Root().(type) {
	case *lang.Any, *lang.All:
		made = check("(%s)", expr)
	}
	r.alsoWaitFor(at, made)
}

func readOnFailure(r *request, at place, values []string) {
	switch values[0] {
	case "fail", "wait", "run":
		r.onFailure = values[0]
	default:
		r.fail(at, "", "there are fail, wait and run")
	}
}

func readWaitTimeout(r *request, at place, values []string) {
	if _, err := parseDuration(values[0]); err != nil {
		r.fail(at, "", "%s", err)
		return
	}
	r.waitTimeout = values[0]
}

func readQuantity(into func(r *request) *resource.Quantity) reader {
	return func(r *request, at place, values []string) {
		q, err := resource.ParseQuantity(values[0])
		if err != nil || q.Sign() <= 0 {
			r.fail(at, "", "%q is not a quantity, write 2, 500m or 4Gi", values[0])
			return
		}
		*into(r) = q
	}
}

func readCPU(r *request, at place, values []string) {
	readQuantity(func(r *request) *resource.Quantity { return &r.cpu })(r, at, values)
}

func readMemory(r *request, at place, values []string) {
	r.setMemory(resource.Quantity{})
	readQuantity(func(r *request) *resource.Quantity { return &r.memory })(r, at, values)
}

func readTime(r *request, at place, values []string) {
	d, err := parseDuration(values[0])
	r.setTime(at, d, err)
}

func readOneEnv(r *request, at place, values []string) { r.readVariable(at, values[0]) }

func readLabel(r *request, at place, values []string) {
	if pair, ok := readPair(r, at, values[0]); ok {
		r.labels = append(r.labels, pair)
	}
}

func readAnnotation(r *request, at place, values []string) {
	if pair, ok := readPair(r, at, values[0]); ok {
		r.annotations = append(r.annotations, pair)
	}
}

func readPair(r *request, at place, text string) ([2]string, bool) {
	key, value, ok := strings.Cut(text, "=")
	if !ok || key == "" {
		r.fail(at, "", "%q is not KEY=VALUE", text)
		return [2]string{}, false
	}
	return [2]string{key, value}, true
}

func readRetries(r *request, at place, values []string) {
	n, err := number(values[0])
	if err != nil {
		r.fail(at, "", "%s", err)
		return
	}
	retries := int32(n)
	r.retries = &retries
}

func readNumbering(r *request, at place, values []string) {
	name, text, _ := strings.Cut(values[0], "=")
	numbers, err := ParseNumbering(text)
	if err != nil {
		r.fail(at, "write NAME=1-100", "%s", err)
		return
	}
	r.numberings[name] = numbers
}

// parseDuration reads a time as depctl writes it: 90m, 2h30m, 1d.
func parseDuration(text string) (time.Duration, error) {
	d, err := lang.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a time, write 90m, 2h30m or 1d", text)
	}
	return bounded(d, text)
}
