package plan

import (
	"fmt"
	"io"

	"sigs.k8s.io/yaml"

	"depctl.dev/cli/internal/command"
	"depctl.dev/lang"
)

// planJSON is what "depctl plan -o json" prints. Its names are a promise. Times
// are seconds from the beginning of the plan.
type planJSON struct {
	Total        float64       `json:"totalSeconds"`
	Work         float64       `json:"workSeconds"`
	Waves        []int         `json:"jobsInWaves"`
	Peak         int           `json:"mostAtOnce"`
	PeakAt       float64       `json:"mostAtOnceAt"`
	CriticalPath []string      `json:"criticalPath"`
	ByOrder      *byOrderJSON  `json:"totalSecondsByOrder,omitempty"`
	Jobs         []plannedJSON `json:"jobs"`
	Idle         []idleJSON    `json:"neverRun"`
}

// byOrderJSON is when all is done by each order, where not all Jobs can run at once.
type byOrderJSON struct {
	Arrival float64 `json:"arrival"`
	Count   float64 `json:"count"`
	Rank    float64 `json:"rank"`
}

type plannedJSON struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// Run is that of a step, whose name Name is.
	Run string `json:"run,omitempty"`
	// Scheduled is, of a run of the CronJob of this name, the time it is for.
	Scheduled string  `json:"scheduledTime,omitempty"`
	Wave      int     `json:"wave"`
	Start     float64 `json:"start"`
	End       float64 `json:"end"`
	KnownFrom string  `json:"durationFrom"`
	Critical  bool    `json:"critical"`
	After     string  `json:"after,omitempty"`
	BySlot    bool    `json:"afterItsSlot,omitempty"`
}

type idleJSON struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Run       string `json:"run,omitempty"`
	Scheduled string `json:"scheduledTime,omitempty"`
	Reason    string `json:"reason"`
}

// scheduled returns the time for which a run of a CronJob is.
func scheduled(ref lang.Ref) string {
	if ref.Kind != lang.KindCronJob {
		return ""
	}
	return ref.Run
}

// runOf returns the run of which a Job is a step.
func runOf(ref lang.Ref) string {
	if ref.Kind != lang.KindJob {
		return ""
	}
	return ref.Run
}

func (p *plan) printJSON(w io.Writer, asYAML bool) error {
	out := planJSON{
		Total: p.total.Seconds(), Work: p.work.Seconds(), Waves: append([]int{}, p.waves...), Peak: p.peak, PeakAt: p.peakAt.Seconds(),
		CriticalPath: []string{}, Jobs: []plannedJSON{}, Idle: []idleJSON{},
	}
	if len(p.totals) > 0 {
		out.ByOrder = &byOrderJSON{p.totals[0].Seconds(), p.totals[1].Seconds(), p.totals[2].Seconds()}
	}
	for _, job := range p.path {
		out.CriticalPath = append(out.CriticalPath, job.Ref.String())
	}
	for _, job := range p.jobs {
		one := plannedJSON{
			Namespace: job.Ref.Namespace, Name: job.Ref.Name, Wave: job.Wave, Start: job.Start.Seconds(), End: job.End.Seconds(),
			KnownFrom: string(basisOf(job.Estimate)), Critical: job.Critical, BySlot: job.BySlot,
		}
		one.Run, one.Scheduled = runOf(job.Ref), scheduled(job.Ref)
		if job.After.Name != "" {
			one.After = job.After.String()
		}
		out.Jobs = append(out.Jobs, one)
	}
	for _, job := range p.idle {
		out.Idle = append(out.Idle, idleJSON{job.ref.Namespace, job.ref.Name, runOf(job.ref), scheduled(job.ref), job.reason})
	}
	if !asYAML {
		return command.WriteJSON(w, out)
	}
	text, err := yaml.Marshal(out)
	if err == nil {
		_, err = w.Write(text)
	}
	if err != nil {
		return fmt.Errorf("writing YAML: %w", err)
	}
	return nil
}
