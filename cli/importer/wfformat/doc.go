// Package wfformat reads workflows in WfCommons' WfFormat, 1.3 to 1.6, and makes Jobs of
// them.
//
//	Read    a file -> its tasks, whatever the version (read.go)
//	Import  files -> manifests, report and problems (import.go)
package wfformat
