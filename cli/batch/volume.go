package batch

import (
	"fmt"
	"path"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"depctl.dev/cli/batch/request"
)

// vetVolumes says which volumes of a site can be none.
func vetVolumes(s *Site) (list request.Problems) {
	seen := map[string]int{}
	for i, v := range s.Volumes {
		refuse := func(message, hint string) {
			list = append(list, request.Problem{Where: fmt.Sprintf("%s: volumes[%d]", s.Name, i), Message: message, Hint: hint})
		}
		switch first, twice := seen[path.Clean(v.Directory)]; {
		case !path.IsAbs(v.Directory):
			refuse(fmt.Sprintf("directory %q does not begin with /", v.Directory), "write where the machines have it, as in /home")
		case v.MountPath != "" && !path.IsAbs(v.MountPath):
			refuse(fmt.Sprintf("mountPath %q does not begin with /", v.MountPath), "write where the pods have it, or leave it out")
		case twice:
			refuse(fmt.Sprintf("directory %s is that of volumes[%d] too", v.Directory, first), "leave one of them out")
		case v.Source == corev1.VolumeSource{}:
			refuse("it has no source", "say what it is, as in source: {nfs: {server: files, path: /home}}")
		}
		seen[path.Clean(v.Directory)] = i
	}
	return list
}

// mount returns where pods have a directory or a file of the machines; ok is false if no
// volume has it. Of volumes inside one another, the innermost counts.
func (s *Site) mount(name string) (inPod string, ok bool) {
	if s == nil {
		return "", false
	}
	longest := ""
	for _, v := range s.Volumes {
		of := path.Clean(v.Directory)
		rest, inside := strings.CutPrefix(path.Clean(name)+"/", strings.TrimSuffix(of, "/")+"/")
		if inside && len(of) > len(longest) {
			longest, inPod, ok = of, path.Join(v.mountPath(), rest), true
		}
	}
	return inPod, ok
}

func (v *Volume) mountPath() string {
	if v.MountPath == "" {
		return path.Clean(v.Directory)
	}
	return path.Clean(v.MountPath)
}

// mapped reports whether directories of the machines are in the pods too.
func (s *Site) mapped() bool { return s != nil && len(s.Volumes) > 0 }

// volumes mounts all volumes of the site, and has the Job run in the directory where it
// was submitted. What is on none of them cannot be reached by a pod.
func (b *builder) volumes() {
	if b.site != nil {
		for i := range b.site.Volumes {
			b.mount(&b.site.Volumes[i], fmt.Sprintf("site-%d", i))
		}
	}
	if b.Host == nil || b.Manifest != nil {
		return
	}
	if b.site != nil && b.site.RunAsSubmitter && b.Host.UID >= 0 {
		b.runAs(b.Host.UID, b.Host.GID)
	}
	where := b.Where()
	if !b.site.mapped() {
		if b.ID != 0 && b.Workdir == "" {
			b.Note(request.Place{}, "it does not run in %s, and writes no files there: no depctl.yaml says which volume has it (volumes)", where)
		}
		return
	}
	inPod, ok := b.site.mount(where)
	if !ok {
		b.Fail(request.Place{}, b.site.elsewhere(), "directory %s is on no volume of %s: a pod cannot see it", where, b.site.Name)
		return
	}
	b.main.WorkingDir = inPod
}

// runAs has the pods run by the numbers of a user, unless the template says otherwise.
func (b *builder) runAs(uid, gid int64) {
	b.security()
	context := b.job.Spec.Template.Spec.SecurityContext
	if context.RunAsUser == nil {
		context.RunAsUser, context.RunAsGroup = &uid, &gid
	}
}

// elsewhere says where a Job can run.
func (s *Site) elsewhere() string {
	names := make([]string, len(s.Volumes))
	for i, v := range s.Volumes {
		names[i] = v.Directory
	}
	return "submit from a directory below " + strings.Join(names, " or ") + ", or name one"
}

func (b *builder) mount(v *Volume, name string) {
	pod := &b.job.Spec.Template.Spec
	pod.Volumes = append(pod.Volumes, corev1.Volume{Name: name, VolumeSource: v.Source})
	b.main.VolumeMounts = append(b.main.VolumeMounts, corev1.VolumeMount{
		Name: name, MountPath: v.mountPath(), SubPath: v.SubPath, ReadOnly: v.ReadOnly,
	})
}
