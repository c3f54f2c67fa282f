package batch

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

const (
	pipesVolume = "depctl-pipes"
	pipesFolder = "/depctl-pipes"
	// nodeVariable has the name of the node.
	nodeVariable = "DEPCTL_NODE"
	// idVariable has the number of the element, where each has one of its own.
	idVariable = "DEPCTL_ID"
)

// The shell that has output written to files, beside the log of the pod. It stays, for
// it must see the last line written; it hands on SIGTERM, and what the command leaves
// behind in the background keeps it for five seconds at most.
const (
	recordStart = `cannot() { echo "depctl: cannot write to $1" >&2; exit 1; }
tees=
`
	recordOne = `true %[1]s"$%[2]s" || cannot "$%[2]s"
mkfifo ` + pipesFolder + `/%[2]s || cannot "a pipe"
tee -a "$%[2]s" <` + pipesFolder + `/%[2]s%[3]s &
tees="$tees $!"
`
	recordRun = `"$@" >` + pipesFolder + `/out 2>%s &
main=$!
trap 'kill -TERM $main' TERM
wait $main
code=$?
while kill -0 $main 2>/dev/null; do wait $main; code=$?; done
(sleep 5; kill $tees) >/dev/null 2>&1 &
wait $tees
exit $code
`
)

// output returns the shell text that has output written to files, and says in the record
// where; empty if it goes to the log of the pod alone.
func (b *builder) output(record *request.Submitted) string {
	d := b.table.named(b.Dialect)
	if d == nil || d.Files == nil || b.Host == nil || !b.site.mapped() || b.Manifest != nil {
		return ""
	}
	files := d.Files(b.Request)
	if files.Output == "" || len(b.Problems) > 0 {
		return ""
	}
	open := ">"
	if files.Append {
		open = ">>"
	}
	record.Output, record.Error = b.absolute(files.Output), b.absolute(files.Output)
	text := recordStart + "out=" + b.inPod(files.Output) + "\n" + fmt.Sprintf(recordOne, open, "out", "")
	errors := "&1"
	if files.Error != "" && files.Error != files.Output {
		record.Error, errors = b.absolute(files.Error), pipesFolder+"/err"
		text += "err=" + b.inPod(files.Error) + "\n" + fmt.Sprintf(recordOne, open, "err", " >&2")
	}
	b.addPipes()
	return text + fmt.Sprintf(recordRun, errors)
}

func (b *builder) addPipes() {
	b.job.Spec.Template.Spec.Volumes = append(b.job.Spec.Template.Spec.Volumes, corev1.Volume{
		Name: pipesVolume, VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{Medium: corev1.StorageMediumMemory}},
	})
	b.main.VolumeMounts = append(b.main.VolumeMounts, corev1.VolumeMount{Name: pipesVolume, MountPath: pipesFolder})
	b.setVariable(fromField(nodeVariable, "spec.nodeName"))
}

// absolute returns the name of a file on the machine where the Job is submitted.
func (b *builder) absolute(name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(b.Where(), name)
}

// inPod returns the word of a shell that is the name of a file in the pod.
func (b *builder) inPod(name string) string {
	name = b.absolute(name)
	if !strings.HasPrefix(name, "/dev/") {
		inPod, ok := b.site.mount(name)
		if !ok {
			b.Fail(request.Place{}, b.site.elsewhere(), "file %s is on no volume of %s: a pod cannot write it", readable(name), b.site.Name)
			return "''"
		}
		name = inPod
	}
	quoted := "'" + strings.ReplaceAll(escaped(name), "'", `'\''`) + "'"
	return request.FillMarks(quoted, func(of byte, width int) string {
		variable := map[byte]string{request.MarkTask: notation.TaskVariable, request.MarkID: idVariable, request.MarkNode: nodeVariable}[of]
		if width > 0 && of != request.MarkNode {
			return `'"$(printf %0` + strconv.Itoa(width) + `d "$` + variable + `")"'`
		}
		return `'"$` + variable + `"'`
	})
}

// readable returns the name of a file for a message.
func readable(name string) string {
	return request.FillMarks(name, func(of byte, _ int) string { return "%" + string(of) })
}
