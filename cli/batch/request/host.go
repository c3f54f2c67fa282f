package request

import (
	"fmt"
	"path"
	"strings"
)

// Labels and annotations of Jobs that commands of a batch system have made.
const (
	// IDLabel is the number by which the commands of batch systems know a Job.
	IDLabel = "depctl.dev/id"
	// UserLabel is the name of the user who submitted the Job, on the machine where
	// that was.
	UserLabel = "depctl.dev/user"
	// SubmittedAnnotation records what a batch command was told, as JSON, for the
	// commands that list Jobs.
	SubmittedAnnotation = "depctl.dev/submitted"
	// NotesAnnotation has what was left out and what was changed, where the command
	// that submitted the Job may not say so.
	NotesAnnotation = "depctl.dev/notes"
)

// Host is where a Job is submitted from.
type Host struct {
	// Name is that of the machine, and User who submits there.
	Name, User string
	// UID and GID are the user's numbers, -1 where there are none.
	UID, GID int64
	// Directory is the one that the command was called in.
	Directory string
}

// Submitted is what a batch command was told.
type Submitted struct {
	System string `json:"system,omitempty"`
	// Name is as it was given, and Queue and Account as well.
	Name    string `json:"name,omitempty"`
	Queue   string `json:"queue,omitempty"`
	Account string `json:"account,omitempty"`
	Comment string `json:"comment,omitempty"`
	// Command is the script, Directory where it runs, and Output and Error are the
	// files that are written: all on the machine where it was submitted. In the names
	// of files, what differs from element to element is a mark.
	Command   string `json:"command,omitempty"`
	Directory string `json:"directory,omitempty"`
	Output    string `json:"output,omitempty"`
	Error     string `json:"error,omitempty"`
	Host      string `json:"host,omitempty"`
	// UID and GID are the user's numbers there.
	UID int64 `json:"uid,omitempty"`
	GID int64 `json:"gid,omitempty"`
	// Waits is what the Job waits for, in the words of the system.
	Waits string `json:"waits,omitempty"`
}

// Files are where the output of a Job goes. What differs from element to element is a Mark.
type Files struct {
	// Output and Error are names as the dialect has filled them in; an empty Error
	// goes where Output goes, and an empty Output nowhere.
	Output, Error string
	// Append keeps what is in the files already.
	Append bool
}

// What a Mark stands for.
const (
	MarkTask = 'a'
	MarkID   = 'j'
	MarkNode = 'N'
)

// Mark returns what stands in the name of a file for something that only the
// element knows: its number, its id, its node. Numbers get zeros up to the width.
func Mark(of byte, width int) string {
	return "\x00" + string(of) + string(rune('0'+min(max(width, 0), 9)))
}

// FillMarks replaces the marks in a name.
func FillMarks(name string, fill func(of byte, width int) string) string {
	var b strings.Builder
	for {
		text, rest, found := strings.Cut(name, "\x00")
		b.WriteString(text)
		if !found || len(rest) < 2 {
			return b.String()
		}
		b.WriteString(fill(rest[0], int(rest[1]-'0')))
		name = rest[2:]
	}
}

// Padded returns a number with zeros before it up to a width.
func Padded(n int64, width int) string { return fmt.Sprintf("%0*d", width, n) }

// Where returns the directory in which the Job runs, on the machine where it was
// submitted; empty if there is none.
func (r *Request) Where() string {
	switch {
	case r.Host == nil:
		return ""
	case path.IsAbs(r.Workdir):
		return path.Clean(r.Workdir)
	}
	return path.Join(r.Host.Directory, r.Workdir)
}

// TitleOf returns the name of the job as people know it.
func (r *Request) TitleOf() string {
	switch {
	case r.Name != "":
		return r.Name
	case r.Script != nil:
		return path.Base(r.Script.Name)
	case len(r.Command) > 0:
		return path.Base(r.Command[0])
	}
	return strings.TrimSuffix(r.Given(), "-")
}

// AtHome has a job of the dialect that does not say where it runs run in the home directory, as
// qsub does.
func (r *Request) AtHome(dialect string) {
	if r.Dialect != dialect || r.ID == 0 || !r.Mapped || r.Workdir != "" {
		return
	}
	if home, has := r.LookupEnv("HOME"); has && path.IsAbs(home) {
		r.Workdir = home
	}
}

// WithoutHost returns the name of a file without the host before a colon.
func WithoutHost(name string) string {
	if host, rest, has := strings.Cut(name, ":"); has && !strings.Contains(host, "/") {
		return rest
	}
	return name
}
