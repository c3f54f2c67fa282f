package argo

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/importer/output"
	"depctl.dev/gate"
)

// container makes the Job of a container or script.
func (w *workflow) container(c call, t *task, n *node) {
	l := w.newLeaf(c, t, n)
	plain := n.inside.in(without(n.template, "inputs", "outputs", "metrics", "podSpecPatch", "retryStrategy", "archiveLocation", "dag", "steps"))
	key := "container"
	if plain.get("script").there() {
		key = "script"
	}
	pod := &l.job.Spec.Template
	pod.Spec = l.podSpec(n.inside, plain)
	pod.Spec.RestartPolicy = corev1.RestartPolicyNever
	var main corev1.Container
	if err := plain.get(key).decode(&main); err != nil {
		w.out.Fail(plain.line(key), "", "the container cannot be read: %s", err)
	}
	main.Name = output.Main
	if key == "script" {
		l.script(&main, plain)
	}
	pod.Spec.Containers = append([]corev1.Container{main}, pod.Spec.Containers...)
	for _, init := range plain.list("initContainers") {
		var container corev1.Container
		if err := without(init, "mirrorVolumeMounts").decode(&container); err != nil {
			w.out.Fail(init.place(), "", "the init container cannot be read: %s", err)
		}
		if init.text("mirrorVolumeMounts") == "true" {
			container.VolumeMounts = append(container.VolumeMounts, main.VolumeMounts...)
		}
		pod.Spec.InitContainers = append(pod.Spec.InitContainers, container)
	}
	l.podMetadata(n.inside, plain)
	l.volumes(n.inside, plain)
	for i := range pod.Spec.Containers {
		l.expandContainer(&pod.Spec.Containers[i])
	}
	for i := range pod.Spec.InitContainers {
		l.expandContainer(&pod.Spec.InitContainers[i])
	}
	l.patch(n.inside, n.template)
	l.retry(n.inside, n.template)
	if c.label != "" {
		l.indexed(n)
	}
	l.timeouts(plain)
	l.locks(plain)
	l.leftRefs(t)
}

// without returns a map without some keys.
func without(t tree, keys ...string) tree {
	r := t.resolved()
	if r == nil || r.Kind != yaml.MappingNode {
		return t
	}
	n := *r
	n.Content = nil
	for i := 0; i+1 < len(r.Content); i += 2 {
		if !slices.Contains(keys, r.Content[i].Value) {
			n.Content = append(n.Content, r.Content[i], r.Content[i+1])
		}
	}
	return tree{t.file, &n}
}

// podKeys are parts of a workflow or template that the spec of a pod has under the same
// name, or under another one.
var podKeys = map[string]string{
	"nodeSelector": "nodeSelector", "tolerations": "tolerations", "affinity": "affinity", "serviceAccountName": "serviceAccountName",
	"imagePullSecrets": "imagePullSecrets", "hostAliases": "hostAliases", "hostNetwork": "hostNetwork", "dnsPolicy": "dnsPolicy",
	"dnsConfig": "dnsConfig", "securityContext": "securityContext", "automountServiceAccountToken": "automountServiceAccountToken",
	"schedulerName": "schedulerName", "podPriorityClassName": "priorityClassName", "priorityClassName": "priorityClassName",
	"resourceClaims": "resourceClaims",
}

// podSpec takes what the workflow and the template say of pods.
func (l *leaf) podSpec(s scope, template tree) corev1.PodSpec {
	fields := map[string]any{}
	for _, from := range []tree{l.w.spec, template} {
		for _, key := range sortedKeys(podKeys) {
			if part := from.get(key); part.there() {
				fields[podKeys[key]] = s.in(part).value()
			}
		}
	}
	var spec corev1.PodSpec
	text, err := json.Marshal(fields)
	if err == nil {
		err = json.Unmarshal(text, &spec)
	}
	if err != nil {
		l.w.out.Fail(template.place(), "", "what it says of pods cannot be read: %s", err)
	}
	return spec
}

func (l *leaf) podMetadata(s scope, template tree) {
	for _, from := range []tree{s.in(l.w.spec.get("podMetadata")), template.get("metadata")} {
		for _, key := range from.get("labels").keys() {
			if l.job.Spec.Template.Labels == nil {
				l.job.Spec.Template.Labels = map[string]string{}
			}
			l.job.Spec.Template.Labels[key] = from.text("labels", key)
		}
		for _, key := range from.get("annotations").keys() {
			metav1.SetMetaDataAnnotation(&l.job.Spec.Template.ObjectMeta, key, from.text("annotations", key))
		}
	}
}

// interpreters take a script as an argument behind this option.
var interpreters = map[string]string{
	"sh": "-c", "bash": "-c", "ash": "-c", "dash": "-c", "zsh": "-c", "ksh": "-c", "python": "-c", "python3": "-c", "python2": "-c",
	"node": "-e", "ruby": "-e", "perl": "-e",
}

