package batch

// Why some of the options are left out or refused, and what to do.
const (
	noteHard       = "all requests are hard here"
	noteContext    = "there is no context of a job: left out"
	refusedBinding = "processors cannot be chosen"
	hintBinding    = "leave it out; nodes with the static CPU manager bind what asks for whole CPUs"
	refusedOther   = "it is for another command of this system"
	hintOther      = "leave it out"
)

// gridEngineOptions are those of qsub of Grid Engine, and of its sisters, whose
// manual is the same.
func gridEngineOptions() []option {
	return []option{
		{names: "-N", values: 1, read: readName},
		{names: "-t", values: 1, read: readTasks},
		{names: "-tc", values: 1, read: readTaskLimit},
		{names: "-hold_jid", values: 1, waits: true, read: func(r *request, at place, values []string) {
			r.waitFor("hold_jid", at, holdJobs(values[0]))
		}},
		{names: "-hold_jid_ad", values: 1, waits: true, read: func(r *request, at place, values []string) {
			r.waitFor("hold_jid_ad", at, holdElements(values[0]))
		}},
		{names: "-a", values: 1, read: readBegin(posixBegin), waits: true},
		{names: "-h", more: followsHold, read: readGridHold, waits: true},
		{names: "-l", values: 1, read: readComplex},
		{names: "-pe", values: 2, read: readParallel},
		{names: "-q", values: 1, read: readGridQueue},
		{names: "-v", values: 1, read: readEnv},
		{names: "-S", values: 1, read: readShell},
		{names: "-wd", values: 1, read: readDirectory},
		{names: "-r", values: 1, read: readRerun},
		{names: "-b", values: 1, read: nothing},
		{names: "-w", values: 1, read: readVerify},
		{names: "-shell", values: 1, read: nothing},
		{names: "-noshell", read: nothing},
		{names: "-nostdin", read: nothing},
		{names: "-verbose", read: nothing},

		{names: "-o", values: 1, note: noteOutput},
		{names: "-e", values: 1, note: noteOutput},
		{names: "-j", values: 1, note: noteOutput},
		{names: "-m", values: 1, note: noteMail},
		{names: "-M", values: 1, note: noteMail},
		{names: "-cwd", note: noteDirectory},
		{names: "-V", note: noteShell},
		{names: "-P", values: 1, note: noteAccount},
		{names: "-A", values: 1, note: noteAccount},
		{names: "-dept", values: 1, note: noteAccount},
		{names: "-p", values: 1, note: notePriority},
		{names: "-js", values: 1, note: notePriority},
		{names: "-R", values: 1, note: "there are no reservations here: left out"},
		{names: "-notify", note: "a pod gets SIGTERM when it is stopped, no other signal"},
		{names: "-sync", values: 1, note: "say --wait on the command line of depctl"},
		{names: "-terse", note: "say --parsable on the command line of depctl"},
		{names: "-soft", note: noteHard},
		{names: "-hard", note: noteHard},
		{names: "-scope", values: 1, note: "a request is for the whole Job"},
		{names: "-now", values: 1, note: "it is not given up if it cannot run at once"},
		{names: "-ac", values: 1, note: noteContext},
		{names: "-dc", values: 1, note: noteContext},
		{names: "-sc", values: 1, note: noteContext},

		{names: "-masterq", values: 1, refusal: refusedNodes, hint: hintNodes},
		{names: "-par", values: 1, refusal: refusedNodes, hint: hintNodes},
		{names: "-ar", values: 1, refusal: refusedReservation, hint: hintPlace},
		{names: "-dl", values: 1, refusal: refusedDeadline, hint: hintDeadline},
		{names: "-ckpt", values: 1, refusal: refusedCheckpoint, hint: hintCheckpoint},
		{names: "-c", values: 1, refusal: refusedCheckpoint, hint: hintCheckpoint},
		{names: "-binding", values: 1, more: followsBinding, refusal: refusedBinding, hint: hintBinding},
		{names: "-bamount", values: 1, refusal: refusedBinding, hint: hintBinding},
		{names: "-bfilter", values: 1, refusal: refusedBinding, hint: hintBinding},
		{names: "-binstance", values: 1, refusal: refusedBinding, hint: hintBinding},
		{names: "-bsort", values: 1, refusal: refusedBinding, hint: hintBinding},
		{names: "-bstart", values: 1, refusal: refusedBinding, hint: hintBinding},
		{names: "-bstop", values: 1, refusal: refusedBinding, hint: hintBinding},
		{names: "-bstrategy", values: 1, refusal: refusedBinding, hint: hintBinding},
		{names: "-btype", values: 1, refusal: refusedBinding, hint: hintBinding},
		{names: "-bunit", values: 1, refusal: refusedBinding, hint: hintBinding},
		{names: "-jsv", values: 1, refusal: "there is no verifier of jobs", hint: "an admission policy of the cluster does this"},
		{names: "-i", values: 1, refusal: refusedInput, hint: hintInput},
		{names: "-clear", refusal: "what options before it said is not forgotten", hint: "delete it, and the options that it takes back"},
		{names: "-@", values: 1, refusal: refusedFile, hint: hintFile},
		{names: "-C", values: 1, refusal: refusedPrefix, hint: hintPrefix},
		{names: "-verify", refusal: refusedQuestion, hint: hintTest},
		{names: "-help", refusal: refusedQuestion, hint: hintHelp},
		{names: "-display", values: 1, refusal: refusedInteractive, hint: hintInteractive},
		{names: "-pty", values: 1, refusal: refusedInteractive, hint: hintInteractive},
		{names: "-X", refusal: refusedInteractive, hint: hintInteractive},
		{names: "-reconnect", values: 1, refusal: refusedInteractive, hint: hintInteractive},
		{names: "-suspend_remote", values: 1, refusal: refusedInteractive, hint: hintInteractive},
		{names: "-inherit", refusal: refusedOther, hint: hintOther},
		{names: "-ot", values: 1, refusal: refusedOther, hint: hintOther},
		{names: "-u", values: 1, refusal: refusedOther, hint: hintOther},
		{names: "-when", values: 1, refusal: refusedOther, hint: hintOther},
	}
}
