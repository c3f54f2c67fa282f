package batch

// pbsOptions are those of qsub of PBS and TORQUE: two manuals, whose lines look
// alike.
func pbsOptions() []option {
	return []option{
		{names: "-N", values: 1, read: readName},
		{names: "-J", values: 1, read: readArray},
		{names: "-t", values: 1, read: readArray},
		{names: "-W", values: 1, read: readAttributes, waits: true},
		{names: "-a", values: 1, read: readBegin(posixBegin), waits: true},
		{names: "-h", read: readHold, waits: true},
		{names: "-l", values: 1, read: readResourceList},
		{names: "-q", values: 1, read: readPBSQueue},
		{names: "-v", values: 1, read: readEnv},
		{names: "-S", values: 1, read: readShell},
		{names: "-d", values: 1, read: readDirectory},
		{names: "-w", values: 1, read: readDirectory},
		{names: "-r", values: 1, read: readRerun},
		{names: "-F", values: 1, read: readScriptArguments},
		{names: "-z", read: nothing},

		{names: "-o", values: 1, note: noteOutput},
		{names: "-e", values: 1, note: noteOutput},
		{names: "-j", values: 1, note: noteOutput},
		{names: "-k", values: 1, note: noteOutput},
		{names: "-R", values: 1, note: noteOutput},
		{names: "-m", values: 1, note: noteMail},
		{names: "-M", values: 1, note: noteMail},
		{names: "-V", note: noteShell},
		{names: "-E", note: noteShell},
		{names: "-A", values: 1, note: noteAccount},
		{names: "-P", values: 1, note: noteAccount},
		{names: "-p", values: 1, note: notePriority},
		{names: "-b", values: 1, note: "the API server is asked once: left out"},
		{names: "-f", note: "a pod that is lost with its node ends the Job, or with --requeue runs again: left out"},
		{names: "-i", values: 1, note: "it is not given up if it cannot run at once"},
		{names: "-K", values: 1, note: "terminationGracePeriodSeconds in the template says how long a pod may take to end: left out"},

		{names: "-n", refusal: refusedExclusive, hint: hintExclusive},
		{names: "-L", values: 1, refusal: refusedNodes, hint: "write -l nodes=1:ppn=4,mem=8gb"},
		{names: "-u", values: 1, refusal: refusedUser, hint: hintUser},
		{names: "-D", values: 1, refusal: "a container has its own root directory", hint: "name it with --image, and mount volumes in the template"},
		{names: "-T", values: 1, refusal: refusedBefore, hint: hintBefore},
		{names: "-c", values: 1, refusal: refusedCheckpoint, hint: hintCheckpoint},
		{names: "-C", values: 1, refusal: refusedPrefix, hint: hintPrefix},
		{names: "-I", refusal: refusedInteractive, hint: hintInteractive},
		{names: "-X", refusal: refusedInteractive, hint: hintInteractive},
		{names: "-x", refusal: refusedInteractive, hint: hintInteractive},
		{names: "-G", refusal: refusedInteractive, hint: hintInteractive},
		{names: "--version", refusal: refusedQuestion, hint: "depctl version"},
	}
}
