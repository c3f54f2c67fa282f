package slurm

import (
	"bufio"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	batch "depctl.dev/cli/batch/slurm"
	"depctl.dev/cli/imitation"
)

const (
	accountFormat = "jobid,jobname,partition,account,alloccpus,state,exitcode"
	briefFormat   = "jobid,state,exitcode"
	fullFormat    = "jobid,jobidraw,jobname,partition,alloccpus,reqmem,elapsed,timelimit,state,exitcode,start,end,nodelist"
)

// sacctOptions is what sacct was asked for.
type sacctOptions struct {
	format, states, users, names, accounts, partitions, nodes, start, end, delimiter string
	jobs                                                                             []string
	noHeader, parsable, parsable2, brief, long, all, helpFormat                      bool
}

// sacct lists jobs with how they ended, as long as their Jobs are there.
func sacct(ctx context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "sacct"}
	o := sacctOptions{}
	flags := t.flags()
	flags.StringVarP(&o.format, "format", "o", s.Env("SACCT_FORMAT"), "")
	flags.StringVarP(&o.states, "state", "s", "", "")
	flags.StringVarP(&o.users, "user", "u", "", "")
	flags.StringVar(&o.users, "uid", "", "")
	flags.StringVar(&o.names, "name", "", "")
	flags.StringVarP(&o.accounts, "accounts", "A", "", "")
	flags.StringVar(&o.accounts, "account", "", "")
	flags.StringVarP(&o.partitions, "partition", "r", "", "")
	flags.StringVarP(&o.nodes, "nodelist", "N", "", "")
	flags.StringVarP(&o.start, "starttime", "S", "", "")
	flags.StringVarP(&o.end, "endtime", "E", "", "")
	flags.StringVar(&o.delimiter, "delimiter", "|", "")
	flags.StringArrayVarP(&o.jobs, "jobs", "j", nil, "")
	flags.BoolVarP(&o.noHeader, "noheader", "n", false, "")
	flags.BoolVarP(&o.parsable, "parsable", "p", false, "")
	flags.BoolVarP(&o.parsable2, "parsable2", "P", false, "")
	flags.BoolVarP(&o.brief, "brief", "b", false, "")
	flags.BoolVarP(&o.long, "long", "l", false, "")
	flags.BoolVarP(&o.all, "allusers", "a", false, "")
	flags.BoolVarP(&o.helpFormat, "helpformat", "e", false, "")
	t.ignore(flags, "allocations X", "allclusters L", "truncate T", "duplicates D", "noconvert", "array", "verbose v", "whole-hetjob", "federation", "local", "use-local-uid")
	t.ignoreValues(flags, "clusters M", "cluster", "units", "group g", "gid", "qos q", "wckeys W", "associations x", "flags F", "timelimit-min k", "timelimit-max K")
	t.refuse(flags, map[string]string{
		"json": "say the fields with --format, and -P", "yaml": "say the fields with --format, and -P", "completion c": "leave it out: what is there is shown",
		"batch-script B": "scontrol show job says where the script is", "env-vars": "kubectl get pod shows them",
	})
	if done, code := t.parse(flags, args, "[OPTIONS]"); done {
		return code
	}
	o.jobs = append(o.jobs, flags.Args()...)
	if o.helpFormat {
		t.printAccountFields()
		return 0
	}
	if err := t.printAccounts(ctx, &o); err != nil {
		return t.fail(err)
	}
	return 0
}

// query says which jobs are asked for. Who names none sees their own, root all.
func (t tool) accountsOf(o *sacctOptions, chosen selection) imitation.Query {
	q := imitation.Query{IDs: chosen.ids, Names: list(o.names), Users: list(o.users), Exits: true}
	if len(q.Users) == 0 && len(chosen.ids) == 0 && !o.all && t.Host.UID != 0 {
		q.Users = []string{t.Host.User}
	}
	return q
}

