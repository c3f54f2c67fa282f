package lint

import (
	"cmp"
	"fmt"
	"strings"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/manifest"
	"depctl.dev/lang"
)

// lintResult is what was found in all files.
type lintResult struct {
	findings []manifest.Finding
	// jobs counts Jobs and CronJobs, waiting those of them that wait, and broken the
	// parts that are not YAML.
	jobs, waiting, files, broken int
	// place is what was looked at where it is not files.
	place string
}

// result returns what is wrong in all files.
func (l *linting) result() lintResult {
	result := lintResult{files: len(l.manifests)}
	for _, m := range l.manifests {
		result.findings = append(result.findings, l.findings(m)...)
		result.broken += len(l.broken[m])
		for _, w := range l.workloads[m] {
			if w.IsOver() {
				continue
			}
			if w.Job != nil {
				result.jobs++
			}
			if w.IsAnnotated() {
				result.waiting++
			}
		}
	}
	return result
}

func (r lintResult) summary() string {
	severities := map[lang.Severity]int{}
	for _, f := range r.findings {
		severities[f.Severity]++
	}
	var found []string
	for _, severity := range []lang.Severity{lang.Error, lang.Warning} {
		if n := severities[severity]; n > 0 {
			found = append(found, command.Count(n, string(severity)))
		}
	}
	if len(found) == 0 {
		found = []string{"no mistakes"}
	}
	summary := fmt.Sprintf("%s in %s of %s", strings.Join(found, ", "), command.Count(r.jobs, "Job"), cmp.Or(r.place, command.Count(r.files, "file")))
	if r.waiting == r.jobs {
		return summary
	}
	return summary + fmt.Sprintf(", of which %d wait for others", r.waiting)
}
