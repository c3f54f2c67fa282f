package batch

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

const (
	// maxInline is the size of the largest script that travels in the pods. A
	// larger one is in a ConfigMap, so that a thousand pods have it once.
	maxInline = 4 << 10
	// maxScript is what a ConfigMap takes, with room for the rest of it.
	maxScript = 1<<20 - 4<<10

	// scriptAnnotation, of a pod, is the script that it runs.
	scriptAnnotation = "depctl.dev/script"

	scriptVolume = "depctl-script"
	scriptFolder = "/depctl"
	scriptFile   = "script"
)

// command sets what the container runs: the script or the command, in a shell
// that computes the number of the element where it is not the index.
func (b *builder) command() {
	switch {
	case b.Script != nil:
		b.mountScript()
		run := b.Shell
		if run == nil {
			run = interpreter(b.Script.Text)
		}
		b.main.Command = slices.Concat(run, []string{scriptFolder + "/" + scriptFile})
		b.main.Args = nil
		for _, arg := range b.Script.Args {
			b.main.Args = append(b.main.Args, escaped(arg))
		}
	case len(b.Command) > 0:
		b.main.Command, b.main.Args = b.Command, nil
	}
	record := b.record()
	text := b.prelude()
	output := b.output(&record)
	b.annotateRecord(record)
	if text == "" && output == "" {
		return
	}
	if len(b.main.Command) == 0 {
		b.Fail(request.Place{Flag: "--array"}, "give the command behind --, or number the elements from 0",
			"the numbers %s are set by a shell before the command, and the image's own command is not known", b.Array)
		return
	}
	if output == "" {
		output = "exec \"$@\"\n"
	}
	b.main.Args = slices.Concat(b.main.Command, b.main.Args)
	b.main.Command = []string{"/bin/sh", "-c", text + output, "depctl"}
}

// prelude returns the shell text that sets the numbers of an element, empty where
// Kubernetes sets them.
func (b *builder) prelude() string {
	text := ""
	var names []string
	if b.usesShell() {
		names = b.numbered()
		text = "# The number of this element, from its index.\n" + b.Array.Shell() + "\n"
		for _, name := range names[1:] {
			text += name + "=$" + notation.TaskVariable + "\n"
		}
	}
	if d := b.table.named(b.Dialect); d != nil && b.IDs() > 1 {
		text += fmt.Sprintf("%s=$((%d + (JOB_COMPLETION_INDEX + 1) %% %d))\n", idVariable, b.ID, b.IDs())
		names = append(names, idVariable)
		for _, name := range d.ElementIDs {
			text += name + "=$" + idVariable + "\n"
		}
		names = append(names, d.ElementIDs...)
	}
	if text == "" {
		return ""
	}
	return text + "export " + strings.Join(names, " ") + "\n"
}

// IDs returns how many numbers the Job takes: where a system gives each element one of
// its own, as many as there are; 0 if the Job has none.
func (b *builder) IDs() int {
	switch d := b.table.named(b.Dialect); {
	case b.ID == 0:
		return 0
	case d != nil && len(d.ElementIDs) > 0 && b.Array != nil:
		return b.Array.Len()
	}
	return 1
}

// mountScript puts the script where the container finds it: a small one in an
// annotation of the pod, so that there is one object that is there or not.
func (b *builder) mountScript() {
	text := b.Script.Text
	if len(text) > maxScript {
		b.Fail(request.Place{}, "mount it from a volume, in the template", "%s is larger than a ConfigMap may be, 1 MiB", b.Script.Name)
		return
	}
	pod := &b.job.Spec.Template
	volume := corev1.Volume{Name: scriptVolume}
	mode := ptr.To[int32](0o555)
	if len(text) <= maxInline && isText(text) {
		if pod.Annotations == nil {
			pod.Annotations = map[string]string{}
		}
		pod.Annotations[scriptAnnotation] = text
		volume.DownwardAPI = &corev1.DownwardAPIVolumeSource{Items: []corev1.DownwardAPIVolumeFile{{
			Path: scriptFile, Mode: mode,
			FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.annotations['" + scriptAnnotation + "']"},
		}}}
	} else {
		b.script = b.configMap(text)
		volume.ConfigMap = &corev1.ConfigMapVolumeSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: b.script.Name}, DefaultMode: mode,
		}
	}
	pod.Spec.Volumes = append(pod.Spec.Volumes, volume)
	b.main.VolumeMounts = append(b.main.VolumeMounts, corev1.VolumeMount{Name: scriptVolume, MountPath: scriptFolder, ReadOnly: true})
}

func isText(text string) bool { return utf8.ValidString(text) && !strings.Contains(text, "\x00") }

// configMap returns the script as an object. Its name has random letters: that of
// a Job of the same name which was just deleted may still be there.
func (b *builder) configMap(text string) *corev1.ConfigMap {
	c := &corev1.ConfigMap{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: metav1.ObjectMeta{
			Name: b.PlainName() + "-script-" + b.suffix, Namespace: b.job.Namespace,
			Labels: map[string]string{request.NameLabel: b.PlainName()},
		},
		Immutable: ptr.To(true),
	}
	if isText(text) {
		c.Data = map[string]string{scriptFile: text}
	} else {
		c.BinaryData = map[string][]byte{scriptFile: []byte(text)}
	}
	return c
}
