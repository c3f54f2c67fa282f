package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/gate"
)

// TestTheExamplesOfRuns runs what docs/guide/runs.md shows, from its beginning to its end,
// with the folder that it shows. -update writes what the commands say.
func TestTheExamplesOfRuns(t *testing.T) {
	page, err := filepath.Abs("../docs/guide/runs.md")
	require.NoError(t, err)
	data, err := os.ReadFile(page)
	require.NoError(t, err)
	text := string(data)
	t.Chdir(t.TempDir())
	manifests := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindStringSubmatch(text)[1]
	require.NoError(t, os.Mkdir("nightly", 0o700))
	require.NoError(t, os.WriteFile("nightly/jobs.yaml", []byte(manifests), 0o600))

	f := newFakeJobs(t)
	clear(f.jobs)
	done := finishedBy(batchv1.JobComplete, "CompletionsReached")
	for _, step := range []string{"alarm", "extract", "load"} {
		end := done
		if step == "alarm" {
			end = finishedBy(batchv1.JobFailed, gate.ReasonDependencyFailed)
		}
		f.add("etl", step+"-0", "", stepOf("sunday", step, end, createdAt(1500)), func(j *batchv1.Job) {
			j.Annotations[gate.RunSizeAnnotation] = "3"
			if step == "alarm" {
				j.Annotations[gate.DependsOnAnnotation] = "failed(run)"
			}
		})
	}
	night := map[string]func(){
		"Run again what failed": func() {
			for _, job := range f.jobs {
				switch job.Labels[gate.RunLabel] + "/" + job.Labels[gate.StepLabel] {
				case "monday/extract":
					finishedBy(batchv1.JobFailed, "BackoffLimitExceeded")(job)
				case "monday/load":
					finishedBy(batchv1.JobFailed, gate.ReasonDependencyFailed)(job)
				case "monday/alarm":
					wasReleased(job)
					done(job)
				}
			}
		},
	}
	ran := 0
	var got strings.Builder
	for i, section := range strings.Split(text, "\n## ") {
		if i > 0 {
			got.WriteString("\n## ")
		}
		title, _, _ := strings.Cut(section, "\n")
		if become := night[title]; become != nil {
			become()
		}
		got.WriteString(regexp.MustCompile("(?s)```\n(\\$ depctl [^\n]*\n).*?```").ReplaceAllStringFunc(section, func(block string) string {
			line := strings.Split(block, "\n")[1]
			ran++
			return "```\n" + line + "\n" + f.runTogether(t, words(strings.TrimPrefix(line, "$ "))) + "```"
		}))
	}
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(got.String()), 0o644))
	}
	require.Equal(t, got.String(), text)
	require.Equal(t, 7, ran)
}
