package slurm

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"depctl.dev/cli/imitation"
)

// partition is a queue of the site, or the one that there always is.
type partition struct {
	name  string
	first bool
	nodes []imitation.Node
}

// group is the nodes of a partition that are in one state.
type group struct {
	partition
	state string
}

// partitions returns those of the site, with the default one first.
func (t tool) partitions(ctx context.Context) ([]partition, error) {
	site, err := t.Site()
	if err != nil {
		return nil, err
	}
	nodes, err := t.Nodes(ctx)
	if err != nil {
		return nil, err
	}
	all := []partition{{name: defaultPartition, first: true, nodes: nodes}}
	if site == nil {
		return all, nil
	}
	if _, has := site.Queues[defaultPartition]; has {
		all = nil
	}
	for _, name := range slices.Sorted(maps.Keys(site.Queues)) {
		p := partition{name: name, first: name == defaultPartition}
		for _, n := range nodes {
			if hasLabels(n, site.Queues[name].NodeSelector) {
				p.nodes = append(p.nodes, n)
			}
		}
		all = append(all, p)
	}
	return all, nil
}

func hasLabels(n imitation.Node, wanted map[string]string) bool {
	for key, value := range wanted {
		if n.Labels[key] != value {
			return false
		}
	}
	return true
}

// stateOfNode is what Slurm says of a node. Whether it is idle depends on who is asked.
func stateOfNode(n *imitation.Node) string {
	switch {
	case !n.Ready:
		return "down"
	case !n.Open:
		return "drained"
	}
	return "idle"
}

const partitionFormat = "%9P %.5a %.10l %.6D %.6t %N"

// sinfo lists partitions and nodes.
func sinfo(ctx context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "sinfo"}
	layout, wanted := "", ""
	noHeader, byNode, summary := false, false, false
	flags := t.flags()
	flags.StringVarP(&layout, "format", "o", s.Env("SINFO_FORMAT"), "")
	flags.StringVarP(&wanted, "partition", "p", s.Env("SINFO_PARTITION"), "")
	flags.BoolVarP(&noHeader, "noheader", "h", false, "")
	flags.BoolVarP(&byNode, "Node", "N", false, "")
	flags.BoolVarP(&summary, "summarize", "s", false, "")
	t.ignore(flags, "all a", "exact e", "responding r", "long l", "hide", "verbose v", "local", "federation", "dead d", "future F")
	t.ignoreValues(flags, "clusters M", "cluster", "nodes n", "states t", "sort S")
	t.refuse(flags, map[string]string{"iterate i": "run it again and again: watch sinfo", "Format O": "say the fields with -o", "json": "say the fields with -o", "yaml": "say the fields with -o", "list-reasons R": "kubectl describe node says why", "reservation T": "there are no reservations here"})
	if done, code := t.parse(flags, args, "[OPTIONS]"); done {
		return code
	}
	if err := t.printPartitions(ctx, cmp.Or(layout, partitionFormat), list(wanted), noHeader, byNode); err != nil {
		return t.fail(err)
	}
	return 0
}

func (t tool) printPartitions(ctx context.Context, layout string, wanted []string, noHeader, byNode bool) error {
	all, err := t.partitions(ctx)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(t.Out)
	if !noHeader {
		line, err := nodeLine(layout, nil)
		if err != nil {
			return err
		}
		_, _ = out.WriteString(line)
	}
	var before []string
	for _, p := range all {
		if len(wanted) > 0 && !slices.Contains(wanted, p.name) {
			continue
		}
		for _, g := range p.groups(byNode) {
			line, err := nodeLine(layout, &g)
			if err != nil {
				return err
			}
			if !slices.Contains(before, line) { // as -o %P, which asks of no state
				_, _ = out.WriteString(line)
			}
			before = append(before, line)
		}
	}
	return out.Flush()
}

// groups parts the nodes of a partition by their states, or takes each alone.
func (p *partition) groups(each bool) []group {
	var all []group
	for i, n := range p.nodes {
		state := stateOfNode(&n)
		at := slices.IndexFunc(all, func(g group) bool {
			return !each && g.state == state && g.nodes[0].CPUs == n.CPUs && g.nodes[0].Memory == n.Memory && g.nodes[0].GPUs == n.GPUs
		})
		if at < 0 {
			all = append(all, group{partition{p.name, p.first, nil}, state})
			at = len(all) - 1
		}
		all[at].nodes = append(all[at].nodes, p.nodes[i])
	}
	if len(all) == 0 {
		all = append(all, group{partition{p.name, p.first, nil}, "n/a"})
	}
	return all
}

