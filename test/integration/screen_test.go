package integration

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"github.com/stretchr/testify/require"

	"depctl.dev/gate"
)

// screen is a terminal in which depctl runs.
type screen struct {
	s     *space
	cmd   *exec.Cmd
	tty   *os.File
	ended chan struct{}

	mu       sync.Mutex
	emulator *vt.Emulator
	raw      bytes.Buffer
}

// screen runs depctl in a terminal of so many columns and lines.
func (s *space) screen(columns, lines uint16, env []string, args ...string) *screen {
	s.t.Helper()
	c := &screen{s: s, emulator: vt.NewEmulator(int(columns), int(lines)), ended: make(chan struct{})}
	c.cmd = exec.CommandContext(s.t.Context(), filepath.Join(s.bin(), "depctl"), append([]string{"--kubeconfig", s.Kubeconfig(), "-n", s.name}, args...)...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "NO_COLOR=") && !strings.HasPrefix(v, "LC_ALL=") {
			c.cmd.Env = append(c.cmd.Env, v)
		}
	}
	c.cmd.Env = append(c.cmd.Env, append([]string{"TERM=xterm-256color", "LC_ALL=C.UTF-8"}, env...)...)
	var err error
	c.tty, err = pty.StartWithSize(c.cmd, &pty.Winsize{Cols: columns, Rows: lines})
	require.NoError(s.t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(c, c.tty)
	}()
	answered := make(chan struct{})
	go func() { // what a terminal answers
		defer close(answered)
		_, _ = io.Copy(c.tty, c.emulator)
	}()
	go func() {
		_ = c.cmd.Wait()
		close(c.ended)
	}()
	s.t.Cleanup(func() {
		_ = c.cmd.Process.Kill()
		<-c.ended
		_ = c.tty.Close()
		<-done
		if answers, is := c.emulator.InputPipe().(io.Closer); is {
			_ = answers.Close()
		}
		<-answered
	})
	return c
}

// Write shows what is sent to the terminal, and keeps it.
func (c *screen) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.Write(p)
	return c.emulator.Write(p)
}

func (c *screen) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.emulator.String()
}

func (c *screen) resize(columns, lines int) {
	c.s.t.Helper()
	c.mu.Lock()
	c.emulator.Resize(columns, lines)
	c.mu.Unlock()
	require.NoError(c.s.t, pty.Setsize(c.tty, &pty.Winsize{Cols: uint16(columns), Rows: uint16(lines)}))
}

func (c *screen) sent() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.raw.String()
}

// shows waits until the screen matches.
func (c *screen) shows(pattern string) {
	c.s.t.Helper()
	match := regexp.MustCompile(pattern)
	defer func() {
		if c.s.t.Failed() {
			c.s.t.Log(c.text())
		}
	}()
	c.s.until("the screen shows "+pattern, func() bool { return match.MatchString(c.text()) })
}

func (c *screen) press(keys string) {
	c.s.t.Helper()
	_, err := c.tty.WriteString(keys)
	require.NoError(c.s.t, err)
}

// exits waits until depctl has ended by itself.
func (c *screen) exits(code int) {
	c.s.t.Helper()
	c.s.until("depctl has ended", func() bool {
		select {
		case <-c.ended:
			return true
		default:
			return false
		}
	})
	require.Equal(c.s.t, code, c.cmd.ProcessState.ExitCode(), c.text())
}

func TestTheScreenOfWatch(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("extract", "", untilTold)
	s.make("load", "extract")
	s.make("report", "load, licence")
	s.runs("extract")
	c := s.screen(80, 24, nil, "get", "--watch")
	c.shows(`> +extract +● running +0/1 `)
	c.shows(`  load +○ waiting +0/1 +extract +extract +\d+s`)
	c.press("\x1b[B") // down
	c.shows(`> load `)
	c.press("e")
	c.shows(`(?s)\$ depctl explain load .*load ○ waiting.*extract +has not finished`)
	c.press("q")
	c.shows(`> load `)
	c.press("h")
	c.shows(`hold load\? y/n`)
	c.press("y")
	c.shows(`>\*load +‖ held`)
	require.Contains(t, s.get("load").Annotations, gate.HoldAnnotation)
	c.press("h")
	c.shows(`release load\? y/n`)
	c.press("y")
	s.tell("extract")
	c.shows(`>.load +. (running|succeeded) `)
	c.press("/rep\r")
	c.shows(`> report +○ waiting +0/1 +licence`)
	c.press("\x1b")
	c.shows(` extract +✓ succeeded`)
	c.resize(60, 12)
	c.shows(`WAITS FOR +AGE`)
	require.Contains(t, c.sent(), "\x1b[36m", "colours")
	c.press("q")
	c.exits(0)
	require.Contains(t, c.sent(), "\x1b[?1049l", "what was there before is there again")
}

// Where nothing can be drawn over, changes come line by line.
func TestWatchOnADumbTerminal(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("extract", "", untilTold)
	s.runs("extract")
	c := s.screen(80, 20, []string{"TERM=dumb"}, "get", "--watch")
	c.shows(`extract +● running`)
	s.tell("extract")
	c.shows(`(?s)extract +● running.*extract +✓ succeeded`)
	require.NotContains(t, c.sent(), "\x1b")
	c.press("\x03")
	c.exits(0)
}

// A command that waits says for what, on a line that is gone at the end.
func TestWaitSaysOnATerminalWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("extract", "", untilTold)
	s.runs("extract")
	c := s.screen(120, 10, nil, "wait", "extract, load")
	c.shows(`Waiting: ` + s.name + `/extract has not finished, ` + s.name + `/load does not exist, \d+s`)
	s.make("load", "")
	s.completes("load")
	c.shows(`Waiting: ` + s.name + `/extract has not finished, \d+s`)
	s.tell("extract")
	c.exits(0)
	c.shows(`^true: `)
	require.NotContains(t, c.text(), "Waiting")
}

func TestTheScreenEverywhere(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("extract", "", untilTold)
	s.make("load", "extract")
	s.runs("extract")
	colour := regexp.MustCompile("\x1b\\[(3[0-7]|9[0-7]|38;)")
	for _, args := range [][]string{{"get"}, {"graph"}, {"status"}} {
		for name, test := range map[string]struct {
			columns uint16
			env     []string
			check   func(c *screen)
			leave   func(c *screen)
		}{
			"60 columns and ctrl+c": {60, nil, func(c *screen) {}, func(c *screen) { c.press("\x03") }},
			"200 columns, no colours and SIGTERM": {
				200,
				[]string{"NO_COLOR=1"},
				func(c *screen) { require.NotRegexp(t, colour, c.sent()) },
				func(c *screen) { require.NoError(t, c.cmd.Process.Signal(syscall.SIGTERM)) },
			},
			"80 columns, ASCII and SIGINT": {
				80,
				[]string{"LC_ALL=C"},
				func(c *screen) { require.NotRegexp(t, `[^\x00-\x7f]`, c.text()) },
				func(c *screen) { require.NoError(t, c.cmd.Process.Signal(syscall.SIGINT)) },
			},
		} {
			t.Run(args[0]+" at "+name, func(t *testing.T) {
				c := s.screen(test.columns, 20, test.env, append(args, "--watch")...)
				c.shows(`(?s)2 Jobs .*load.*/ filter`)
				test.check(c)
				test.leave(c)
				c.exits(0)
			})
		}
	}
}
