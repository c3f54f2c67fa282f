package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// result is what several runs of a workload with one contender say.
type result struct {
	Name      string `json:"name"`
	Contender string `json:"contender"`
	Rounds    int    `json:"rounds"`
	Jobs      int    `json:"jobs"`
	// Makespans are those of the rounds, in seconds, MakespanRatio is that of the medians to the
	// ideal gate's, and NudgedRatio to that of the ideal gate that nudges; 0 where it has not run.
	Makespans     []float64 `json:"makespans"`
	MakespanS     float64   `json:"makespanS"`
	MakespanRatio float64   `json:"makespanRatio"`
	NudgedRatio   float64   `json:"nudgedRatio"`
	// Hop is from the end of the last prerequisite to the end of the Job, as seen in
	// a watch. Of it, by the API server's log, Reaction is from when that end was
	// written until the release came in, and Answer how long that took; Decision is
	// the part of Reaction that is the gate's own, as it says itself.
	HopP50Ms float64 `json:"hopP50Ms"`
	HopP99Ms float64 `json:"hopP99Ms"`
	// SlowHops is the share of hops of all rounds that took more than 700 ms: those that no nudge helped.
	SlowHops      float64 `json:"slowHops"`
	ReactionP50Ms float64 `json:"reactionP50Ms"`
	ReactionP99Ms float64 `json:"reactionP99Ms"`
	DecisionP50Ms float64 `json:"decisionP50Ms"`
	DecisionP99Ms float64 `json:"decisionP99Ms"`
	AnswerP50Ms   float64 `json:"answerP50Ms"`
	AnswerP99Ms   float64 `json:"answerP99Ms"`
	// RequestsPerJob are the patches on the critical path, AllPerJob with events
	// and conditions.
	RequestsPerJob float64        `json:"requestsPerJob"`
	AllPerJob      float64        `json:"allRequestsPerJob"`
	Requests       map[string]int `json:"requests"`
	// MachineS is for how long the processors of the machine were busy, and CPUSeconds
	// what of that was the gate.
	MachineS   float64 `json:"machineS"`
	CPUSeconds float64 `json:"cpuS"`
	PeakMiB    float64 `json:"rssMiB"`
}

// summarize takes the median of every figure.
func summarize(name string, runs []run) result {
	r := result{Name: name, Contender: runs[0].contender, Rounds: len(runs), Jobs: runs[0].jobs, Requests: runs[0].trace.requests}
	figure := func(of func(run) float64) float64 {
		var all []float64
		for _, one := range runs {
			all = append(all, of(one))
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	for _, one := range runs {
		r.Makespans = append(r.Makespans, one.makespan.Seconds())
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	r.MakespanS = figure(func(one run) float64 { return one.makespan.Seconds() })
	r.HopP50Ms = figure(func(one run) float64 { return ms(at(one.hops, 0.5)) })
	r.HopP99Ms = figure(func(one run) float64 { return ms(at(one.hops, 0.99)) })
	r.SlowHops = slow(runs)
	r.ReactionP50Ms = figure(func(one run) float64 { return ms(at(one.reactions, 0.5)) })
	r.ReactionP99Ms = figure(func(one run) float64 { return ms(at(one.reactions, 0.99)) })
	r.DecisionP50Ms = figure(func(one run) float64 { return ms(one.usage.decisions.at(0.5)) })
	r.DecisionP99Ms = figure(func(one run) float64 { return ms(one.usage.decisions.at(0.99)) })
	r.AnswerP50Ms = figure(func(one run) float64 { return ms(at(one.answers, 0.5)) })
	r.AnswerP99Ms = figure(func(one run) float64 { return ms(at(one.answers, 0.99)) })
	r.RequestsPerJob = figure(func(one run) float64 { critical, _ := one.trace.perJob(one.jobs); return critical })
	r.AllPerJob = figure(func(one run) float64 { _, all := one.trace.perJob(one.jobs); return all })
	r.MachineS = figure(func(one run) float64 { return one.usage.machine.Seconds() })
	r.CPUSeconds = figure(func(one run) float64 { return one.usage.cpu.Seconds() })
	r.PeakMiB = figure(func(one run) float64 { return float64(one.usage.peak) / 1024 })
	return r
}

// slow returns the share of hops that no nudge has helped.
func slow(runs []run) float64 {
	all, over := 0, 0
	for _, one := range runs {
		for _, hop := range one.hops {
			if all++; hop > 700*time.Millisecond {
				over++
			}
		}
	}
	return float64(over) / float64(max(all, 1))
}

const header = `| workload | gate | makespan s | ratio, to bare nudge | hop (slow) | reaction | of it the gate's | answer | patches, all per Job | all CPU s | gate CPU s | peak MiB | rounds |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
`

func (r result) row() string {
	decision, own := "|", "| | |"
	if r.Contender != contenders[0].name && r.Contender != contenders[1].name {
		decision = fmt.Sprintf("%.2f / %.1f |", r.DecisionP50Ms, r.DecisionP99Ms)
		own = fmt.Sprintf("| %.2f | %.0f |", r.CPUSeconds, r.PeakMiB)
	}
	return fmt.Sprintf("| %s | %s | %.2f | %.3f, %.3f | %.0f / %.0f (%.2f %%) | %.1f / %.1f | %s %.1f / %.1f | %.2f, %.2f | %.1f %s %d |\n",
		r.Name, r.Contender, r.MakespanS, r.MakespanRatio, r.NudgedRatio, r.HopP50Ms, r.HopP99Ms, 100*r.SlowHops, r.ReactionP50Ms, r.ReactionP99Ms,
		decision, r.AnswerP50Ms, r.AnswerP99Ms, r.RequestsPerJob, r.AllPerJob, r.MachineS, own, r.Rounds)
}

// write writes results.json, and the table once more.
func write(out io.Writer, folder string, results []result) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	text, err := json.MarshalIndent(map[string]any{"workloads": results}, "", "  ")
	if err != nil {
		return err
	}
	table := header
	for _, r := range results {
		table += r.row()
	}
	fmt.Fprint(out, "\n"+table)
	if err := os.WriteFile(filepath.Join(folder, "results.md"), []byte(table), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "results.json"), append(text, '\n'), 0o644)
}
