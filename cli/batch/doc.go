// Package batch makes a Job of what people give to a batch system: a command,
// or a script with directives, and options in the words of depctl, Slurm, Grid
// Engine, PBS or LSF.
//
// It is pure: text in, a Job (with a ConfigMap, if the script is large) and notes
// out, or Problems, each with its place and what to do. What it must know of
// other Jobs, the environment and the time comes in as values. The way through:
//
//	Compile       an Input -> a Submission (compile.go)
//	readScript    the text of a script -> its directives (script.go, word.go)
//	system        a line of options -> what the option asks for, a note, or a
//	              refusal (dialect.go, option.go, reason.go, ignore.go; tables in
//	              depctl.go, slurmoptions.go, gridengineoptions.go, pbsoptions.go,
//	              lsfoptions.go; readers beside them in slurm.go and so on)
//	request       what options ask for, in no system's words (request.go)
//	translation   dependency flags -> an expression of package lang
//	              (translation.go; slurmdependency.go, gridenginehold.go,
//	              pbsdepend.go, lsfcondition.go, begin.go)
//	build         request -> Job (build.go, resources.go, command.go, environment.go)
//
// A Numbering is the numbers that the elements of an array have for people: an
// array 1-100:10 has ten, of which Kubernetes knows the completion indexes 0 to 9.
// It is recorded on the Job, and every number that a dependency flag names is
// translated by it. Expressions always speak of completion indexes.
//
// What an option asks for and a Job cannot do is a Problem, never silently left
// out. What does no harm when it is left out is a note.
package batch
