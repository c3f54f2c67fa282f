package depctl

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"k8s.io/apimachinery/pkg/api/resource"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
	"depctl.dev/lang"
)

// options are those of the command line, and of #DEPCTL lines.
func options() []request.Option {
	return []request.Option{
		{Names: "--name", Values: 1, Value: "NAME", Help: "What the Job is called. NAME- makes a new name each time: NAME-x7k2p.", Read: readExactName},
		{Names: "--image", Values: 1, Value: "IMAGE", Help: "The container image.", Read: textInto(func(r *request.Request) *string { return &r.Image })},
		{Names: "--array", Values: 1, Value: "NUMBERS", Help: "Make it an array: 0-99, 1-100:10, 1,3,7-9; with %10, ten elements run at once.", Read: request.ReadArray},
		{Names: "--after", Values: 1, Value: "EXPRESSION", Help: "What to wait for, in the language of depends-on, in place of all that the script or the manifest waits for. i is the completion index, whatever numbers --array has.", Read: readAfter},
		{Names: "--after-ok", Values: 1, Value: "LIST", Help: "Jobs that must have succeeded, by name or number, with spaces or commas between; an empty list is none.", Read: readAfterOK},
		{Names: "--on-dependency-failure", Values: 1, Value: "fail|wait|run", Help: "What becomes of the Job if that can never come true. Default fail: the Job fails too.", Read: readOnFailure},
		{Names: "--wait-timeout", Values: 1, Value: "DURATION", Help: "Fail the Job if it still waits after so long.", Read: readWaitTimeout},
		{Names: "--uses", Values: 1, Value: "LIMIT=NUMBER", Help: "Tokens of limits that each element takes while the Job runs: licence=2, db. It starts when they are free.", Read: readUses},
		{Names: "--near", Help: "Prefer the nodes on which the pods ran of what it waits for.", Read: readNear},
		{Names: "--cpu", Values: 1, Value: "QUANTITY", Help: "CPUs of each element, as a request.", Read: readCPU},
		{Names: "--memory", Values: 1, Value: "QUANTITY", Help: "Memory of each element, as request and limit: what needs more is killed.", Read: readMemory},
		{Names: "--gpus", Values: 1, Value: "NUMBER", Help: "GPUs of each element.", Read: request.ReadGPUs},
		{Names: "--time", Values: 1, Value: "DURATION", Help: "How long it may run: 90m, 2h30m, 1d. A Job's time runs from its release; an element's from the start of its own pod, so not while it is gated.", Read: readTime},
		{Names: "--env", Values: 1, Value: "NAME=VALUE", Help: "Set a variable of the environment; NAME alone takes its value from this shell. May be repeated.", Read: readOneEnv},
		{Names: "--queue", Values: 1, Value: "NAME", Help: "A queue or partition, as the template describes it.", Read: request.ReadQueue},
		{Names: "--workdir", Values: 1, Value: "PATH", Help: "The directory in the container to start in.", Read: request.ReadDirectory},
		{Names: "--label", Values: 1, Value: "KEY=VALUE", Help: "A label of the Job and its pods. May be repeated.", Read: readLabel},
		{Names: "--annotation", Values: 1, Value: "KEY=VALUE", Help: "An annotation of the Job. May be repeated.", Read: readAnnotation},
		{Names: "--retries", Values: 1, Value: "NUMBER", Help: "How often a pod that failed is tried again, for each element. Default 0, as on batch systems.", Read: readRetries},
		{Names: "--requeue", Help: "Run again what was evicted, preempted or lost with its node, without counting it.", Read: request.ReadRequeue},
		{Names: "--hold", Help: "Do not run it yet: \"depctl release\" lets it go.", Read: request.ReadHold},
		{Names: "--numbering", Values: 1, Value: "JOB=NUMBERS", Help: "The numbers of an array that cannot be read from the cluster, as in gen=1-100. May be repeated.", Read: readNumbering},
	}
}

// textInto keeps the value as it is.
func textInto(field func(r *request.Request) *string) request.Reader {
	return func(r *request.Request, _ request.Place, values []string) { *field(r) = values[0] }
}

// readExactName takes a name that only one Job may have.
func readExactName(r *request.Request, _ request.Place, values []string) {
	r.Name, r.Exact = values[0], true
}

