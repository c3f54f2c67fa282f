package reference

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"depctl.dev/lang"
)

// prefix is what kubectl writes before the name of a Job.
const prefix = `(?:jobs?|jobs?(?:\.v1)?\.batch)/`

var (
	typed = regexp.MustCompile(`^` + prefix)
	// inside is the same where a name of an expression begins: not behind a kind,
	// a namespace, or a part of a name.
	inside = regexp.MustCompile(`(^|[\s,(])` + prefix)
	quoted = regexp.MustCompile(`"[^"]*"`)
)

// Plain returns a name without the type that kubectl writes before it. Whether it
// is one is not looked at.
func Plain(name string) string { return typed.ReplaceAllString(name, "") }

// Parse reads the name of a Job, in this namespace if it names none.
func Parse(name, namespace string) (lang.Ref, error) {
	plain := Plain(name)
	before, after, slash := strings.Cut(plain, "/")
	switch {
	case plain == "" || slash && (before == "" || after == "" || strings.Contains(after, "/")):
		return lang.Ref{}, fmt.Errorf("%q is not the name of a Job: write NAME, job/NAME or NAMESPACE/NAME", name)
	case !slash:
		return lang.Job(namespace, plain), nil
	case strings.Contains(before, ".") || slices.Contains(others(), before): // a namespace has no dots
		return lang.Ref{}, fmt.Errorf("%q is not a Job: write NAME or job/NAME, and the namespace as -n %s", name, before)
	}
	return lang.Job(before, after), nil
}

// others are what kubectl calls other things that run: nobody means a namespace.
func others() []string {
	return []string{
		"pod", "pods", "po", "cronjob", "cronjobs", "cj", "deployment", "deployments", "deploy", "statefulset", "statefulsets", "sts",
		"daemonset", "daemonsets", "ds", "replicaset", "replicasets", "rs", "node", "nodes", "no", "service", "services", "svc",
	}
}

// InExpression returns an expression with the names of Jobs as the language has
// them: there job/NAME is a Job of the namespace job, which nobody means on a
// command line. For that one, job:job/NAME is left.
func InExpression(text string) string {
	var b strings.Builder
	from := 0
	for _, at := range append(quoted.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		b.WriteString(inside.ReplaceAllString(text[from:at[0]], "$1"))
		b.WriteString(text[at[0]:at[1]])
		from = at[1]
	}
	return b.String()
}