// nodeField returns a column of sinfo: its head, or what it has for a group.
func nodeField(letter byte, g *group) (text string, ok bool) {
	heads := map[byte]string{
		'P': "PARTITION", 'R': "PARTITION", 'a': "AVAIL", 'l': "TIMELIMIT", 'L': "DEFAULTTIME", 'D': "NODES", 't': "STATE", 'T': "STATE",
		'N': "NODELIST", 'n': "HOSTNAMES", 'c': "CPUS", 'm': "MEMORY", 'G': "GRES", 'p': "PRIO_TIER", 'f': "AVAIL_FEATURES", 'C': "CPUS(A/I/O/T)",
		's': "JOB_SIZE", 'F': "NODES(A/I/O/T)", 'd': "TMP_DISK", 'w': "WEIGHT", 'z': "S:C:T", 'E': "REASON", 'O': "CPU_LOAD", 'e': "FREE_MEM",
	}
	if g == nil {
		text, ok = heads[letter]
		return text, ok
	}
	none := imitation.Node{}
	first := &none
	if len(g.nodes) > 0 {
		first = &g.nodes[0]
	}
	var names []string
	for _, n := range g.nodes {
		names = append(names, n.Name)
	}
	switch letter {
	case 'P':
		if text = g.name; g.first {
			text += "*"
		}
	case 'R':
		text = g.name
	case 'a':
		text = "up"
	case 'l', 's':
		text = "infinite"
	case 'L', 'z', 'O', 'e':
		text = "n/a"
	case 'D':
		text = strconv.Itoa(len(g.nodes))
	case 't', 'T':
		text = g.state
	case 'N', 'n':
		text = strings.Join(names, ",")
	case 'c':
		text = strconv.FormatInt(first.CPUs, 10)
	case 'm':
		text = strconv.FormatInt(first.Memory, 10)
	case 'G':
		if text = "(null)"; first.GPUs > 0 {
			text = fmt.Sprintf("gpu:%d", first.GPUs)
		}
	case 'p', 'w':
		text = "1"
	case 'f':
		text = "(null)"
	case 'C':
		text = fmt.Sprintf("n/a/n/a/n/a/%d", first.CPUs*int64(len(g.nodes)))
	case 'F':
		text = fmt.Sprintf("n/a/n/a/n/a/%d", len(g.nodes))
	case 'd':
		text = "0"
	case 'E':
		text = "none"
	default:
		return "", false
	}
	return text, true
}

// nodeLine writes a line of sinfo: of a group, or the heads.
func nodeLine(layout string, g *group) (string, error) {
	var b strings.Builder
	before, rest, _ := strings.Cut(layout, "%")
	b.WriteString(before)
	for rest != "" {
		right := rest[0] == '.'
		rest = strings.TrimPrefix(rest, ".")
		end := 0
		for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
			end++
		}
		width, _ := strconv.Atoi(rest[:end]) // "" is 0
		if end == len(rest) {
			return "", said("Invalid node format specification: " + layout)
		}
		text, ok := nodeField(rest[end], g)
		if !ok {
			return "", said(fmt.Sprintf("Invalid node format specification: %c", rest[end]))
		}
		var suffix string
		suffix, rest, _ = strings.Cut(rest[end+1:], "%")
		b.WriteString(fit(text, width, right) + suffix)
	}
	return strings.TrimRight(b.String(), " ") + "\n", nil
}

// showPartitions is scontrol show partition.
func (t tool) showPartitions(ctx context.Context, o *scontrolOptions, names []string) error {
	all, err := t.partitions(ctx)
	if err != nil {
		return err
	}
	shown := 0
	for _, p := range all {
		if len(names) > 0 && !slices.Contains(names, p.name) {
			continue
		}
		shown++
		var nodes []string
		cpus := int64(0)
		for _, n := range p.nodes {
			nodes, cpus = append(nodes, n.Name), cpus+n.CPUs
		}
		isDefault := "NO"
		if p.first {
			isDefault = "YES"
		}
		t.Print("%s", o.record([]string{
			"PartitionName=" + p.name, "Default=" + isDefault + " QoS=N/A", "DefaultTime=NONE MaxTime=UNLIMITED MaxNodes=1",
			"Nodes=" + strings.Join(nodes, ","), "State=UP TotalCPUs=" + strconv.FormatInt(cpus, 10) + " TotalNodes=" + strconv.Itoa(len(nodes)),
		}))
	}
	if shown == 0 && len(names) > 0 {
		return raw("Partition " + names[0] + " not found")
	}
	return nil
}

// showNodes is scontrol show node.
func (t tool) showNodes(ctx context.Context, o *scontrolOptions, names []string) error {
	nodes, err := t.Nodes(ctx)
	if err != nil {
		return err
	}
	shown := 0
	for _, n := range nodes {
		if len(names) > 0 && !slices.Contains(list(names[0]), n.Name) {
			continue
		}
		shown++
		t.Print("%s", o.record([]string{
			"NodeName=" + n.Name, fmt.Sprintf("CPUTot=%d RealMemory=%d Gres=gpu:%d", n.CPUs, n.Memory, n.GPUs), "State=" + strings.ToUpper(stateOfNode(&n)),
		}))
	}
	if shown == 0 && len(names) > 0 {
		return raw("Node " + names[0] + " not found")
	}
	return nil
}