// readAfter takes an expression as it is. What submit printed for a Job may
// stand for its name.
func readAfter(r *request.Request, at request.Place, values []string) {
	if at.Line == 0 {
		r.ReplaceWaits()
	}
	text := strings.ReplaceAll(values[0], "job.batch/", "")
	if strings.TrimSpace(text) == "" {
		return
	}
	expr, err := lang.Parse(text)
	if err != nil {
		at.Flag = "--after"
		r.Fail(at, err.Error(), "the expression cannot be read")
		return
	}
	made := request.Check("%s", expr)
	switch expr.Root().(type) {
	case *lang.Any, *lang.All:
		made = request.Check("(%s)", expr)
	}
	r.AlsoWaitFor(at, made)
}

// readAfterOK reads a list as programs make one, such as {dependencies} of Snakemake.
func readAfterOK(r *request.Request, at request.Place, values []string) {
	ids := strings.FieldsFunc(values[0], func(c rune) bool { return c == ',' || unicode.IsSpace(c) })
	r.WaitFor("after-ok", at, func(t *request.Translation) request.Term {
		var terms []request.Term
		for _, id := range ids {
			ref, err := t.Job(id)
			if err != nil {
				return request.Term{}
			}
			terms = append(terms, request.Check("%s", ref))
		}
		return request.All(terms...)
	})
}

func readOnFailure(r *request.Request, at request.Place, values []string) {
	switch values[0] {
	case "fail", "wait", "run":
		r.OnFailure = values[0]
	default:
		r.Fail(at, "", "there are fail, wait and run")
	}
}

func readWaitTimeout(r *request.Request, at request.Place, values []string) {
	if _, err := parseDuration(values[0]); err != nil {
		r.Fail(at, "", "%s", err)
		return
	}
	r.WaitTimeout = values[0]
}

// readUses takes what annotation depctl.dev/uses says, in place of what the script says.
func readUses(r *request.Request, at request.Place, values []string) {
	r.UseNothing()
	for part := range strings.SplitSeq(values[0], ",") {
		name, number, _ := strings.Cut(part, "=")
		if strings.TrimSpace(name) != "" {
			r.Use(at, strings.TrimSpace(name), strings.TrimSpace(number))
		}
	}
}

func readNear(r *request.Request, _ request.Place, _ []string) { r.GoNear() }

func readQuantity(into func(r *request.Request) *resource.Quantity) request.Reader {
	return func(r *request.Request, at request.Place, values []string) {
		q, err := resource.ParseQuantity(values[0])
		if err != nil || q.Sign() <= 0 {
			r.Fail(at, "", "%q is not a quantity, write 2, 500m or 4Gi", values[0])
			return
		}
		*into(r) = q
	}
}

func readCPU(r *request.Request, at request.Place, values []string) {
	readQuantity(func(r *request.Request) *resource.Quantity { return &r.CPU })(r, at, values)
}

func readMemory(r *request.Request, at request.Place, values []string) {
	r.SetMemory(resource.Quantity{})
	readQuantity(func(r *request.Request) *resource.Quantity { return &r.Memory })(r, at, values)
}

func readTime(r *request.Request, at request.Place, values []string) {
	d, err := parseDuration(values[0])
	r.SetTime(at, d, err)
}

func readOneEnv(r *request.Request, at request.Place, values []string) { r.ReadVariable(at, values[0]) }

func readLabel(r *request.Request, at request.Place, values []string) {
	if pair, ok := readPair(r, at, values[0]); ok {
		r.Labels = append(r.Labels, pair)
	}
}

func readAnnotation(r *request.Request, at request.Place, values []string) {
	if pair, ok := readPair(r, at, values[0]); ok {
		r.Annotations = append(r.Annotations, pair)
	}
}

func readPair(r *request.Request, at request.Place, text string) ([2]string, bool) {
	key, value, ok := strings.Cut(text, "=")
	if !ok || key == "" {
		r.Fail(at, "", "%q is not KEY=VALUE", text)
		return [2]string{}, false
	}
	return [2]string{key, value}, true
}

func readRetries(r *request.Request, at request.Place, values []string) {
	n, err := notation.Number(values[0])
	if err != nil {
		r.Fail(at, "", "%s", err)
		return
	}
	retries := int32(n)
	r.Retries = &retries
}

func readNumbering(r *request.Request, at request.Place, values []string) {
	name, text, _ := strings.Cut(values[0], "=")
	numbers, err := notation.ParseNumbering(text)
	if err != nil {
		r.Fail(at, "write NAME=1-100", "%s", err)
		return
	}
	r.Numberings[name] = numbers
}

// parseDuration reads a time as depctl writes it: 90m, 2h30m, 1d.
func parseDuration(text string) (time.Duration, error) {
	d, err := lang.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a time, write 90m, 2h30m or 1d", text)
	}
	return notation.Bounded(d, text)
}
