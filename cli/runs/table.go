package runs

import (
	"bufio"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// runJSON is a run as "depctl runs -o json" prints it. Its names are a promise.
type runJSON struct {
	Run       string `json:"run,omitempty"`
	Namespace string `json:"namespace"`
	// CronJob and Scheduled are of a CronJob's run, in the place of Run.
	CronJob   string   `json:"cronJob,omitempty"`
	Scheduled string   `json:"scheduledTime,omitempty"`
	State     string   `json:"state"`
	Done      int      `json:"done"`
	Size      int      `json:"size"`
	BlockedBy []string `json:"blockedBy"`
	// Reason is, of a run of a CronJob without a Job, why, as in RunMissed.
	Reason   string       `json:"reason,omitempty"`
	Steps    []stepJSON   `json:"steps"`
	Created  *metav1.Time `json:"created"`
	Started  *metav1.Time `json:"started,omitempty"`
	Finished *metav1.Time `json:"finished,omitempty"`
}

// stepJSON is a step of it.
type stepJSON struct {
	Step  string `json:"step"`
	Job   string `json:"job"`
	State string `json:"state"`
}

func (s *summary) json(w *snapshot.World) runJSON {
	j := runJSON{
		Run: s.name, Namespace: s.namespace, State: string(s.state), Done: s.over, Size: s.size, BlockedBy: []string{}, Steps: []stepJSON{},
		Reason: s.reason, Created: metaTime(s.created), Started: metaTime(s.started), Finished: metaTime(s.finished),
	}
	if s.cronJob != "" {
		j.Run, j.CronJob, j.Scheduled = "", s.cronJob, s.name
	}
	for _, ref := range s.blockers {
		j.BlockedBy = append(j.BlockedBy, s.call(ref))
	}
	for _, ref := range s.steps {
		job := w.Jobs[ref]
		j.Steps = append(j.Steps, stepJSON{ref.Name, job.Name, string(gate.StateOf(job, w.Decide(ref)))})
	}
	return j
}

// call returns what an object is called in the run.
func (s *summary) call(ref lang.Ref) string {
	if s.cronJob == "" && ref.Run == s.name && ref.Kind == lang.KindJob {
		ref.Run = ""
	}
	return picture.NameIn(s.namespace, ref)
}

func (o *runsOptions) print(w *snapshot.World, list []*summary) error {
	out := bufio.NewWriter(o.streams.Out)
	switch {
	case o.output == command.OutputJSON || o.output == command.OutputYAML:
		all := make([]runJSON, len(list))
		for i, s := range list {
			all[i] = s.json(w)
		}
		if o.output == command.OutputYAML {
			return command.WriteYAML(o.streams.Out, command.List(all, false))
		}
		return command.WriteJSON(o.streams.Out, command.List(all, false))
	case o.output == "name":
		for _, s := range list {
			fmt.Fprintln(out, s.display())
		}
	case len(list) == 0:
		return command.PrintNotes(o.streams.ErrOut, []string{"No runs found" + command.In(o.namespace) + "."})
	case o.matrix:
		o.drawMatrix(out, w, list)
	default:
		o.drawTable(out, w, list)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the runs: %w", err)
	}
	return nil
}

func (o *runsOptions) drawTable(out *bufio.Writer, w *snapshot.World, list []*summary) {
	var rows [][]command.Cell
	head := []command.Cell{{Text: "RUN"}, {Text: "STATE"}, {Text: "DONE", Right: true}, {Text: "BLOCKED BY"}, {Text: "DURATION"}, {Text: "AGE"}}
	if o.namespace == "" {
		head = append([]command.Cell{{Text: "NAMESPACE"}}, head...)
	}
	if !o.noHeaders {
		rows = append(rows, head)
	}
	for _, s := range list {
		var blockers []string
		for _, ref := range s.blockers {
			blockers = append(blockers, s.call(ref))
		}
		done := fmt.Sprintf("%d/%d", s.over, s.size)
		if s.recorded {
			done = "-"
			if s.reason != "" {
				blockers = append(blockers, picture.OneLine(s.reason))
			}
		}
		row := []command.Cell{
			{Text: s.display()},
			o.terminal.State(s.state),
			{Text: done, Right: true},
			{Text: command.OrNothing(picture.Enumerate(blockers, 40, o.terminal.Glyphs.Ellipsis))},
			{Text: command.Took(s.duration(w.Now))},
			{Text: duration.HumanDuration(max(w.Now.Sub(s.created), 0))},
		}
		if o.namespace == "" {
			row = append([]command.Cell{{Text: s.namespace}}, row...)
		}
		rows = append(rows, row)
	}
	command.PrintCells(out, rows, o.terminal.Width)
}
