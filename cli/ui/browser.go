package ui

import (
	"context"
	"os"
	"os/exec"
	"runtime"
)

// openers are what opens a URL in the user's browser, by system.
var openers = map[string][]string{
	"darwin":  {"open"},
	"windows": {"rundll32", "url.dll,FileProtocolHandler"},
	"linux":   {"xdg-open"},
}

// openBrowser begins to open a URL, and reports whether anything was there to do so.
func openBrowser(ctx context.Context, url string) bool {
	line := openers[runtime.GOOS]
	if len(line) == 0 || runtime.GOOS == "linux" && os.Getenv("DISPLAY")+os.Getenv("WAYLAND_DISPLAY") == "" {
		return false
	}
	opener := exec.CommandContext(ctx, line[0], append(line[1:], url)...)
	if opener.Start() != nil {
		return false
	}
	go func() { _ = opener.Wait() }() // nobody asks how it ended
	return true
}
