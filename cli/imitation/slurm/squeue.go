package slurm

import (
	"bufio"
	"context"
	"slices"
	"strings"
	"time"

	"depctl.dev/cli/imitation"
)

const (
	shortFormat = "%.18i %.9P %.8j %.8u %.2t %.10M %.6D %R"
	longFormat  = "%.18i %.9P %.8j %.8u %.8T %.10M %.9l %.6D %R"
	startFormat = "%.18i %.9P %.8j %.8u %.2t %.19S %.6D %20Y %R"
)

// squeueOptions is what squeue was asked for.
type squeueOptions struct {
	format, longFormat, states, users, names, partitions, accounts, nodes, sort string
	jobs                                                                        []string
	noHeader, each, me, long, start                                             bool
}

// squeue lists jobs.
func squeue(ctx context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "squeue"}
	o := squeueOptions{}
	flags := t.flags()
	flags.StringVarP(&o.format, "format", "o", s.Env("SQUEUE_FORMAT"), "")
	flags.StringVarP(&o.longFormat, "Format", "O", s.Env("SQUEUE_FORMAT2"), "")
	flags.StringVarP(&o.states, "states", "t", s.Env("SQUEUE_STATES"), "")
	flags.StringVarP(&o.users, "user", "u", s.Env("SQUEUE_USERS"), "")
	flags.StringVarP(&o.names, "name", "n", s.Env("SQUEUE_NAMES"), "")
	flags.StringVarP(&o.partitions, "partition", "p", s.Env("SQUEUE_PARTITION"), "")
	flags.StringVarP(&o.accounts, "account", "A", s.Env("SQUEUE_ACCOUNT"), "")
	flags.StringVarP(&o.nodes, "nodelist", "w", "", "")
	flags.StringVarP(&o.sort, "sort", "S", "", "")
	flags.StringArrayVarP(&o.jobs, "jobs", "j", nil, "")
	flags.Lookup("jobs").NoOptDefVal = "" // -j needs a value
	flags.BoolVarP(&o.noHeader, "noheader", "h", false, "")
	flags.BoolVarP(&o.each, "array", "r", false, "")
	flags.BoolVar(&o.me, "me", false, "")
	flags.BoolVarP(&o.long, "long", "l", false, "")
	flags.BoolVar(&o.start, "start", false, "")
	t.ignore(flags, "all a", "verbose v", "only-job-state", "array-unique", "hide", "federation", "local", "sibling", "priority P", "notme", "expand-patterns")
	t.ignoreValues(flags, "clusters M", "cluster", "licenses L", "qos q", "reservation R")
	t.refuse(flags, map[string]string{
		"iterate i": "run it again and again: watch squeue", "json": "say the fields with --Format", "yaml": "say the fields with --Format",
		"steps s": "a Job has no steps",
	})
	if done, code := t.parse(flags, args, "[OPTIONS]"); done {
		return code
	}
	o.jobs = append(o.jobs, flags.Args()...)
	if o.states == "" && o.start {
		o.states = "PD"
	}
	if err := t.printQueue(ctx, &o); err != nil {
		return t.fail(err)
	}
	return 0
}

// wanted returns the states that are shown: without a word, those that have not ended.
func (o *squeueOptions) wanted() (map[string]bool, error) {
	if o.states != "" {
		return parseStates(o.states)
	}
	return map[string]bool{"PENDING": true, "RUNNING": true, "SUSPENDED": true}, nil
}

func (o *squeueOptions) layout() (format, error) {
	switch {
	case o.longFormat != "":
		return parseLongFormat(o.longFormat)
	case o.format != "":
		return parseFormat(o.format)
	case o.start:
		return parseFormat(startFormat)
	case o.long:
		return parseFormat(longFormat)
	}
	return parseFormat(shortFormat)
}

func (t tool) printQueue(ctx context.Context, o *squeueOptions) error {
	states, err := o.wanted()
	if err != nil {
		return err
	}
	layout, err := o.layout()
	if err != nil {
		return err
	}
	chosen, err := parseIDs(o.jobs)
	if err != nil {
		return err
	}
	q := imitation.Query{IDs: chosen.ids, Users: list(o.users), Names: list(o.names), Exits: states["FAILED"]}
	if o.me {
		q.Users = []string{t.Host.User}
	}
	jobs, err := t.Jobs(ctx, q)
	if err != nil {
		return err
	}
	if len(chosen.ids) == 1 && len(jobs) == 0 && len(q.Users)+len(q.Names) == 0 {
		return raw("slurm_load_jobs error: Invalid job id specified")
	}
	out := bufio.NewWriter(t.Out)
	if o.long && !o.noHeader {
		out.WriteString(t.Now().Local().Format(time.ANSIC) + "\n")
	}
	if !o.noHeader {
		out.WriteString(layout.header())
	}
	for _, r := range ordered(t.rows(jobs, o.each), o.sort) {
		if states[r.word().long] && o.shows(&r) && (len(chosen.ids) == 0 || chosen.means(&r)) {
			out.WriteString(layout.row(&r))
		}
	}
	return out.Flush()
}

// shows reports whether a row is of what was asked for beside states and names.
func (o *squeueOptions) shows(r *row) bool {
	for _, one := range [][2]string{{o.partitions, r.partition()}, {o.accounts, r.account()}, {o.nodes, r.Node}} {
		if wanted := list(one[0]); len(wanted) > 0 && !slices.Contains(wanted, one[1]) {
			return false
		}
	}
	return true
}

// ordered sorts rows by letters of the format, - before one for the reverse.
func ordered(rows []row, by string) []row {
	rows = sorted(rows)
	keys := list(by)
	slices.Reverse(keys)
	for _, key := range keys {
		letter, reverse := strings.TrimLeft(key, "+-"), strings.HasPrefix(key, "-")
		if letter == "" {
			continue
		}
		f, err := fieldBy(letter[0], "")
		if err != nil || f.letter == 'i' || f.letter == 't' {
			continue // they are in this order, or cannot be
		}
		slices.SortStableFunc(rows, func(a, b row) int {
			order := strings.Compare(f.of(&a), f.of(&b))
			if reverse {
				return -order
			}
			return order
		})
	}
	return rows
}

// list splits at commas.
func list(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return c == ',' })
}
