package slurm

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"depctl.dev/cli/imitation"
)

// scancelOptions is what scancel was asked for.
type scancelOptions struct {
	names, users, states, partitions, accounts, nodes, signal string
	me, interactive, quiet, verbose                           bool
}

// scancel ends jobs, and elements of arrays.
func scancel(ctx context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "scancel"}
	o := scancelOptions{}
	flags := t.flags()
	flags.StringVarP(&o.names, "name", "n", s.Env("SCANCEL_NAME"), "")
	flags.StringVar(&o.names, "jobname", "", "")
	flags.StringVarP(&o.users, "user", "u", s.Env("SCANCEL_USER"), "")
	flags.StringVarP(&o.states, "state", "t", s.Env("SCANCEL_STATE"), "")
	flags.StringVarP(&o.partitions, "partition", "p", s.Env("SCANCEL_PARTITION"), "")
	flags.StringVarP(&o.accounts, "account", "A", s.Env("SCANCEL_ACCOUNT"), "")
	flags.StringVarP(&o.nodes, "nodelist", "w", "", "")
	flags.StringVarP(&o.signal, "signal", "s", "", "")
	flags.BoolVar(&o.me, "me", false, "")
	flags.BoolVarP(&o.interactive, "interactive", "i", false, "")
	flags.BoolVarP(&o.quiet, "quiet", "Q", false, "")
	flags.BoolVarP(&o.verbose, "verbose", "v", false, "")
	t.ignore(flags, "batch b", "full f", "ctld c", "hurry H")
	t.ignoreValues(flags, "clusters M", "qos q", "reservation R", "wckey")
	t.refuse(flags, map[string]string{"sibling": "there is one cluster: leave it out", "cron": "CronJobs are deleted by kubectl"})
	if done, code := t.parse(flags, args, "[OPTIONS] [job_id[_array_id]] ..."); done {
		return code
	}
	if err := o.checkSignal(); err != nil {
		return t.fail(err)
	}
	return t.cancel(ctx, &o, flags.Args())
}

// checkSignal refuses signals that do not end a job.
func (o *scancelOptions) checkSignal() error {
	switch strings.TrimPrefix(strings.ToUpper(o.signal), "SIG") {
	case "", "KILL", "9", "TERM", "15", "INT", "2":
		return nil
	}
	return said(fmt.Sprintf("--signal=%s: a pod gets SIGTERM when it ends, and no other signal\n  leave it out, or send it with: kubectl exec POD -- kill -%s 1", o.signal, o.signal))
}

func (o *scancelOptions) filters() bool {
	return o.names+o.users+o.states+o.partitions+o.accounts+o.nodes != "" || o.me
}

func (t tool) cancel(ctx context.Context, o *scancelOptions, words []string) int {
	if len(words) == 0 && !o.filters() {
		t.Complain("scancel: error: No job identification provided\n")
		return 1
	}
	chosen, err := parseIDs(words)
	if err != nil {
		return t.fail(err)
	}
	states := map[string]bool{"PENDING": true, "RUNNING": true, "SUSPENDED": true}
	if o.states != "" {
		if states, err = parseStates(o.states); err != nil {
			return t.fail(err)
		}
	}
	q := imitation.Query{IDs: chosen.ids, Users: list(o.users), Names: list(o.names)}
	if o.me || len(chosen.ids) == 0 && o.users == "" {
		q.Users = []string{t.Host.User} // those of others are not meant by a filter alone
	}
	jobs, err := t.Jobs(ctx, q)
	if err != nil {
		return t.fail(err)
	}
	code := 0
	found := map[int64]bool{}
	for _, job := range jobs {
		rows := t.rows([]*imitation.Job{job}, true)
		var meant []row
		ended := false
		for _, r := range rows {
			shown := squeueOptions{partitions: o.partitions, accounts: o.accounts, nodes: o.nodes}
			if len(chosen.ids) > 0 && !chosen.means(&r) {
				continue
			}
			found[job.ID], found[r.ID] = true, true
			ended = ended || r.State.Ended()
			if states[r.word().long] && shown.shows(&r) && !r.State.Ended() {
				meant = append(meant, r)
			}
		}
		if len(meant) == 0 || o.interactive && !t.confirmed(meant) {
			continue
		}
		if err := t.end(ctx, job, rows, meant); err != nil {
			t.Complain("scancel: error: Kill job error on job id %s: %s\n", meant[0].id(), err)
			code = 1
		} else if o.verbose {
			t.Complain("scancel: Terminating job %s\n", meant[0].id())
		}
	}
	for _, id := range chosen.ids {
		if !found[id] && !o.filters() {
			if !o.quiet {
				t.Complain("scancel: error: Kill job error on job id %d: Invalid job id specified\n", id)
			}
			code = 1
		}
	}
	return code
}

// end ends a job if all that is left of it is meant, and otherwise those elements.
func (t tool) end(ctx context.Context, job *imitation.Job, all, meant []row) error {
	left := slices.ContainsFunc(all, func(r row) bool {
		return !r.State.Ended() && !slices.ContainsFunc(meant, func(m row) bool { return m.Index == r.Index })
	})
	if !left {
		if err := t.Cancel(ctx, job); !errors.Is(err, imitation.ErrEnded) {
			return err
		}
		return nil // somebody was faster
	}
	elements := make([]*imitation.Element, len(meant))
	for i := range meant {
		elements[i] = &meant[i].Element
	}
	err := t.CancelElements(ctx, job, elements)
	if errors.Is(err, imitation.ErrNotStarted) {
		return fmt.Errorf("%w\n  cancel the whole array, or hold it: scontrol hold %s", err, strconv.FormatInt(job.ID, 10))
	}
	return err
}

// confirmed asks about a job.
func (t tool) confirmed(meant []row) bool {
	t.Print("Cancel job_id=%s name=%s partition=%s [y/n]? ", meant[0].id(), meant[0].job.Name, meant[0].partition())
	answer, err := bufio.NewReader(t.In).ReadString('\n')
	return err == nil && strings.HasPrefix(strings.ToLower(strings.TrimSpace(answer)), "y")
}
