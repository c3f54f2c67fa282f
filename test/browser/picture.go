package browser

import (
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// Scheme has the tab want light or dark pages.
func (b *Tab) Scheme(dark bool) {
	b.t.Helper()
	value := "light"
	if dark {
		value = "dark"
	}
	b.Run(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}}))
}

// Resize makes the tab another size.
func (b *Tab) Resize(size Size) {
	b.t.Helper()
	b.Run(emulation.SetDeviceMetricsOverride(int64(size.Width), int64(size.Height), 1, size.Width < 600))
}

// Picture writes what the tab shows into a file, if a folder is given.
func (b *Tab) Picture(dir, name string) {
	b.t.Helper()
	var png []byte
	b.Run(chromedp.CaptureScreenshot(&png))
	require.NotEmpty(b.t, png)
	if dir == "" {
		return
	}
	require.NoError(b.t, os.MkdirAll(dir, 0o755))
	require.NoError(b.t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
}
