package batch

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/batch/request"
)

const (
	// keptFinished is how long a Job that has a number stays when it has finished, in
	// seconds: those who ask by the number must find it.
	keptFinished = 24 * 60 * 60
	// maxNotes is how long the text of the notes may get.
	maxNotes = 4 << 10
)

// number gives the Job the number by which batch commands know it.
func (b *builder) number() {
	if b.ID == 0 {
		return
	}
	id := strconv.FormatInt(b.ID, 10)
	b.job.Name, b.job.GenerateName = b.PlainName()+"-"+id, ""
	b.setLabel(request.IDLabel, id)
	if b.Host != nil {
		if user := LabelOf(b.Host.User); user != "" {
			b.setLabel(request.UserLabel, user)
		}
	}
	if b.job.Spec.TTLSecondsAfterFinished == nil {
		b.job.Spec.TTLSecondsAfterFinished = ptr.To[int32](keptFinished)
	}
}

// LabelOf makes a name the value of a label: what may not be in one becomes _.
func LabelOf(name string) string {
	if len(validation.IsValidLabelValue(name)) == 0 {
		return name
	}
	text := strings.Map(func(c rune) rune {
		if c < utf8.RuneSelf && (c == '-' || c == '.' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z') {
			return c
		}
		return '_'
	}, name)
	text = strings.Trim(text, "-._")
	return strings.TrimRight(text[:min(len(text), validation.LabelValueMaxLength)], "-._")
}

// record returns what the Job was told, but for the files of its output.
func (b *builder) record() request.Submitted {
	r := request.Submitted{System: b.Dialect, Name: b.TitleOf(), Queue: b.Queue, Account: b.Account, Waits: b.Depends}
	if b.Host == nil {
		return r
	}
	r.Host, r.Directory, r.UID, r.GID = b.Host.Name, b.Where(), b.Host.UID, b.Host.GID
	if b.Script != nil {
		r.Command = b.Script.Path
	}
	return r
}

// annotateRecord writes it to a Job that has a number.
func (b *builder) annotateRecord(r request.Submitted) {
	if b.ID == 0 {
		return
	}
	text, err := json.Marshal(r)
	if err != nil {
		b.Fail(request.Place{}, "", "what the Job was told cannot be recorded: %s", err)
		return
	}
	b.annotate(request.SubmittedAnnotation, string(text))
}

// annotateNotes writes the notes to a Job that has a number: the commands of batch
// systems print nothing that the real ones do not.
func (b *builder) annotateNotes() {
	if b.ID == 0 || len(b.Notes) == 0 {
		return
	}
	text := strings.Join(b.Notes, "\n")
	for len(text) > maxNotes || !utf8.ValidString(text) {
		text = text[:min(len(text)-1, maxNotes)]
	}
	b.annotate(request.NotesAnnotation, text)
}
