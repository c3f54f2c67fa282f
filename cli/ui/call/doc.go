// Package call is the table of the commands of depctl that a page may have run, and answers the
// page with what they print. Line and ActLine make a command line of a name and values; Handlers
// run it, and write JSON or a log. A value never becomes an option, a file, a server or an
// identity: it stands behind the "=" of an option of the table, behind "--", or is a name.
//
// The names, and what each runs:
//
//	check      depctl check --namespace=NAMESPACE --output=json
//	explain    depctl explain NAME --namespace=NAMESPACE --run=RUN --index=INDEX --expr=EXPR --recursive --output=json
//	jobs       depctl get --namespace=NAMESPACE --run=RUN --state=STATE --output=json
//	kinds      depctl kinds --namespace=NAMESPACE --output=json
//	limits     depctl limits --namespace=NAMESPACE --output=json
//	lint       depctl lint --namespace=NAMESPACE --cluster --output=json
//	object     depctl get NAME --namespace=NAMESPACE --raw --output=yaml
//	objects    depctl get NAME --namespace=NAMESPACE --raw --pods --output=json
//	parse      depctl parse --output=json -- EXPR
//	plan       depctl plan --namespace=NAMESPACE --run=RUN --cronjobs --output=json
//	runs       depctl runs --namespace=NAMESPACE --limit=LIMIT --output=json
//	schedules  depctl explain cronjob/* --namespace=NAMESPACE --output=json
//	status     depctl status --namespace=NAMESPACE --output=json
//
// A log is streamed:
//
//	logs       depctl logs NAME --namespace=NAMESPACE --run=RUN --index=INDEX --container=CONTAINER --tail=TAIL --all-containers --follow --failed --previous --timestamps
//
// The actions, each of them with --dry-run=server first:
//
//	cancel     depctl cancel NAME --namespace=NAMESPACE --run=RUN --downstream --keep
//	hold       depctl hold NAME --namespace=NAMESPACE --run=RUN --reason=REASON
//	release    depctl release NAME --namespace=NAMESPACE --run=RUN --force
//	rerun      depctl retry --namespace=NAMESPACE --run=RUN --from=FROM --only
//	resume     depctl release cronjob/NAME --namespace=NAMESPACE
//	retry      depctl retry NAME --namespace=NAMESPACE --run=RUN --only
//	run-now    depctl run cronjob/NAME --namespace=NAMESPACE --at=AT
//	set        depctl set NAME --namespace=NAMESPACE --run=RUN --on-failure=ON-FAILURE --wait-timeout=WAIT-TIMEOUT --array-limit=ARRAY-LIMIT -- EXPR
//	suspend    depctl hold cronjob/NAME --namespace=NAMESPACE
//
// The tables are in table.go, line.go makes lines of them, and check.go says which values are
// allowed. answer.go runs a command, slots.go bounds how many run, handler.go and logs.go speak HTTP.
package call
