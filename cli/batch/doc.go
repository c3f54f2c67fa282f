// Package batch makes a Job of what people give to a batch system: a command,
// or a script with directives, and options in the words of depctl, Slurm, Grid
// Engine, PBS or LSF.
//
// It is pure: text in, a Job (with a ConfigMap, if the script is large) and notes
// out, or Problems, each with its place and what to do. What it must know of
// other Jobs, the environment and the time comes in as values. The way through:
//
//	Compile       an Input -> a Submission (compile.go)
//	readScript    the text of a script -> its directives (script.go)
//	find, apply   a line of options -> what each is, and what becomes of it (find.go,
//	              line.go)
//	builder       a Request -> a Job (build.go, resources.go, command.go,
//	              environment.go)
//
// The table of dialects is in dialect.go. Below are its rooms; nothing in them
// imports another dialect, or this package:
//
//	depctl slurm gridengine pbs lsf   a dialect each: options, dependencies, variables
//	request                           what options ask for, in no system's words
//	notation                          numbers of arrays, times, amounts, words
//
// What an option asks for and a Job cannot do is a Problem, never silently left
// out. What does no harm when it is left out is a note.
package batch
