package lsf

import (
	"strings"

	"depctl.dev/cli/batch/request"
)

// Why some of the options are left out or refused, and what to do.
const (
	noteLimit    = "this limit is left out: --time and --memory are what a Job has"
	refusedAfter = "there is nothing after the Job's own end"
	hintAfter    = "make it a Job of its own that waits for finished(NAME)"
	refusedExit  = "exit codes do not say whether a pod is run again"
	hintExit     = "--retries, or a podFailurePolicy in the template"
)

// options are those of bsub.
func options(s *slots) []request.Option {
	return []request.Option{
		{Names: "-J", Values: 1, Read: readName},
		{Names: "-w", Values: 1, Waits: true, Read: func(r *request.Request, at request.Place, values []string) {
			r.Depends = values[0]
			r.WaitFor("condition", at, translateCondition(values[0]))
		}},
		{Names: "-ti", Read: func(r *request.Request, _ request.Place, _ []string) { r.OnFailure = "fail" }},
		{Names: "-b", Values: 1, Read: request.ReadBegin(parseBegin), Waits: true},
		{Names: "-H", Read: request.ReadHold, Waits: true},
		{Names: "-W", Values: 1, Read: readRunLimit},
		{Names: "-n", Values: 1, Read: s.read},
		{Names: "-M", Values: 1, Read: readMemory},
		{Names: "-R", Values: 1, Read: s.readRequirement},
		{Names: "-gpu", Values: 1, Read: readGPU},
		{Names: "-q", Values: 1, Read: func(r *request.Request, at request.Place, values []string) {
			request.ReadQueue(r, at, []string{strings.ReplaceAll(strings.TrimSpace(values[0]), " ", ",")})
		}},
		{Names: "-env", Values: 1, Read: readEnv},
		{Names: "-cwd", Values: 1, Read: readDirectory},
		{Names: "-L", Values: 1, Read: func(r *request.Request, _ request.Place, values []string) { r.Shell = []string{values[0], "-l"} }},
		{Names: "-r", Read: request.ReadRequeue},
		{Names: "-rn", Read: func(r *request.Request, _ request.Place, _ []string) { r.Requeue = false }},
		{Names: "-Jd", Values: 1, Read: request.ReadDescription},
		{Names: "-nnodes", Values: 1, Read: request.OnlyOne(request.RefusedNodes, request.HintNodes)},
		{Names: "-Zs", Read: request.Nothing},

		{Names: "-o", Values: 1, Read: readOutput(false)},
		{Names: "-oo", Values: 1, Read: readOutput(true)},
		{Names: "-e", Values: 1, Read: readError(false)},
		{Names: "-eo", Values: 1, Read: readError(true)},
		{Names: "-outdir", Values: 1, Note: request.NoteOutput},
		{Names: "-tty", Note: request.NoteOutput},
		{Names: "-B", Note: request.NoteMail},
		{Names: "-N", Note: request.NoteMail},
		{Names: "-Ne", Note: request.NoteMail},
		{Names: "-notify", Values: 1, Note: request.NoteMail},
		{Names: "-u", Values: 1, Note: request.NoteMail},
		{Names: "-P", Values: 1, Read: request.ReadAccount},
		{Names: "-G", Values: 1, Note: request.NoteAccount},
		{Names: "-rcacct", Values: 1, Note: request.NoteAccount},
		{Names: "-g", Values: 1, Note: "there are no groups of jobs here: left out"},
		{Names: "-sla", Values: 1, Note: "there are no service classes here: left out"},
		{Names: "-sp", Values: 1, Note: request.NotePriority},
		{Names: "-K", Note: "say --wait on the command line of depctl"},
		{Names: "-We", Values: 1, Note: "an estimate of the time is left out"},
		{Names: "-ul", Note: request.NoteLimits},
		{Names: "-c", Values: 1, Note: noteLimit},
		{Names: "-C", Values: 1, Note: noteLimit},
		{Names: "-D", Values: 1, Note: noteLimit},
		{Names: "-F", Values: 1, Note: noteLimit},
		{Names: "-p", Values: 1, Note: noteLimit},
		{Names: "-S", Values: 1, Note: noteLimit},
		{Names: "-T", Values: 1, Note: noteLimit},
		{Names: "-v", Values: 1, Note: noteLimit},
		{Names: "-hl", Note: "a limit of memory is for the container anyway: left out"},
		{Names: "-ptl", Values: 1, Note: "how long a Job may be pending is not limited; --wait-timeout ends a wait for other Jobs"},
		{Names: "-eptl", Values: 1, Note: "how long a Job may be pending is not limited; --wait-timeout ends a wait for other Jobs"},
		{Names: "-ar", Note: "a pod keeps the size that it has: left out"},
		{Names: "-mig", Values: 1, Note: "a pod is not moved to another node: left out"},
		{Names: "-freq", Values: 1, Note: request.NoteFrequency},
		{Names: "-jobaff", Values: 1, Note: request.NoteBinding},
		{Names: "-core_isolation", Values: 1, Note: request.NoteBinding},
		{Names: "-smt", Values: 1, Note: request.NoteBinding},
		{Names: "-alloc_flags", Values: 1, Note: "nodes are not prepared for a Job: left out"},
		{Names: "-network", Values: 1, Note: request.NoteOneNode},
		{Names: "-jsm", Values: 1, Note: "there are no steps in a Job"},
		{Names: "-step_cgroup", Values: 1, Note: "there are no steps in a Job"},

		{Names: "-m", Values: 1, Refusal: request.RefusedPlace, Hint: request.HintPlace},
		{Names: "-hostfile", Values: 1, Refusal: request.RefusedPlace, Hint: request.HintPlace},
		{Names: "-x", Refusal: request.RefusedExclusive, Hint: request.HintExclusive},
		{Names: "-U", Values: 1, Refusal: request.RefusedReservation, Hint: request.HintPlace},
		{Names: "-ln_slots", Values: 1, Refusal: request.RefusedNodes, Hint: request.HintNodes},
		{Names: "-ln_mem", Values: 1, Refusal: request.RefusedNodes, Hint: request.HintNodes},
		{Names: "-cn_mem", Values: 1, Refusal: request.RefusedNodes, Hint: request.HintNodes},
		{Names: "-cn_cu", Values: 1, Refusal: request.RefusedNodes, Hint: request.HintNodes},
		{Names: "-csm", Values: 1, Refusal: request.RefusedNodes, Hint: request.HintNodes},
		{Names: "-I", Refusal: request.RefusedInteractive, Hint: request.HintInteractive},
		{Names: "-Ip", Refusal: request.RefusedInteractive, Hint: request.HintInteractive},
		{Names: "-Is", Refusal: request.RefusedInteractive, Hint: request.HintInteractive},
		{Names: "-IS", Refusal: request.RefusedInteractive, Hint: request.HintInteractive},
		{Names: "-ISp", Refusal: request.RefusedInteractive, Hint: request.HintInteractive},
		{Names: "-ISs", Refusal: request.RefusedInteractive, Hint: request.HintInteractive},
		{Names: "-IX", Refusal: request.RefusedInteractive, Hint: request.HintInteractive},
		{Names: "-XF", Refusal: request.RefusedInteractive, Hint: request.HintInteractive},
		{Names: "-a", Values: 1, Refusal: "there are no application submit plugins here", Hint: request.HintNodes},
		{Names: "-app", Values: 1, Refusal: "there are no application profiles here", Hint: "use --template"},
		{Names: "-ext -extsched", Values: 1, Refusal: "there is no external scheduler here", Hint: "let the template name a schedulerName"},
		{Names: "-E", Values: 1, Refusal: request.RefusedBefore, Hint: request.HintBefore},
		{Names: "-Ep", Values: 1, Refusal: refusedAfter, Hint: hintAfter},
		{Names: "-rnc", Values: 1, Refusal: "nothing is run when the size of a job changes", Hint: "leave it out: a pod keeps its size"},
		{Names: "-i", Values: 1, Refusal: request.RefusedInput, Hint: request.HintInput},
		{Names: "-is", Values: 1, Refusal: request.RefusedInput, Hint: request.HintInput},
		{Names: "-f", Values: 1, Refusal: request.RefusedStaging, Hint: request.HintStaging},
		{Names: "-data", Values: 1, Refusal: request.RefusedStaging, Hint: request.HintStaging},
		{Names: "-datachk", Refusal: request.RefusedStaging, Hint: request.HintStaging},
		{Names: "-datagrp", Values: 1, Refusal: request.RefusedStaging, Hint: request.HintStaging},
		{Names: "-stage", Values: 1, Refusal: request.RefusedStaging, Hint: request.HintStaging},
		{Names: "-k", Values: 1, Refusal: request.RefusedCheckpoint, Hint: request.HintCheckpoint},
		{Names: "-Q", Values: 1, Refusal: refusedExit, Hint: hintExit},
		{Names: "-t", Values: 1, Refusal: request.RefusedDeadline, Hint: request.HintDeadline},
		{Names: "-s", Values: 1, Refusal: request.RefusedSignal, Hint: request.HintSignal},
		{Names: "-wa", Values: 1, Refusal: request.RefusedSignal, Hint: request.HintSignal},
		{Names: "-wt", Values: 1, Refusal: request.RefusedSignal, Hint: request.HintSignal},
		{Names: "-Lp", Values: 1, Refusal: request.RefusedLicence, Hint: request.HintLicence},
		{Names: "-clusters", Values: 1, Refusal: request.RefusedCluster, Hint: request.HintCluster},
		{Names: "-jsdl", Values: 1, Refusal: request.RefusedFile, Hint: request.HintFile},
		{Names: "-jsdl_strict", Values: 1, Refusal: request.RefusedFile, Hint: request.HintFile},
		{Names: "-json", Values: 1, Refusal: request.RefusedFile, Hint: request.HintFile},
		{Names: "-yaml", Values: 1, Refusal: request.RefusedFile, Hint: request.HintFile},
		{Names: "-pack", Values: 1, Refusal: "a file of several jobs is not read", Hint: "submit each"},
		{Names: "-h -help", Refusal: request.RefusedQuestion, Hint: request.HintHelp},
		{Names: "-V", Refusal: request.RefusedQuestion, Hint: "depctl version"},
	}
}
