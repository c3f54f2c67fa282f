package batch

import "strings"

// Dialect is how a batch system is spoken to.
type Dialect struct {
	// Name is what people call it, as in --dialect=NAME.
	Name string
	// Prefix begins a line of options in a script. Attached says that the first
	// option may stand right behind it.
	Prefix   string
	Attached bool
	// Anywhere says that the lines count behind the first command too.
	Anywhere bool
	Spelling Spelling
	Options  []option
	// Parting is a word between options that parts the components of a
	// heterogeneous job, and PartingLines are those that stand for options.
	Parting      string
	PartingLines []string
	// Finish makes the whole of what several options say, once all are read; nil
	// if there is nothing of that kind.
	Finish func(r *request)

	// Indexes are the variables that have the number of the element in a script,
	// and Variables returns all others; nil if there are none.
	Indexes   []string
	Variables func(r *request) []variable
}

// Spelling is how a system writes its options.
type Spelling int

// The spellings.
const (
	// GNU is --name=value, --name value, -n value and -nvalue; a long name may be
	// cut.
	GNU Spelling = iota
	// Long is --name=value and --name value.
	Long
	// Single is -name value.
	Single
	// SingleOrDigits is -name value, and -n4 where a letter has a number.
	SingleOrDigits
	// Letter is -n value and -nvalue.
	Letter
)

// variable is one of the environment.
type variable struct {
	name, value string
	// isJobName says that the value is the name of the Job, which only Kubernetes
	// knows.
	isJobName bool
}

// option is one that a system has. What becomes of it is one of three: it is
// carried over by a reader, it is left out with a note that says why, or it is
// refused. The list of the manual is in the folder of the dialect; a test compares
// it with the options there, and writes docs/reference/options.md of both.
type option struct {
	// names are its spellings, separated by spaces.
	names string
	// values is how many it takes. A gnu option that may have one, and then only
	// behind "=", takes maybe.
	values int
	// more reports whether the next word belongs to it too.
	more func(values []string, next string) bool

	// read carries it over.
	read reader
	// note says why it is left out.
	note string
	// refusal says why it is refused, and hint what to do.
	refusal, hint string

	// waits is for what says when the Job may run: no site may ignore it.
	waits bool
	// runs is for what says what runs: there is no other script or command.
	runs bool
	// value and help are for depctl's own help.
	value, help string
}

const maybe = -1

// reader is what an option does.
type reader = func(r *request, at place, values []string)

// apply does what becomes of the option.
func (o *option) apply(r *request, at place, values []string) {
	switch {
	case o.refusal != "":
		r.unsupported(at, o.hint, "%s", o.refusal)
	case o.note != "":
		r.note(at, "%s", o.note)
	default:
		o.read(r, at, values)
	}
}

// spellings returns its names.
func (o *option) spellings() []string { return strings.Fields(o.names) }
