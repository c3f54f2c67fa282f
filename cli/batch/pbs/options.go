package pbs

import (
	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

// options are those of qsub of PBS and TORQUE: two manuals, whose lines look
// alike.
func options(s *share) []request.Option {
	return []request.Option{
		{Names: "-N", Values: 1, Read: request.ReadName},
		{Names: "-J", Values: 1, Read: request.ReadArray},
		{Names: "-t", Values: 1, Read: request.ReadArray},
		{Names: "-W", Values: 1, Read: readAttributes, Waits: true},
		{Names: "-a", Values: 1, Read: request.ReadBegin(notation.PosixBegin), Waits: true},
		{Names: "-h", Read: request.ReadHold, Waits: true},
		{Names: "-l", Values: 1, Read: readResourceList},
		{Names: "-q", Values: 1, Read: readQueue},
		{Names: "-v", Values: 1, Read: request.ReadEnv},
		{Names: "-S", Values: 1, Read: request.ReadShell},
		{Names: "-d", Values: 1, Read: request.ReadDirectory},
		{Names: "-w", Values: 1, Read: request.ReadDirectory},
		{Names: "-r", Values: 1, Read: request.ReadRerun},
		{Names: "-F", Values: 1, Read: readScriptArguments},
		{Names: "-z", Read: request.Nothing},

		{Names: "-o", Values: 1, Read: request.ReadOutput},
		{Names: "-e", Values: 1, Read: request.ReadError},
		{Names: "-j", Values: 1, Read: s.readJoin},
		{Names: "-k", Values: 1, Note: request.NoteOutput},
		{Names: "-R", Values: 1, Note: request.NoteOutput},
		{Names: "-m", Values: 1, Note: request.NoteMail},
		{Names: "-M", Values: 1, Note: request.NoteMail},
		{Names: "-V", Read: request.ReadPass},
		{Names: "-E", Note: request.NoteShell},
		{Names: "-A", Values: 1, Read: request.ReadAccount},
		{Names: "-P", Values: 1, Read: request.ReadAccount},
		{Names: "-p", Values: 1, Note: request.NotePriority},
		{Names: "-b", Values: 1, Note: "the API server is asked once: left out"},
		{Names: "-f", Note: "a pod that is lost with its node ends the Job, or with --requeue runs again: left out"},
		{Names: "-i", Values: 1, Note: "it is not given up if it cannot run at once"},
		{Names: "-K", Values: 1, Note: "terminationGracePeriodSeconds in the template says how long a pod may take to end: left out"},

		{Names: "-n", Refusal: request.RefusedExclusive, Hint: request.HintExclusive},
		{Names: "-L", Values: 1, Refusal: request.RefusedNodes, Hint: "write -l nodes=1:ppn=4,mem=8gb"},
		{Names: "-u", Values: 1, Refusal: request.RefusedUser, Hint: request.HintUser},
		{Names: "-D", Values: 1, Refusal: "a container has its own root directory", Hint: "name it with --image, and mount volumes in the template"},
		{Names: "-T", Values: 1, Refusal: request.RefusedBefore, Hint: request.HintBefore},
		{Names: "-c", Values: 1, Refusal: request.RefusedCheckpoint, Hint: request.HintCheckpoint},
		{Names: "-C", Values: 1, Refusal: request.RefusedPrefix, Hint: request.HintPrefix},
		{Names: "-I", Refusal: request.RefusedInteractive, Hint: request.HintInteractive},
		{Names: "-X", Refusal: request.RefusedInteractive, Hint: request.HintInteractive},
		{Names: "-x", Refusal: request.RefusedInteractive, Hint: request.HintInteractive},
		{Names: "-G", Refusal: request.RefusedInteractive, Hint: request.HintInteractive},
		{Names: "--version", Refusal: request.RefusedQuestion, Hint: "depctl version"},
	}
}
