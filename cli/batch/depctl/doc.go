// Package depctl is the dialect of depctl's own options: those of the command line,
// which #DEPCTL lines of a script have too.
package depctl
