package lint

import (
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// waiter is an image that waits for Jobs inside of a pod.
type waiter struct {
	image string
	// names returns the Jobs that a container of it waits for; all says that it
	// may be any, as by labels or variables.
	names func(corev1.Container) (names []string, all bool)
	// trap is what it makes of Jobs.
	trap string
}

func waiters() []waiter {
	return []waiter{
		{"k8s-wait-for", waitForNames, "takes a Job that is held for done, as it has no pod"},
		{"kubernetes-entrypoint", entrypointNames, "takes an array for done when its first element is, and waits forever for a Job that failed or was skipped"},
		{"depends-on", waitForNames, "holds a pod, with its node and quota, as long as the Job is held"},
	}
}

// waitingContainer reports an init container that waits for a Job which waits
// itself, and one in a Job that the gate holds: it has two masters.
func waitingContainer(l *linting, w *manifest.Workload) []mistake {
	var found []mistake
	for i, container := range w.PodSpec().InitContainers {
		image, _, _ := strings.Cut(container.Image[strings.LastIndex(container.Image, "/")+1:], "@")
		image, _, _ = strings.Cut(image, ":")
		for _, one := range waiters() {
			if image != one.image {
				continue
			}
			name, ok := l.waitsForHeld(w, one, container)
			if !ok {
				continue
			}
			hint := "write " + gate.DependsOnAnnotation + ": " + name + " on the Job instead"
			if w.Job == nil {
				hint = "make it a Job with " + gate.DependsOnAnnotation + ", or wait for what the Job brings about"
			}
			found = append(found, mistakef(w.Container("initContainers", i), hint, "%s %s", one.image, one.trap)...)
		}
	}
	return append(found, kubectlWait(l, w)...)
}

// waitedJob is a Job that a script or the arguments of kubectl name.
var waitedJob = regexp.MustCompile(`\bjobs?(?:\.batch|\.v1\.batch)?[/ ]+([a-z0-9][a-z0-9.-]*)`)

// kubectlWait reports containers that run "kubectl wait" for a Job that is held.
func kubectlWait(l *linting, w *manifest.Workload) []mistake {
	spec := w.PodSpec()
	var found []mistake
	for list, containers := range map[string][]corev1.Container{"initContainers": spec.InitContainers, "containers": spec.Containers} {
		for i, container := range containers {
			script := strings.Join(slices.Concat(container.Command, container.Args), " ")
			if !strings.Contains(container.Image, "kubectl") && !strings.Contains(script, "kubectl") || !slices.Contains(strings.Fields(script), "wait") {
				continue
			}
			of := waiter{names: func(corev1.Container) (names []string, all bool) {
				for _, name := range waitedJob.FindAllStringSubmatch(script, -1) {
					names = append(names, name[1])
				}
				return names, false
			}}
			name, ok := l.waitsForHeld(w, of, container)
			if !ok {
				continue
			}
			hint := "write " + gate.DependsOnAnnotation + ": " + name + " on the Job instead"
			if w.Job == nil {
				hint = "make it a Job with " + gate.DependsOnAnnotation + ", or wait for what the Job brings about"
			}
			found = append(found, mistakef(w.Container(list, i), hint,
				"kubectl wait holds a pod, with its node and quota, as long as the Job is held, and does not end if it fails or is skipped")...)
		}
	}
	return found
}

// waitsForHeld returns which of the Jobs that a container waits for is held, or
// may be.
func (l *linting) waitsForHeld(w *manifest.Workload, one waiter, container corev1.Container) (string, bool) {
	names, all := one.names(container)
	for _, name := range names {
		ref := lang.Job(w.Namespace, name)
		if namespace, of, qualified := strings.Cut(name, ":"); qualified {
			ref = lang.Job(namespace, of)
		}
		if l.world.Jobs[ref].Annotated {
			return picture.NameIn(w.Namespace, ref), true
		}
	}
	space := l.spaces[w.Namespace]
	switch {
	case len(names) > 0 && w.IsAnnotated():
		return names[0], true
	case all && (w.IsAnnotated() || space != nil && space.annotated):
		return "NAME", true
	}
	return "", false
}

// waitForNames reads the arguments of k8s-wait-for and depends-on: job NAME,
// job-we NAME, job -lSELECTOR, -job=NAME.
func waitForNames(container corev1.Container) (names []string, all bool) {
	words := slices.Concat(container.Command, container.Args)
	for i, word := range words {
		if name, ok := strings.CutPrefix(strings.TrimLeft(word, "-"), "job="); ok {
			names = append(names, name)
			continue
		}
		if !slices.Contains([]string{"job", "job-we", "job-wr", "-job", "--job"}, word) {
			continue
		}
		if i+1 < len(words) && !strings.HasPrefix(words[i+1], "-") && !strings.Contains(words[i+1], "$") {
			names = append(names, words[i+1])
		} else {
			all = true
		}
	}
	return names, all
}

// entrypointNames reads DEPENDENCY_JOBS, a list of names with commas, each after
// its namespace and a colon or alone.
func entrypointNames(container corev1.Container) (names []string, all bool) {
	for _, env := range container.Env {
		switch env.Name {
		case "DEPENDENCY_JOBS":
			for name := range strings.SplitSeq(env.Value, ",") {
				if name = strings.TrimSpace(name); name != "" {
					names = append(names, name)
				}
			}
		case "DEPENDENCY_JOBS_JSON":
			all = true
		}
	}
	return names, all
}
