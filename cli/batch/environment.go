package batch

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

// Where a pod finds what only Kubernetes knows.
const (
	jobNameField = "metadata.labels['batch.kubernetes.io/job-name']"
	indexField   = "metadata.annotations['batch.kubernetes.io/job-completion-index']"
)

// environment sets the variables of depctl, of the dialect, and of the user, who
// has the last word.
func (b *builder) environment() {
	for _, v := range b.variables() {
		b.setVariable(v)
	}
	b.pass()
	for _, v := range b.Env {
		b.setVariable(corev1.EnvVar{Name: v.Name, Value: escaped(v.Value)})
	}
}

// pass sets the variables of the shell that the site lets go into Jobs, where the system
// passes all of them, or the user says so.
func (b *builder) pass() {
	d := b.table.named(b.Dialect)
	if b.site == nil || b.Host == nil || d == nil || b.Passes != nil && !*b.Passes || b.Passes == nil && !(d.PassesAll && b.ID != 0) {
		return
	}
	for _, v := range b.Environ {
		name, value, _ := strings.Cut(v, "=")
		if slices.ContainsFunc(b.site.Environment, func(pattern string) bool { return request.Matches(pattern, name) }) && len(validation.IsEnvVarName(name)) == 0 {
			b.setVariable(corev1.EnvVar{Name: name, Value: escaped(value)})
		}
	}
}

func (b *builder) setVariable(v corev1.EnvVar) {
	env := b.main.Env
	if i := slices.IndexFunc(env, func(e corev1.EnvVar) bool { return e.Name == v.Name }); i >= 0 {
		env[i] = v
	} else {
		b.main.Env = append(env, v)
	}
}

// escaped keeps Kubernetes from reading $(NAME) and $$ in a text.
func escaped(text string) string { return strings.ReplaceAll(text, "$", "$$") }

// numbered are the variables that have the number of the element.
func (b *builder) numbered() []string {
	names := []string{notation.TaskVariable}
	if d := b.table.named(b.Dialect); d != nil {
		names = append(names, d.Indexes...)
	}
	return names
}

// usesShell reports whether the number must be computed from the index, in the
// container.
func (b *builder) usesShell() bool {
	return b.Array != nil && !b.inherited && !b.Array.IsIndexes()
}

func (b *builder) variables() []corev1.EnvVar {
	var list []corev1.EnvVar
	if b.Array != nil && !b.usesShell() && !b.inherited {
		for _, name := range b.numbered() {
			list = append(list, fromField(name, indexField))
		}
	}
	d := b.table.named(b.Dialect)
	if d == nil || d.Variables == nil {
		return list
	}
	for _, v := range d.Variables(b.Request) {
		switch {
		case v.IsJobName:
			list = append(list, fromField(v.Name, jobNameField))
		case v.IsNode:
			list = append(list, fromField(v.Name, "spec.nodeName"))
		default:
			list = append(list, corev1.EnvVar{Name: v.Name, Value: v.Value})
		}
	}
	return list
}

func fromField(name, path string) corev1.EnvVar {
	return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: path}}}
}
