package screen

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/listing"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

var update = flag.Bool("update", false, "write the golden files")

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func row(name string, state gate.State, waitsFor ...string) listing.Row {
	r := listing.Row{
		Ref: lang.Job("etl", name), Job: gate.Job{Namespace: "etl", Name: name, Created: now.Add(-time.Minute), Object: &lang.Object{}},
		State: state, Progress: listing.Progress{Size: 1}, WaitsFor: waitsFor,
	}
	for _, name := range waitsFor {
		r.BlockedBy = append(r.BlockedBy, lang.Job("etl", name))
	}
	return r
}

func frame(rows ...listing.Row) Frame {
	f := Frame{List: listing.List{Rows: rows, Now: now}, Counts: map[gate.State]int{}, Expectation: listing.Expectation{End: now.Add(9 * time.Minute)}}
	for _, r := range rows {
		f.Counts[r.State]++
	}
	return f
}

// night are Jobs of which one has failed, some run and many wait.
func night() Frame {
	rows := []listing.Row{row("extract", gate.StateSucceeded), row("tune", gate.StateFailed), row("load", gate.StateWaiting, "part-1", "part-2")}
	for i := range 12 {
		rows = append(rows, row(fmt.Sprintf("part-%d", i), gate.StateRunning))
	}
	f := frame(append(rows, row("report", gate.StateWaiting, "load"))...)
	f.Notes = []string{"You may not list pods."}
	return f
}

// screened is a model, and what it has asked depctl.
type screened struct {
	*model
	asked []string
}

// newScreen returns a model whose commands print their name.
func newScreen(width, height int, changes ...func(*Options)) *screened {
	s := &screened{}
	o := Options{Namespace: "etl", Terminal: command.Terminal{Width: width, Height: height, Interactive: true, Glyphs: picture.Unicode()}}
	o.Depctl = func(_ context.Context, args []string, out, _ io.Writer, _ command.Terminal) int {
		s.asked = append(s.asked, strings.Join(args, " "))
		fmt.Fprintf(out, "%s says\nsomething\n", args[0])
		return 0
	}
	for _, change := range changes {
		change(&o)
	}
	s.model = newModel(context.Background(), o, func(int, int) {})
	s.send = func(msg tea.Msg) { s.Update(msg) }
	return s
}

// press presses keys one by one, and waits for what they begin.
func (s *screened) press(keys ...string) (quit bool) {
	for _, key := range keys {
		msg := tea.KeyPressMsg{Text: key}
		if code, special := map[string]rune{
			"enter": tea.KeyEnter, "esc": tea.KeyEscape, "down": tea.KeyDown, "up": tea.KeyUp, "end": tea.KeyEnd, "home": tea.KeyHome,
			"tab": tea.KeyTab, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp, "backspace": tea.KeyBackspace,
		}[key]; special {
			msg = tea.KeyPressMsg{Code: code}
		}
		_, cmd := s.Update(msg)
		if cmd == nil {
			continue
		}
		done := cmd()
		if _, quit = done.(tea.QuitMsg); quit {
			return true
		}
		s.Update(done)
	}
	return false
}

func (s *screened) text() string { return strings.Join(s.draw(), "\n") }

func TestTheScreen(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		width, height int
		colour, ascii bool
		keys          []string
	}{
		"80":       {width: 80, height: 16},
		"60":       {width: 60, height: 16},
		"200":      {width: 200, height: 16},
		"colour":   {width: 80, height: 16, colour: true},
		"ascii":    {width: 80, height: 16, ascii: true},
		"low":      {width: 80, height: 8, keys: []string{"end"}},
		"unfolded": {width: 80, height: 30, keys: []string{"f"}},
		"filter":   {width: 80, height: 16, keys: []string{"/", "p", "a"}},
		"explain":  {width: 80, height: 16, keys: []string{"down", "e"}},
		"question": {width: 80, height: 16, keys: []string{"h"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScreen(test.width, test.height, func(o *Options) {
				o.Terminal.Colour = test.colour
				if test.ascii {
					o.Terminal.Glyphs = picture.ASCII()
				}
			})
			s.Update(frameMsg{night()})
			s.press(test.keys...)
			golden := filepath.Join("testdata", name+".golden")
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(s.text()+"\n"), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err, "run with -update to write it")
			require.Equal(t, string(want), s.text()+"\n")
		})
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		keys []string
		// asked are the commands that were run, and want is in what is seen.
		asked []string
		want  string
		quits bool
	}{
		"q leaves":                       {keys: []string{"q"}, quits: true},
		"enter explains":                 {keys: []string{"enter"}, asked: []string{"explain tune --namespace=etl"}, want: "explain says"},
		"enter on what is folded":        {keys: []string{"down", "enter"}, want: "part-11"},
		"q in a pane closes it":          {keys: []string{"e", "q"}, asked: []string{"explain tune --namespace=etl"}, want: "/ filter"},
		"the logs are followed":          {keys: []string{"l"}, asked: []string{"logs tune --namespace=etl --follow --tail=1000"}, want: "logs says"},
		"the graph":                      {keys: []string{"end", "g"}, asked: []string{"graph extract --namespace=etl"}, want: "graph says"},
		"a hold is asked about":          {keys: []string{"h"}, want: "hold tune? y/n"},
		"a hold is done":                 {keys: []string{"h", "y"}, asked: []string{"hold tune --namespace=etl"}, want: "hold says something"},
		"anything but y changes nothing": {keys: []string{"h", "q"}, want: "nothing was changed"},
		"a filter finds by state":        {keys: []string{"/", "f", "a", "i", "l", "enter", "e"}, asked: []string{"explain tune --namespace=etl"}},
		"q is a letter of a filter":      {keys: []string{"/", "q"}, want: "No Jobs here match the filter."},
		"backspace takes one back":       {keys: []string{"/", "q", "backspace"}, want: "tune"},
		"esc ends the filter":            {keys: []string{"/", "q", "esc", "q"}, quits: true},
		"what nobody knows does nothing": {keys: []string{"x", "7"}, want: "tune"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScreen(80, 24)
			s.Update(frameMsg{night()})
			require.Equal(t, test.quits, s.press(test.keys...))
			require.Equal(t, test.asked, s.asked)
			require.Contains(t, s.text(), test.want)
		})
	}
}