// window returns the times between which jobs are shown: with numbers all, else those of
// today.
func (t tool) window(o *sacctOptions, named bool) (from, to time.Time, err error) {
	now := t.Now().Local()
	year, month, day := now.Date()
	from, to = time.Date(year, month, day, 0, 0, 0, 0, now.Location()), now
	if named || o.states != "" && o.start == "" {
		from = time.Time{}
	}
	if o.start != "" {
		if from, err = batch.ParseWhen(o.start, now); err != nil {
			return from, to, said("Invalid time specification " + o.start)
		}
	}
	if o.end != "" {
		if to, err = batch.ParseWhen(o.end, now); err != nil {
			return from, to, said("Invalid time specification " + o.end)
		}
	}
	return from, to, nil
}

func (t tool) printAccounts(ctx context.Context, o *sacctOptions) error {
	layout, err := o.layout()
	if err != nil {
		return err
	}
	chosen, err := parseIDs(o.jobs)
	if err != nil {
		return err
	}
	from, to, err := t.window(o, len(chosen.ids) > 0)
	if err != nil {
		return err
	}
	states := map[string]bool(nil)
	if o.states != "" {
		if states, err = parseStates(o.states); err != nil {
			return err
		}
	}
	jobs, err := t.Jobs(ctx, t.accountsOf(o, chosen))
	if err != nil {
		return err
	}
	out := bufio.NewWriter(t.Out)
	if !o.noHeader {
		o.print(out, layout, func(c accountColumn) string { return c.name })
		if !o.parsable && !o.parsable2 {
			o.print(out, layout, func(c accountColumn) string { return strings.Repeat("-", c.width) })
		}
	}
	for _, r := range t.rows(jobs, false) {
		shown := squeueOptions{partitions: o.partitions, accounts: o.accounts, nodes: o.nodes}
		switch {
		case len(chosen.ids) > 0 && !chosen.means(&r), states != nil && !states[r.word().long], !shown.shows(&r):
		case r.job.Made.After(to), r.State.Ended() && r.Ended.Before(from) && !r.Ended.IsZero():
		default:
			o.print(out, layout, func(c accountColumn) string { return c.of(&r) })
		}
	}
	return out.Flush()
}

// accountColumn is a field of sacct with its width; a text on the left where left is set.
type accountColumn struct {
	accountField
	left bool
}

func (o *sacctOptions) layout() ([]accountColumn, error) {
	text := o.format
	switch {
	case text != "":
	case o.brief:
		text = briefFormat
	case o.long:
		text = fullFormat
	default:
		text = accountFormat
	}
	var columns []accountColumn
	for part := range strings.SplitSeq(text, ",") {
		name, width, has := strings.Cut(strings.TrimSpace(part), "%")
		if name == "" {
			continue
		}
		f, err := accountFieldNamed(name)
		if err != nil {
			return nil, err
		}
		c := accountColumn{f, f.name == "JobID" || f.name == "JobIDRaw"}
		if has {
			n, err := strconv.Atoi(width)
			if err != nil {
				return nil, said("Invalid field requested: \"" + part + "\"")
			}
			c.left = n < 0 || c.left
			c.width = max(n, -n)
		}
		columns = append(columns, c)
	}
	return columns, nil
}

// print writes a line. What does not fit into its column ends in +.
func (o *sacctOptions) print(out *bufio.Writer, columns []accountColumn, text func(accountColumn) string) {
	for i, c := range columns {
		value := text(c)
		switch {
		case o.parsable2:
			if i > 0 {
				value = o.delimiter + value
			}
		case o.parsable:
			value += o.delimiter
		default:
			if utf8.RuneCountInString(value) > c.width && c.width > 0 {
				value = string([]rune(value)[:c.width-1]) + "+"
			}
			value = fit(value, c.width, !c.left) + " "
		}
		_, _ = out.WriteString(value)
	}
	_, _ = out.WriteString("\n")
}

// printAccountFields lists the fields, four in a line.
func (t tool) printAccountFields() {
	for names := range slices.Chunk(accountFields(), 4) {
		for i, f := range names {
			last := "\n"
			if i < len(names)-1 {
				last = " "
			}
			t.Print("%s%s", fit(f.name, 19, false), last)
		}
	}
}