// script has the interpreter read the source from an argument, or from a ConfigMap if it
// reads files only.
func (l *leaf) script(main *corev1.Container, template tree) {
	source := template.text("script", "source")
	at := template.get("script").line("source")
	if len(main.Command) == 0 || len(main.Args) > 0 {
		l.w.out.Fail(at, "say which program reads the script: command", "a script without a command, or with arguments, is not carried")
		return
	}
	option, known := interpreters[path.Base(main.Command[0])]
	if known && len(source) < 100_000 {
		main.Command = append(slices.Clone(main.Command), option)
		var names []string
		for _, v := range main.Env {
			names = append(names, v.Name)
		}
		main.Args = []string{output.Literal(source, names...)}
		return
	}
	if refPattern.MatchString(source) {
		l.w.out.Fail(at, "take the value from an environment variable", "the script has a value in it that is known only when another Job has run, and %s reads its script from a file", main.Command[0])
	}
	config := &corev1.ConfigMap{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: metav1.ObjectMeta{Name: l.name + "-script"},
		Data:       map[string]string{"source": source},
	}
	l.w.out.Add(at, "the script of "+l.node.name, config)
	main.Args = []string{"/depctl/source"}
	main.VolumeMounts = append(main.VolumeMounts, corev1.VolumeMount{Name: "script", MountPath: "/depctl"})
	spec := &l.job.Spec.Template.Spec
	spec.Volumes = append(spec.Volumes, corev1.Volume{Name: "script", VolumeSource: corev1.VolumeSource{
		ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: config.Name}},
	}})
}

// expandContainer takes values that are known later from the environment.
func (l *leaf) expandContainer(c *corev1.Container) {
	var added []corev1.EnvVar
	expand := func(text string) string { return l.expand(text, c, &added) }
	for i := range c.Command {
		c.Command[i] = expand(c.Command[i])
	}
	for i := range c.Args {
		c.Args[i] = expand(c.Args[i])
	}
	for i := range c.Env {
		c.Env[i].Value = expand(c.Env[i].Value)
	}
	c.Env = append(added, c.Env...)
}

func (l *leaf) expand(text string, c *corev1.Container, added *[]corev1.EnvVar) string {
	for _, r := range l.w.refsIn(text) {
		mark := l.w.text(r)
		if r.kind == isField && r.source == nil {
			text = strings.ReplaceAll(text, mark, "$("+r.name+")")
			continue
		}
		source := r.source
		switch {
		case r.kind == isStatus || r.kind == isCode:
			l.w.out.Fail(l.node.place, "ask for it in a \"when\"", "{{%s}} cannot be given to a pod", r.said)
			text = strings.ReplaceAll(text, mark, "")
			continue
		case r.kind == isResult && r.of.leaf != nil:
			key := strings.ToLower(strings.ReplaceAll(strings.Trim(r.name, "_"), "_", "-"))
			if len(key) > 56 {
				key = key[:56]
			}
			if entry := key + "=" + r.of.leaf.ref; !slices.Contains(l.results, entry) {
				l.results = append(l.results, entry)
			}
			if !slices.Contains(l.needs, r.of.leaf.ref) {
				l.needs = append(l.needs, r.of.leaf.ref)
			}
			source = &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.annotations['" + gate.ResultPrefix + key + "']"}}
		}
		text = strings.ReplaceAll(text, mark, "$("+variableOf(r.name, source, c, added)+")")
	}
	return text
}

// variableOf returns the variable that has a value, and adds it if it is not there.
func variableOf(name string, source *corev1.EnvVarSource, c *corev1.Container, added *[]corev1.EnvVar) string {
	for i := 1; ; i++ {
		candidate := name
		if i > 1 {
			candidate = fmt.Sprintf("%s_%d", name, i)
		}
		at := slices.IndexFunc(*added, func(e corev1.EnvVar) bool { return e.Name == candidate })
		if at >= 0 && sameSource((*added)[at].ValueFrom, source) {
			return candidate
		}
		if at < 0 && !slices.ContainsFunc(c.Env, func(e corev1.EnvVar) bool { return e.Name == candidate }) {
			*added = append(*added, corev1.EnvVar{Name: candidate, ValueFrom: source})
			return candidate
		}
	}
}

func sameSource(a, b *corev1.EnvVarSource) bool {
	return a != nil && b != nil && a.String() == b.String()
}

// indexed makes the Job an array.
func (l *leaf) indexed(n *node) {
	var size int32
	if _, err := fmt.Sscanf(l.label, "an array of %d", &size); err != nil {
		return
	}
	spec := &l.job.Spec
	spec.CompletionMode = ptr.To(batchv1.IndexedCompletion)
	spec.Completions, spec.Parallelism = ptr.To(size), ptr.To(size)
	spec.BackoffLimit, spec.BackoffLimitPerIndex = nil, spec.BackoffLimit
}

var leftPattern = regexp.MustCompile(`\{\{\s*item[^}]*\}\}`)

// leftRefs refuses values that are known only later where Kubernetes puts none.
func (l *leaf) leftRefs(t *task) {
	text, err := json.Marshal(l.job.Spec)
	if err != nil {
		return
	}
	for _, r := range l.w.refsIn(string(text)) {
		l.w.out.Fail(t.place(), "only command, args, env and the source of a script can have it", "{{%s}} is known only when something has run, and stands where it must be known before", r.said)
	}
	if left := leftPattern.FindString(string(text)); left != "" {
		l.w.out.Fail(t.place(), "", "%s stands outside of a loop, or is no part of its items", left)
	}
}
