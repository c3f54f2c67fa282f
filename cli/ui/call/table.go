package call

// scope says which namespaces a command is about. With none of these, the page must name one.
type scope int

const (
	// orAll: none named means all of them.
	orAll scope = iota + 1
	// noNamespace: the command asks no cluster.
	noNamespace
)

// entry is a name that a page may say: which command it runs, and what may be said with it.
type entry struct {
	command string
	// about is an argument that it always has.
	about      string
	scope      scope
	parameters []parameter
	// fixed are options that it always has.
	fixed []string
	// asks: the command asks before it changes several Jobs. The page has asked already.
	asks bool
	// either: one of these parameters must be there.
	either []string
}

// parameter is a value that a page may give.
type parameter struct {
	name string
	// place is where the value stands on the command line.
	place place
	check check
	// prefix stands before the value of an argument.
	prefix string
}

// place says where a value stands: behind the command, as an option, as an option without a
// value, or at the end behind "--".
type place int

const (
	argument place = iota
	option
	toggle
	last
)

var (
	name    = parameter{"name", argument, checkName, ""}
	cronJob = parameter{"name", argument, checkPlain, "cronjob/"}
	run     = parameter{"run", option, checkRun, ""}
	index   = parameter{"index", option, checkNumber, ""}
	expr    = parameter{"expr", option, checkExpression, ""}

	// jsonOutput is what the page reads.
	jsonOutput = []string{"--output=json"}
)

func flag(name string) parameter               { return parameter{name, toggle, checkToggle, ""} }
func value(name string, by check) parameter    { return parameter{name, option, by, ""} }
func trailing(name string, by check) parameter { return parameter{name, last, by, ""} }

// reads change nothing.
var reads = map[string]entry{
	"check":     {command: "check", fixed: jsonOutput},
	"explain":   {command: "explain", parameters: []parameter{name, run, index, expr, flag("recursive")}, fixed: jsonOutput, either: []string{"name"}},
	"jobs":      {command: "get", scope: orAll, parameters: []parameter{run, value("state", checkStates)}, fixed: jsonOutput},
	"kinds":     {command: "kinds", scope: orAll, fixed: jsonOutput},
	"limits":    {command: "limits", scope: orAll, fixed: jsonOutput},
	"lint":      {command: "lint", scope: orAll, fixed: []string{"--cluster", "--output=json"}},
	"object":    {command: "get", parameters: []parameter{name}, fixed: []string{"--raw", "--output=yaml"}, either: []string{"name"}},
	"objects":   {command: "get", parameters: []parameter{name}, fixed: []string{"--raw", "--pods", "--output=json"}, either: []string{"name"}},
	"parse":     {command: "parse", scope: noNamespace, parameters: []parameter{trailing("expr", checkExpression)}, fixed: jsonOutput, either: []string{"expr"}},
	"plan":      {command: "plan", scope: orAll, parameters: []parameter{run, flag("cronjobs")}, fixed: jsonOutput},
	"runs":      {command: "runs", scope: orAll, parameters: []parameter{value("limit", checkNumber)}, fixed: jsonOutput},
	"schedules": {command: "explain", about: "cronjob/*", scope: orAll, fixed: jsonOutput},
	"status":    {command: "status", scope: orAll, fixed: jsonOutput},
}

// streams print what pods have printed, for as long as somebody reads.
var streams = map[string]entry{
	"logs": {command: "logs", parameters: []parameter{
		name, run, value("index", checkIndexes), value("container", checkPlain), value("tail", checkNumber),
		flag("all-containers"), flag("follow"), flag("failed"), flag("previous"), flag("timestamps"),
	}, either: []string{"name", "run"}},
}

// acts change something. All of them have a dry run.
var acts = map[string]entry{
	"cancel":  {command: "cancel", asks: true, parameters: []parameter{name, run, flag("downstream"), flag("keep")}, either: []string{"name", "run"}},
	"hold":    {command: "hold", asks: true, parameters: []parameter{name, run, value("reason", checkText)}, either: []string{"name", "run"}},
	"release": {command: "release", asks: true, parameters: []parameter{name, run, flag("force")}, either: []string{"name", "run"}},
	"rerun":   {command: "retry", asks: true, parameters: []parameter{run, value("from", checkPlain), flag("only")}, either: []string{"from"}},
	"resume":  {command: "release", asks: true, parameters: []parameter{cronJob}, either: []string{"name"}},
	"retry":   {command: "retry", asks: true, parameters: []parameter{name, run, flag("only")}, either: []string{"name", "run"}},
	"run-now": {command: "run", parameters: []parameter{cronJob, value("at", checkTime)}, either: []string{"name"}},
	"set": {command: "set", asks: true, parameters: []parameter{
		name, run, value("on-failure", checkText), value("wait-timeout", checkText), value("array-limit", checkText),
		trailing("expr", checkExpression),
	}, either: []string{"name"}},
	"suspend": {command: "hold", asks: true, parameters: []parameter{cronJob}, either: []string{"name"}},
}
