package gridengine

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"strings"

	"depctl.dev/cli/imitation"
)

const (
	header = "job-ID  prior   name       user         state submit/start at     queue                          slots ja-task-ID \n"
	rule   = "-----------------------------------------------------------------------------------------------------------------\n"
	// timeLayout is how qstat writes a time.
	timeLayout = "01/02/2006 15:04:05"
	// prior is what qstat says of priority. Kubernetes has none that is a number.
	prior = "0.00000"
)

// qstat lists jobs.
func qstat(ctx context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "qstat"}
	const queues = "it lists queues with their hosts: say kubectl get nodes, and qstat without it for jobs"
	o, ok, code := t.parse(args, takes{
		"-u": {value: true}, "-s": {value: true}, "-q": {value: true}, "-j": {value: true}, "-g": {value: true},
		"-xml": {}, "-ne": {}, "-pri": {}, "-urg": {}, "-t": {}, "-r": {}, "-ext": {}, "-cb": {},
		"-f": {refusal: queues}, "-F": {refusal: queues}, "-qs": {refusal: queues}, "-explain": {refusal: queues},
		"-l": {value: true, refusal: "what jobs asked for is no filter here: leave it out"}, "-pe": {value: true, refusal: "leave it out"},
		"-U": {value: true, refusal: "leave it out"},
	})
	if !ok {
		return code
	}
	if o.Has("-j") {
		return t.details(ctx, &o)
	}
	if len(o.Rest) > 0 {
		return t.wrong("invalid option argument %q", o.Rest[0])
	}
	shown, err := t.shown(ctx, &o)
	if err != nil {
		return t.fail(err)
	}
	out := bufio.NewWriter(t.Out)
	if o.Has("-xml") {
		err = writeXML(out, shown)
	} else {
		writeTable(out, shown)
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return t.fail(err)
	}
	return 0
}

// shown returns the rows that are asked for: those of the user, unless -u says otherwise.
func (t tool) shown(ctx context.Context, o *options) ([]row, error) {
	users := o.all("-u")
	switch {
	case len(users) == 0:
		users = []string{t.Host.User}
	case slices.Contains(users, "*"):
		users = nil
	}
	var names []string // patterns are for this side
	for _, u := range users {
		if !strings.ContainsAny(u, "*?[") {
			names = append(names, u)
		}
	}
	q := imitation.Query{Exits: true}
	if len(names) == len(users) {
		q.Users = names
	}
	jobs, err := t.Jobs(ctx, q)
	if err != nil {
		return nil, err
	}
	wanted := map[string]bool{"p": true, "r": true, "s": true}
	if states := o.Last("-s"); states != "" && states != "a" {
		if wanted, err = parseStates(states); err != nil {
			return nil, err
		}
	}
	var all []row
	for _, r := range rows(jobs, slices.Contains(o.all("-g"), "d")) {
		of := group(r.state)
		switch {
		case !wanted[of] && !(wanted["h"] && r.state == "hqw"):
		case len(users) > 0 && !slices.ContainsFunc(users, func(u string) bool { return matches(u, r.job.User) || matches(u, t.Host.User) && len(q.Users) > 0 }):
		case o.Has("-q") && !slices.ContainsFunc(o.all("-q"), func(queue string) bool {
			name, _, _ := strings.Cut(queue, "@")
			return matches(name, queueOf(r.job))
		}):
		default:
			all = append(all, r)
		}
	}
	return all, nil
}

// parseStates reads -s: letters, h with one more that says by whom.
func parseStates(text string) (map[string]bool, error) {
	wanted := map[string]bool{}
	for i := 0; i < len(text); i++ {
		switch letter := text[i : i+1]; letter {
		case "p", "r", "s", "z":
			wanted[letter] = true
		case "a":
			wanted["p"], wanted["r"], wanted["s"] = true, true, true
		case "h":
			wanted[letter] = true
			if i+1 < len(text) && strings.ContainsRune("uosdja", rune(text[i+1])) {
				i++
			}
		default:
			return nil, said(fmt.Sprintf("error: ERROR! invalid option argument \"-s %s\"", text))
		}
	}
	return wanted, nil
}

// writeTable prints nothing where there is nothing.
func writeTable(out *bufio.Writer, shown []row) {
	for i := range shown {
		if i == 0 {
			out.WriteString(header + rule)
		}
		r := &shown[i]
		line := fmt.Sprintf("%7d %s %-10.10s %-12.12s %-5.5s %s %-30.30s %5d %s", r.job.ID, prior, r.job.Name, r.job.User,
			shortState(r.state), r.time().Local().Format(timeLayout), r.queue(), slots(r.job), r.tasks)
		out.WriteString(imitation.Text(line) + "\n")
	}
}

// shortState is what the column has of a job that has ended.
func shortState(state string) string {
	if state == "" {
		return "z"
	}
	return state
}
