package gridengine

import (
	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

// Why some of the options are left out or refused, and what to do.
const (
	noteHard       = "all requests are hard here"
	noteContext    = "there is no context of a job: left out"
	refusedBinding = "processors cannot be chosen"
	hintBinding    = "leave it out; nodes with the static CPU manager bind what asks for whole CPUs"
	refusedOther   = "it is for another command of this system"
	hintOther      = "leave it out"
)

// options are those of qsub of Grid Engine, and of its sisters, whose
// manual is the same.
func options(s *share) []request.Option {
	return []request.Option{
		{Names: "-N", Values: 1, Read: request.ReadName},
		{Names: "-t", Values: 1, Read: readTasks},
		{Names: "-tc", Values: 1, Read: readTaskLimit},
		{Names: "-hold_jid", Values: 1, Waits: true, Read: func(r *request.Request, at request.Place, values []string) {
			r.Depends = values[0]
			r.WaitFor("hold_jid", at, holdJobs(values[0]))
		}},
		{Names: "-hold_jid_ad", Values: 1, Waits: true, Read: func(r *request.Request, at request.Place, values []string) {
			r.Depends = values[0]
			r.WaitFor("hold_jid_ad", at, holdElements(values[0]))
		}},
		{Names: "-a", Values: 1, Read: request.ReadBegin(notation.PosixBegin), Waits: true},
		{Names: "-h", More: followsHold, Read: readHold, Waits: true},
		{Names: "-l", Values: 1, Read: readComplex},
		{Names: "-pe", Values: 2, Read: readParallel},
		{Names: "-q", Values: 1, Read: readQueue},
		{Names: "-v", Values: 1, Read: request.ReadEnv},
		{Names: "-S", Values: 1, Read: request.ReadShell},
		{Names: "-wd", Values: 1, Read: request.ReadDirectory},
		{Names: "-r", Values: 1, Read: request.ReadRerun},
		{Names: "-b", Values: 1, Read: request.Nothing},
		{Names: "-w", Values: 1, Read: readVerify},
		{Names: "-shell", Values: 1, Read: request.Nothing},
		{Names: "-noshell", Read: request.Nothing},
		{Names: "-nostdin", Read: request.Nothing},
		{Names: "-verbose", Read: request.Nothing},

		{Names: "-o", Values: 1, Read: request.ReadOutput},
		{Names: "-e", Values: 1, Read: request.ReadError},
		{Names: "-j", Values: 1, Read: s.readJoin},
		{Names: "-m", Values: 1, Note: request.NoteMail},
		{Names: "-M", Values: 1, Note: request.NoteMail},
		{Names: "-cwd", Read: readHere},
		{Names: "-V", Read: request.ReadPass},
		{Names: "-P", Values: 1, Read: request.ReadAccount},
		{Names: "-A", Values: 1, Note: request.NoteAccount},
		{Names: "-dept", Values: 1, Note: request.NoteAccount},
		{Names: "-p", Values: 1, Note: request.NotePriority},
		{Names: "-js", Values: 1, Note: request.NotePriority},
		{Names: "-R", Values: 1, Note: "there are no reservations here: left out"},
		{Names: "-notify", Note: "a pod gets SIGTERM when it is stopped, no other signal"},
		{Names: "-sync", Values: 1, Note: "say --wait on the command line of depctl"},
		{Names: "-terse", Note: "say --parsable on the command line of depctl"},
		{Names: "-soft", Note: noteHard},
		{Names: "-hard", Note: noteHard},
		{Names: "-scope", Values: 1, Note: "a request is for the whole Job"},
		{Names: "-now", Values: 1, Note: "it is not given up if it cannot run at once"},
		{Names: "-ac", Values: 1, Note: noteContext},
		{Names: "-dc", Values: 1, Note: noteContext},
		{Names: "-sc", Values: 1, Note: noteContext},

		{Names: "-masterq", Values: 1, Refusal: request.RefusedNodes, Hint: request.HintNodes},
		{Names: "-par", Values: 1, Refusal: request.RefusedNodes, Hint: request.HintNodes},
		{Names: "-ar", Values: 1, Refusal: request.RefusedReservation, Hint: request.HintPlace},
		{Names: "-dl", Values: 1, Refusal: request.RefusedDeadline, Hint: request.HintDeadline},
		{Names: "-ckpt", Values: 1, Refusal: request.RefusedCheckpoint, Hint: request.HintCheckpoint},
		{Names: "-c", Values: 1, Refusal: request.RefusedCheckpoint, Hint: request.HintCheckpoint},
		{Names: "-binding", Values: 1, More: followsBinding, Refusal: refusedBinding, Hint: hintBinding},
		{Names: "-bamount", Values: 1, Refusal: refusedBinding, Hint: hintBinding},
		{Names: "-bfilter", Values: 1, Refusal: refusedBinding, Hint: hintBinding},
		{Names: "-binstance", Values: 1, Refusal: refusedBinding, Hint: hintBinding},
		{Names: "-bsort", Values: 1, Refusal: refusedBinding, Hint: hintBinding},
		{Names: "-bstart", Values: 1, Refusal: refusedBinding, Hint: hintBinding},
		{Names: "-bstop", Values: 1, Refusal: refusedBinding, Hint: hintBinding},
		{Names: "-bstrategy", Values: 1, Refusal: refusedBinding, Hint: hintBinding},
		{Names: "-btype", Values: 1, Refusal: refusedBinding, Hint: hintBinding},
		{Names: "-bunit", Values: 1, Refusal: refusedBinding, Hint: hintBinding},
		{Names: "-jsv", Values: 1, Refusal: "there is no verifier of jobs", Hint: "an admission policy of the cluster does this"},
		{Names: "-i", Values: 1, Refusal: request.RefusedInput, Hint: request.HintInput},
		{Names: "-clear", Refusal: "what options before it said is not forgotten", Hint: "delete it, and the options that it takes back"},
		{Names: "-@", Values: 1, Refusal: request.RefusedFile, Hint: request.HintFile},
		{Names: "-C", Values: 1, Refusal: request.RefusedPrefix, Hint: request.HintPrefix},
		{Names: "-verify", Refusal: request.RefusedQuestion, Hint: request.HintTest},
		{Names: "-help", Refusal: request.RefusedQuestion, Hint: request.HintHelp},
		{Names: "-display", Values: 1, Refusal: request.RefusedInteractive, Hint: request.HintInteractive},
		{Names: "-pty", Values: 1, Refusal: request.RefusedInteractive, Hint: request.HintInteractive},
		{Names: "-X", Refusal: request.RefusedInteractive, Hint: request.HintInteractive},
		{Names: "-reconnect", Values: 1, Refusal: request.RefusedInteractive, Hint: request.HintInteractive},
		{Names: "-suspend_remote", Values: 1, Refusal: request.RefusedInteractive, Hint: request.HintInteractive},
		{Names: "-inherit", Refusal: refusedOther, Hint: hintOther},
		{Names: "-ot", Values: 1, Refusal: refusedOther, Hint: hintOther},
		{Names: "-u", Values: 1, Refusal: refusedOther, Hint: hintOther},
		{Names: "-when", Values: 1, Refusal: refusedOther, Hint: hintOther},
	}
}
