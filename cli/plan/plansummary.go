package plan

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
	"depctl.dev/lang"
)

// summary says the plan in sentences.
func (t *planTable) summary(bars bool) []string {
	p := t.plan
	wave, widest := p.widest()
	legend := ""
	if bars {
		legend = " (█ above)"
		if t.terminal.Glyphs.Fork == picture.ASCII().Fork {
			legend = " (# above)"
		}
	}
	arrow := " → "
	if t.terminal.Glyphs.Fork == picture.ASCII().Fork {
		arrow = " -> "
	}
	lines := []string{
		fmt.Sprintf("%s in %s: done after %s, %s of work.", command.Count(len(p.jobs), "Job"), command.Count(len(p.waves), "wave"), brief(p.total), brief(p.work)),
		fmt.Sprintf("Widest is wave %d, with %s. At most %s at once, first at %s.", wave, command.Count(widest, "Job"), runs(p.peak), brief(p.peakAt)),
		fmt.Sprintf("Critical path%s: %s.", legend, strings.Join(p.pathNames(), arrow)),
	}
	if len(p.totals) > 0 {
		by := make([]string, len(orders))
		for i, order := range orders {
			by[i] = brief(p.totals[i]) + " " + order
		}
		text := "Done after, by --order: " + strings.Join(by, ", ")
		if p.maxStarting > 0 {
			text += fmt.Sprintf("; with --max-starting %d: %s", p.maxStarting, brief(p.total))
		}
		lines = append(lines, text+".")
	}
	return lines
}

func runs(n int) string {
	if n == 1 {
		return "1 Job runs"
	}
	return fmt.Sprintf("%d Jobs run", n)
}

// pathNames returns the names on the critical path; of a long one, the first and the last.
func (p *plan) pathNames() []string {
	path := p.path
	const most = 12
	var names []string
	for i, job := range path {
		if len(path) > most && i == most/2 {
			names = append(names, fmt.Sprintf("%d more", len(path)-most))
		}
		if len(path) > most && i >= most/2 && i < len(path)-most/2 {
			continue
		}
		names = append(names, p.name(job.Ref))
	}
	return names
}

// globOf returns the name of a family as a glob.
func (p *plan) globOf(of lang.Ref) string {
	of.Name = strings.ReplaceAll(of.Name, "#", "*")
	return p.name(of)
}

// wrapRunes is wrap with an indent of two for all lines but the first, and by
// characters.
func wrapRunes(text string, columns int) []string {
	lines := []string{""}
	for _, word := range strings.Fields(text) {
		last := &lines[len(lines)-1]
		room := columns - 2*min(len(lines)-1, 1)
		switch {
		case *last == "":
			*last = word
		case picture.Width(*last)+1+picture.Width(word) <= room:
			*last += " " + word
		default:
			lines = append(lines, word)
		}
	}
	return lines
}

// brief writes a length of time in at most two units, rounded.
func brief(d time.Duration) string {
	day := 24 * time.Hour
	units := []struct {
		of   time.Duration
		name string
	}{{365 * day, "y"}, {day, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}}
	if d > 0 && d < time.Second {
		return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
	}
	for i, unit := range units {
		if d < unit.of {
			continue
		}
		if i+1 == len(units) {
			return fmt.Sprintf("%d%s", d.Round(unit.of)/unit.of, unit.name)
		}
		smaller := units[i+1]
		d = d.Round(smaller.of)
		text := fmt.Sprintf("%d%s", d/unit.of, unit.name)
		if rest := d % unit.of / smaller.of; rest > 0 {
			text += fmt.Sprintf("%d%s", rest, smaller.name)
		}
		return text
	}
	return "0s"
}