func TestTheCursorStaysOnItsJob(t *testing.T) {
	t.Parallel()
	s := newScreen(80, 24)
	s.Update(frameMsg{frame(row("a", gate.StateWaiting), row("b", gate.StateWaiting))})
	require.Contains(t, s.text(), "> a ", "the top, until it is moved")
	s.Update(frameMsg{frame(row("a", gate.StateWaiting), row("b", gate.StateFailed))})
	require.Contains(t, s.text(), ">*b ", "it stays at the top, and what has changed is marked")
	s.press("down")
	s.Update(frameMsg{frame(row("a", gate.StateFailed), row("b", gate.StateWaiting))})
	require.Contains(t, s.text(), ">*a ")
	s.Update(tickMsg{now.Add(newsFor)})
	require.Contains(t, s.text(), "> a ", "news grow old")
	s.Update(frameMsg{frame(row("b", gate.StateWaiting))})
	require.Contains(t, s.text(), ">*b ", "its Job is gone")
	s.Update(frameMsg{frame()})
	require.Contains(t, s.text(), "No Jobs here.")
	require.False(t, s.press("e", "l", "g", "h", "up", "down", "end", "pgdown"))
	require.Empty(t, s.asked)
}

func TestADrawingIsScrolledAndLeft(t *testing.T) {
	t.Parallel()
	s := newScreen(80, 10, func(o *Options) { o.Drawn = true })
	f := night()
	for i := range 40 {
		f.Drawing += fmt.Sprintf("line %d\n", i)
	}
	s.Update(frameMsg{f})
	require.Contains(t, s.text(), "line 0\n")
	s.press("end")
	require.Contains(t, s.text(), "line 39\n")
	f.Drawing = "line 0\n"
	s.Update(frameMsg{f})
	require.Contains(t, s.text(), "line 0\n", "it has become shorter")
	s.press("tab")
	require.Contains(t, s.text(), "NAME")
}

func TestAPaneFollowsWhatComesUntilSomebodyLooksBack(t *testing.T) {
	t.Parallel()
	s := newScreen(80, 10)
	s.Update(frameMsg{night()})
	s.press("l")
	more := func(from, to int) {
		var b strings.Builder
		for i := from; i < to; i++ {
			fmt.Fprintf(&b, "line %d\n", i)
		}
		s.Update(paneMsg{id: s.pane.id, text: b.String()})
	}
	more(0, 100)
	require.Contains(t, s.text(), "line 99\n")
	s.press("up")
	more(100, 200)
	require.NotContains(t, s.text(), "line 199")
	s.press("end")
	more(200, 300)
	require.Contains(t, s.text(), "line 299\n")
	s.Update(paneMsg{id: s.pane.id, text: strings.Repeat("x\n", 2*mostLines)})
	require.Len(t, s.pane.lines, mostLines)
	old := s.pane.id
	s.press("esc", "e")
	s.Update(paneMsg{id: old - 1, text: "late\n"})
	require.NotContains(t, s.text(), "late", "what a closed pane still says is not seen")
}

// Whatever comes, a frame fits the terminal.
func TestFramesFit(t *testing.T) {
	t.Parallel()
	keys := []string{"enter", "esc", "down", "up", "end", "home", "tab", "pgdown", "pgup", "/", "e", "l", "g", "h", "y", "f", "ü", "世", "backspace"}
	rapid.Check(t, func(t *rapid.T) {
		s := newScreen(80, 24, func(o *Options) {
			o.Drawn, o.Terminal.Colour = rapid.Bool().Draw(t, "drawn"), rapid.Bool().Draw(t, "colour")
		})
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				s.Update(tea.WindowSizeMsg{Width: rapid.IntRange(1, 210).Draw(t, "width"), Height: rapid.IntRange(1, 40).Draw(t, "height")})
			case 1:
				f := night()
				f.List.Rows = f.List.Rows[:rapid.IntRange(0, len(f.List.Rows)).Draw(t, "rows")]
				f.Drawing = strings.Join(rapid.SliceOfN(rapid.StringMatching(`[a-z 世]{0,300}`), 0, 50).Draw(t, "drawing"), "\n")
				s.Update(frameMsg{f})
			case 2:
				s.press(rapid.SampledFrom(keys).Draw(t, "key"))
			case 3:
				s.Update(tickMsg{now.Add(time.Minute)})
			}
			lines := s.draw()
			require.LessOrEqual(t, len(lines), s.height)
			for _, line := range lines {
				require.LessOrEqual(t, ansi.StringWidth(line), s.width, "%q", line)
				require.NotContains(t, line, "\n")
			}
		}
	})
}

// BenchmarkKey is a key press, and the frame that it leads to, among 5,000 Jobs.
func BenchmarkKey(b *testing.B) {
	var rows []listing.Row
	for i := range 5000 {
		rows = append(rows, row(fmt.Sprintf("job-%c%c%c-%d", 'a'+i%26, 'a'+i/26%26, 'a'+i/676, i), gate.StateWaiting, "extract", "load"))
	}
	s := newScreen(120, 50)
	s.Update(frameMsg{frame(rows...)})
	for b.Loop() {
		s.press("down")
		_ = s.View()
	}
}
