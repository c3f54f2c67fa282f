package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"depctl.dev/cli/importer/output"
	"depctl.dev/cli/importer/wfformat"
)

// step is one Job of a workload.
type step struct {
	name string
	// needs are the steps that must be complete.
	needs []string
	// text is the expression; the names of needs if it is empty.
	text string
	// labels are those of the Job, for selectors.
	labels map[string]string
	// size makes the Job an array, and byElement has each element wait for its own of
	// what it needs.
	size      int
	byElement bool
	// template is about how many KiB the Pod template has besides what all have.
	template int
}

// env returns variables of about as many KiB as the template is to have.
func (s step) env() (vars []corev1.EnvVar) {
	for i := range 16 * s.template {
		vars = append(vars, corev1.EnvVar{Name: fmt.Sprintf("PARAMETER_%04d", i), Value: strings.Repeat("v", 46)})
	}
	return vars
}

func (s step) expression() string {
	if s.text != "" {
		return s.text
	}
	return strings.Join(s.needs, ", ")
}

// workload is a graph of Jobs. All wait, directly or not, for the step start, which
// is made last.
type workload struct {
	name  string
	steps []step
	// plain is what the ideal gate runs in its place, where the workload has
	// what it does not know.
	plain *workload
}

const start = "start"

// templates returns the workload with Pod templates of so many KiB each.
func (w workload) templates(kib int) workload {
	w.steps = slices.Clone(w.steps)
	for i := range w.steps {
		w.steps[i].template = kib
	}
	w.name += fmt.Sprintf(", templates of %d KiB", kib)
	return w
}

func chain(n int) workload {
	w := workload{name: fmt.Sprintf("chain %d", n)}
	last := start
	for i := range n {
		name := fmt.Sprintf("job-%04d", i)
		w.steps = append(w.steps, step{name: name, needs: []string{last}})
		last = name
	}
	return w
}

// row returns n steps that need the same.
func row(prefix string, n int, labels map[string]string, needs ...string) (steps []step, names []string) {
	for i := range n {
		name := fmt.Sprintf("%s-%05d", prefix, i)
		steps, names = append(steps, step{name: name, needs: needs, labels: labels}), append(names, name)
	}
	return steps, names
}

func diamond(n int) workload {
	steps, names := row("middle", n, nil, start)
	return workload{name: fmt.Sprintf("diamond 1→%d→1", n), steps: append(steps, step{name: "end", needs: names})}
}

// arrayDiamond has one array in the middle.
func arrayDiamond(n int) workload {
	plain := diamond(n)
	return workload{
		name:  fmt.Sprintf("diamond 1→[%d]→1", n),
		steps: []step{{name: "middle", needs: []string{start}, size: n}, {name: "end", needs: []string{"middle"}}},
		plain: &plain,
	}
}

func fanOut(n int) workload {
	steps, _ := row("leaf", n, nil, start)
	return workload{name: fmt.Sprintf("fan-out 1→%d", n), steps: steps}
}

// cross is two sets of which each of the second waits for all of the first, by a
// selector.
func cross(a, b int) workload {
	first, names := row("first", a, map[string]string{"set": "first"}, start)
	second, _ := row("second", b, nil, names...)
	for i := range second {
		second[i].text = fmt.Sprintf("{set=first} >= %d", a)
	}
	return workload{name: fmt.Sprintf("cross product %d×%d", a, b), steps: append(first, second...)}
}

// layered is a random graph of n Jobs in layers of up to width, each of which waits
// for up to three of the layers before.
func layered(n, width int) workload {
	random := rand.New(rand.NewPCG(1, 2))
	w := workload{name: fmt.Sprintf("random layers, %d", n)}
	before := []string{start}
	for layer := 0; len(w.steps) < n; layer++ {
		var these []string
		for i := range min(1+random.IntN(width), n-len(w.steps)) {
			s := step{name: fmt.Sprintf("l%03d-%04d", layer, i)}
			for range 1 + random.IntN(3) {
				s.needs = append(s.needs, before[random.IntN(len(before))])
			}
			slices.Sort(s.needs)
			s.needs = slices.Compact(s.needs)
			w.steps, these = append(w.steps, s), append(these, s.name)
		}
		before = these
	}
	return w
}

// elementwise is an array of which each element waits for its own of another.
func elementwise(n int) workload {
	return workload{
		name: fmt.Sprintf("arrays [%d]→[%d], element by element", n, n),
		steps: []step{
			{name: "first", needs: []string{start}, size: n},
			{name: "second", needs: []string{"first"}, text: "first[i]", size: n, byElement: true},
		},
	}
}

// imported reads the workflows of a folder, in WfCommons' WfFormat.
func imported(folder string) ([]workload, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, err
	}
	var all []workload
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		read, err := wfformat.Read(output.File{Name: file, Text: string(text)})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		w := workload{name: strings.TrimSuffix(filepath.Base(file), ".json")}
		for _, task := range read.Tasks {
			s := step{name: output.Plain(task.ID)}
			for _, parent := range task.Parents {
				s.needs = append(s.needs, output.Plain(parent))
			}
			if len(s.needs) == 0 {
				s.needs = []string{start}
			}
			w.steps = append(w.steps, s)
		}
		all = append(all, w)
	}
	return all, nil
}
