// Package cli is the command depctl: it reads Jobs from a cluster or from files, asks
// gate.Decide about each, and shows the answer.
//
// Here is only the wiring: main.go turns arguments into an exit code, root.go lists the
// commands, in kubectl's manner (help.go), and complete.go gives a shell their words.
// The tests here run whole commands. The rooms:
//
//	check explain graph kinds limits lint   one package for each command: flags and
//	logs parse plan status submit           printing
//	uninstall wait
//	jobaction                             hold, release, retry, cancel and set
//
//	internal/command    what commands share: exit codes, formats, dry runs, questions
//	internal/cluster    the only package here with a client: reads, watches, writes
//	internal/snapshot   Jobs that were read, and what the gate would make of them
//	internal/manifest   Jobs in files, and places in their text
//
//	batch               options and scripts of batch systems -> a Job; in it a room for
//	                    each dialect, for what they ask for (request), and for how
//	                    they write numbers and times (notation)
//	checkup             facts of an installation -> findings
//	explanation         a decision in words and as a tree
//	overview            how many Jobs stand how
//	picture             a graph as text, SVG, PNG, HTML or data
//	reference           the names of Jobs that people give
//	simulate            what would run when, and when something may be expected
//	waiting             what "depctl wait" knows, and what it means
//
// The last block is pure: it gets the time, the width and the colours as values, and
// the same input gives the same bytes. Commands never import one another, and nothing
// below imports a command; test/arch holds that as a law. Nothing here decides whether
// a Job may run; that is package gate, which the controller asks too.
package cli
