// Package command has what all commands of depctl share: what they read from a
// command line and how they answer.
//
// Start with errors.go, which has the exit codes, and with output.go, which has the
// formats of --output. A command that changes something asks by Confirm
// (confirm.go), and tries by DryRun (dryrun.go). What can be shown where is a
// Terminal (terminal.go), and what is shown again and again goes through a Redrawer
// (redraw.go). How far something is that takes a while, a Progress says (progress.go), and
// a file is written as a whole by WriteFile (file.go).
//
// It knows no cluster, and no command.
package command
