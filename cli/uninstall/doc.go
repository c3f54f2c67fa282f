// Package uninstall is the command "depctl uninstall". It goes through its steps twice,
// first in a dry run.
//
//	removal     the steps, and what they came to (removal.go, removaljobs.go)
//	report      a summary, and the Jobs that stay suspended (report.go, stranded.go)
//
// What belongs to an installation, and one request for each object or Job, is in
// package cluster.
package uninstall
