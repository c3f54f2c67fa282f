package argo

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	"pgregory.net/rapid"

	"depctl.dev/cli/importer/output"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// jobsWorld is what expressions see of Jobs.
type jobsWorld map[string]*lang.Object

func (w jobsWorld) Object(ref lang.Ref) *lang.Object { return w[ref.Name] }
func (w jobsWorld) AbsentSince(lang.Ref) time.Time   { return time.Time{} }

// Members returns the Jobs of the one selector that there is: all but the handlers.
func (w jobsWorld) Members(lang.Ref) ([]lang.Member, *lang.Problem) {
	var all []lang.Member
	for _, name := range slices.Sorted(maps.Keys(w)) {
		if !strings.HasPrefix(name, "w-on-exit") {
			all = append(all, lang.Member{Name: name, Object: w[name]})
		}
	}
	return all, nil
}

// TestWorkflowsRunAsArgoRunsThem imports random workflows, and runs their Jobs by what
// they wait for: the same run as by the rules of Argo, none before what it follows is over,
// and the same end is told to the exit handler.
func TestWorkflowsRunAsArgoRunsThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := &model{t: t, fails: map[string]bool{}, ran: map[string]bool{}, before: map[string][]string{}}
		name, body := m.template(0)
		text := "kind: Workflow\nmetadata: {name: w}\nspec:\n  entrypoint: " + name + "\n  onExit: bye\n  templates:\n" + m.yaml.String() +
			"  - name: bye\n    steps: [[{name: well, template: end, when: '{{workflow.status}} == Succeeded'}]]\n" +
			"  - name: end\n    container: {image: busybox, command: [run]}\n"
		out := Import([]output.File{{Name: "w.yaml", Text: text}}, Options{})
		require.Empty(t, out.Problems, text)
		jobs := map[string]*lang.Expr{}
		for _, o := range out.Objects {
			job, ok := o.Object.(*batchv1.Job)
			require.True(t, ok)
			jobs[job.Name] = nil
			if depends := job.Annotations[gate.DependsOnAnnotation]; depends != "" {
				expr, err := lang.Parse(depends)
				require.NoError(t, err, depends)
				jobs[job.Name] = expr
			}
		}
		names := slices.Sorted(maps.Keys(jobs))
		for _, job := range names {
			m.fails[job] = rapid.Bool().Draw(t, "fails "+job)
		}
		phase, _ := m.run(nil, body, nil)
		world := jobsWorld{}
		for _, job := range names {
			world[job] = &lang.Object{}
		}
		ran, running := map[string]bool{}, []string{}
		for {
			changed := false
			for _, job := range names {
				o := world[job]
				if o.Started || o.Outcome != lang.Undecided {
					continue
				}
				value := lang.True
				if jobs[job] != nil {
					value = jobs[job].Eval(world, &lang.Subject{Ref: lang.Job("default", job)}, time.Unix(0, 0)).Value
				}
				switch value {
				case lang.True:
					for _, other := range m.before[job] {
						require.NotEqual(t, lang.Undecided, world[other].Outcome, "%s starts before %s is over: %s\n%s", job, other, jobs[job], text)
					}
					o.Started, ran[job] = true, true
					running = append(running, job)
				case lang.False:
					o.Outcome, changed = lang.Skipped, true
				}
			}
			if changed {
				continue
			}
			if len(running) == 0 {
				break
			}
			i := rapid.IntRange(0, len(running)-1).Draw(t, "ends")
			o := world[running[i]]
			o.Outcome = lang.Succeeded
			if m.fails[running[i]] {
				o.Outcome = lang.Failed
			}
			running = slices.Delete(running, i, i+1)
		}
		told := false
		for job := range ran {
			if strings.HasPrefix(job, "w-on-exit") {
				told = told || strings.Contains(job, "succeeded")
				delete(ran, job)
			}
		}
		require.Equal(t, m.ran, ran, text)
		require.Equal(t, phase == "Succeeded", told, "%s\n%s", phase, text)
		for _, job := range names {
			require.NotEqual(t, lang.Undecided, world[job].Outcome, "%s waits forever: %s\n%s", job, jobs[job], text)
		}
	})
}
