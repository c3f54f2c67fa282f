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
	// ElementIDs are the variables that have the number of an element as a job of its
	// own, where a system gives it one: then an array takes as many numbers as it has
	// elements. ElementID returns that number.
	ElementIDs []string
	// PassesAll says that the variables of the shell go into jobs, unless the user says
	// otherwise.
	PassesAll bool
	// Files returns where the output goes; nil if that is nowhere.
	Files func(r *Request) Files
}

// ElementID returns the number of an element, by its index, where each has one of its
// own: as Slurm has it, the last one has the number of the array.
func ElementID(first int64, index, size int) int64 { return first + int64((index+1)%size) }

// IndexOf is the reverse of ElementID; ok is false if the number is of no element.
func IndexOf(first, id int64, size int) (index int, ok bool) {
	at := int(id - first)
	return (at + size - 1) % size, at >= 0 && at < size
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
	// knows, and IsNode that it is that of the node.
	IsJobName, IsNode bool
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
