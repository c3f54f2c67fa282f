package lang

import (
	"strings"

	"depctl.dev/lang/kind"
)

// kubectlKind returns the kind, in the words of the language, that kubectl and
// others call by this word; "" if it is none.
func kubectlKind(word string) string {
	word, _, _ = strings.Cut(strings.ToLower(word), ".") // jobs.batch, jobs.v1.batch
	if k, _ := kind.Of(word); k.IsBuiltIn() && !k.ClusterWide {
		return k.Name
	}
	return ""
}

// kubectlName returns the target for the name of an object as kubectl writes it,
// jobs.batch/x, or the paths of the API, batch/v1/namespaces/ns/jobs/x and
// batch/Job/x. job/x is no such name: it may be a Job x in a namespace.
func kubectlName(text string) (target string, ok bool) {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == '/' })
	if len(parts) < 2 || len(parts) == 2 && isLabel(parts[0]) && text == parts[0]+"/"+parts[1] {
		return "", false
	}
	of, namespace, name := "", "", parts[len(parts)-1]
	for i, rest := 0, parts[:len(parts)-1]; i < len(rest); i++ {
		switch found := kubectlKind(rest[i]); {
		case rest[i] == "namespaces" && i+1 < len(rest):
			i++
			namespace = rest[i]
		case found != "":
			of = found
		}
	}
	switch {
	case of == "" || !isName(name) || namespace != "" && !isLabel(namespace):
		return "", false
	case namespace != "":
		name = namespace + "/" + name
	}
	if of != KindJob {
		name = of + ":" + name
	}
	return name, true
}
