// Package ui is the command "depctl ui": a page in the browser.
//
//	New        flags -> options, a listener, and the browser opened (ui.go, browser.go)
//	server     the routes (server.go) behind the guard (guard.go)
//	feed       the Jobs of a scope -> frames, for all tabs that look at it (feed.go)
//	stream     frames -> Server-Sent Events, one stream a tab (stream.go)
//
// What a page shows of the graph and the list comes from package frame; all else is what depctl's
// own commands print, which package call runs; the page itself is package web. So the page knows no
// rule, and no word of its own.
package ui
