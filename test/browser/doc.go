// Package browser drives a headless Chromium in tests of pages.
//
//	New          a tab (browser.go)
//	Tab.Press    what hands do: press, fill, keys (hands.go)
//	Tab.Picture  what it shows, as a PNG (picture.go)
//	Tab.Axe      what axe-core finds against it (axe.go)
//
// Debian has Chromium as package chromium. Where there is none, tests are skipped, and say so.
// axe holds axe-core 4.14.1 as it is published, under its own licence, the MPL 2.0; it is in no
// program of depctl.
package browser
