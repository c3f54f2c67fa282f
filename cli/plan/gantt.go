package plan

import (
	"fmt"
	"io"
	"time"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
)

// shape is a rectangle, or a line of text where text is not empty. Text stands on
// its baseline y, from x on, or up to x where it ends there.
type shape struct {
	x, y, w, h float64
	ink        string
	text       string
	endsAtX    bool
	bold       bool
	// hollow leaves only the frame of a rectangle.
	hollow bool
}

// gantt is a chart of a plan: one line for each row, time to the right. It is
// the same shapes in every format.
type gantt struct {
	width, height float64
	shapes        []shape
}

// The measures of a chart, in pixels. The font has letters of one width.
const (
	fontSize   = 13.0
	letter     = fontSize * 0.6
	lineHeight = 24.0
	barHeight  = 16.0
	margin     = 20.0
	timeWidth  = 760.0
	// maxRows is how many lines a chart has; more cannot be read.
	maxRows = 400
	// maxLabel is how many letters a name has room for.
	maxLabel = 48
)

func newGantt(p *plan, all bool) *gantt {
	rows := p.rows(all)
	rest := max(len(rows)-maxRows, 0)
	rows = rows[:len(rows)-rest]
	longest := len("Job")
	for _, r := range rows {
		longest = max(longest, min(picture.Width(r.name), maxLabel))
	}
	left := margin + 14 + float64(longest)*letter + 12
	right := left + timeWidth
	g := &gantt{width: right + margin + float64(len(fmt.Sprintf("wave %d", len(p.waves)))+1)*letter}
	g.add(shape{ink: inkPaper}) // its size is set at the end
	y := margin + fontSize
	wave, widest := p.widest()
	title := fmt.Sprintf("%s, %s, done after %s", command.Count(len(p.jobs), "Job"), command.Count(len(p.waves), "wave"), brief(p.total))
	if p.run != "" {
		title = "run " + picture.OneLine(p.run) + ": " + title
	}
	g.text(margin, y, inkText, true, title)
	y += lineHeight
	g.text(margin, y, inkFaint, false, fmt.Sprintf("%s of work; widest is wave %d, with %s; at most %s at once, first at %s",
		brief(p.work), wave, command.Count(widest, "Job"), runs(p.peak), brief(p.peakAt)))
	y += lineHeight * 0.6
	for i, r := range rows {
		if r.Wave%2 == 0 {
			g.add(shape{x: margin / 2, y: y + float64(i+1)*lineHeight, w: g.width - margin, h: lineHeight, ink: inkBand})
		}
	}
	g.axis(p.total, left, y, len(rows))
	y += lineHeight
	scale := timeWidth / max(p.total.Seconds(), 1)
	for i, r := range rows {
		if i == 0 || rows[i-1].Wave != r.Wave {
			g.add(shape{x: g.width - margin, y: y + 16, ink: inkFaint, text: fmt.Sprintf("wave %d", r.Wave), endsAtX: true})
		}
		g.row(r, left, y, scale)
		y += lineHeight
	}
	if rest > 0 {
		y += lineHeight
		g.text(margin, y-8, inkFaint, false, fmt.Sprintf("and %d more lines, which are not drawn", rest))
	}
	y = g.legend(y+lineHeight, p)
	g.height = y + margin
	g.shapes[0].w, g.shapes[0].h = g.width, g.height
	return g
}

func (g *gantt) add(s shape) { g.shapes = append(g.shapes, s) }

func (g *gantt) text(x, y float64, ink string, bold bool, text string) {
	g.shapes = append(g.shapes, shape{x: x, y: y, ink: ink, bold: bold, text: text})
}

// row draws a line: a mark if it is critical, the name, the bar and how long it
// takes, inside of the bar if there is room.
func (g *gantt) row(r planRow, left, y, scale float64) {
	ink, on := inkBar, inkOnBar
	if r.Critical {
		ink, on = inkCritical, inkOnRed
		g.add(shape{x: margin, y: y + 8, w: 8, h: 8, ink: ink})
	}
	name := r.name
	if picture.Width(name) > maxLabel {
		name = picture.Cut(name, maxLabel, "…")
	}
	g.text(margin+14, y+16, inkText, r.Critical, name)
	x := left + r.Start.Seconds()*scale
	w := max(r.Length().Seconds()*scale, 2)
	g.add(shape{x: x, y: y + (lineHeight-barHeight)/2, w: w, h: barHeight, ink: ink, hollow: r.Estimate.Guessed()})
	takes := brief(r.Length())
	room := float64(len(takes))*letter + 10
	if room <= w {
		if r.Estimate.Guessed() {
			on = inkText
		}
		g.text(x+5, y+16, on, false, takes)
	} else if x+w+room > left+timeWidth {
		g.add(shape{x: x - 5, y: y + 16, ink: inkFaint, text: takes, endsAtX: true})
	} else {
		g.text(x+w+5, y+16, inkFaint, false, takes)
	}
}

// axis draws the time, with lines through all rows.
func (g *gantt) axis(total time.Duration, left, y float64, rows int) {
	step := tick(total)
	for at := time.Duration(0); at <= total; at += step {
		x := left
		if total > 0 {
			x += timeWidth * float64(at) / float64(total)
		}
		label := brief(at)
		g.add(shape{x: x, y: y + lineHeight - 4, w: 1, h: float64(rows)*lineHeight + 4, ink: inkGrid})
		g.text(x-float64(len(label))*letter/2, y+fontSize, inkFaint, false, label)
		if step == 0 {
			break
		}
	}
}

// tick returns the step of an axis with 10 steps at most.
func tick(total time.Duration) time.Duration {
	day := 24 * time.Hour
	steps := []time.Duration{
		time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day, 2 * day, 7 * day, 14 * day, 30 * day,
	}
	for _, step := range steps {
		if total/step <= 10 {
			return step
		}
	}
	return (total / 10).Truncate(365*day/4) + 365*day/4
}

// legend explains the bars, as far as there are such.
func (g *gantt) legend(y float64, p *plan) float64 {
	guessed, known := false, false
	for _, job := range p.jobs {
		guessed = guessed || job.Estimate.Guessed()
		known = known || !job.Estimate.Guessed()
	}
	x := margin
	item := func(ink string, hollow bool, text string) {
		g.add(shape{x: x, y: y - 11, w: 24, h: 12, ink: ink, hollow: hollow})
		g.text(x+32, y, inkText, false, text)
		x += 32 + float64(picture.Width(text)+3)*letter
	}
	item(inkCritical, guessed && !known, "critical path")
	item(inkBar, guessed && !known, "other Jobs")
	if guessed {
		item(inkFaint, true, "hollow: its length is a guess")
	}
	return y
}

func (g *gantt) print(w io.Writer, format, theme string) error {
	var err error
	if format == outputPNG {
		if theme == "" {
			theme = themeLight
		}
		err = g.png(w, theme)
	} else {
		_, err = io.WriteString(w, g.svg(theme))
	}
	if err != nil {
		return fmt.Errorf("writing the chart: %w", err)
	}
	return nil
}
