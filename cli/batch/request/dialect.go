package request

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
	Options  []Option
	// Parting is a word between options that parts the components of a
	// heterogeneous job, and PartingLines are those that stand for options.
	Parting      string
	PartingLines []string
	// Finish makes the whole of what several options say, once all are read: those
	// that the entry itself keeps. It is nil if there is nothing of that kind.
	Finish func(r *Request)

	// Indexes are the variables that have the number of the element in a script,
	// and Variables returns all others; nil if there are none.
	Indexes   []string
	Variables func(r *Request) []Variable
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

// Variable is one of the environment.
type Variable struct {
	Name, Value string
	// IsJobName says that the value is the name of the Job, which only Kubernetes
	// knows.
	IsJobName bool
}

// Option is one that a system has. What becomes of it is one of three: it is
// carried over by a reader, it is left out with a note that says why, or it is
// refused. The list of the manual is in the folder of the dialect; a test compares
// it with the options there, and writes docs/reference/options.md of both.
type Option struct {
	// Names are its spellings, separated by spaces.
	Names string
	// Values is how many it takes. An option of GNU that may have one, and then
	// only behind "=", takes Maybe.
	Values int
	// More reports whether the next word belongs to it too.
	More func(values []string, next string) bool

	// Read carries it over.
	Read Reader
	// Note says why it is left out.
	Note string
	// Refusal says why it is refused, and Hint what to do.
	Refusal, Hint string

	// Waits is for what says when the Job may run: no site may ignore it.
	Waits bool
	// Runs is for what says what runs: there is no other script or command.
	Runs bool
	// Value and Help are for depctl's own help.
	Value, Help string
}

// Maybe is how many values an option takes that may have one.
const Maybe = -1

// Reader is what an option does.
type Reader = func(r *Request, at Place, values []string)

// Apply does what becomes of the option.
func (o *Option) Apply(r *Request, at Place, values []string) {
	switch {
	case o.Refusal != "":
		r.Unsupported(at, o.Hint, "%s", o.Refusal)
	case o.Note != "":
		r.Note(at, "%s", o.Note)
	default:
		o.Read(r, at, values)
	}
}

// Spellings returns its names.
func (o *Option) Spellings() []string { return strings.Fields(o.Names) }
