package batch

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	kjson "sigs.k8s.io/json"
	sigsyaml "sigs.k8s.io/yaml"

	"depctl.dev/cli/batch/request"
	"depctl.dev/gate/limit"
)

// Site has the defaults of a site: the file depctl.yaml.
type Site struct {
	// Name is the file's.
	Name string `json:"-"`
	// Job is what every Job begins with: image, service account, volumes,
	// tolerations, whatever a Job can have.
	Job *batchv1.Job `json:"job,omitempty"`
	// Queues says what a queue or a partition means here.
	Queues map[string]Queue `json:"queues,omitempty"`
	// GPU is the extended resource that GPUs are counted by.
	GPU string `json:"gpu,omitempty"`
	// Limits says which limit scripts mean by a name: of a licence, or of a resource of -l
	// and rusage[ ]. A limit of another namespace is NAMESPACE/NAME.
	Limits map[string]string `json:"limits,omitempty"`
	// Volumes are file systems that the machines on which people submit and the pods
	// have in common. Each pod has all of them.
	Volumes []Volume `json:"volumes,omitempty"`
	// RunAsSubmitter runs pods by the uid and the gid of who submits, so that files on
	// the volumes are theirs.
	RunAsSubmitter bool `json:"runAsSubmitter,omitempty"`
	// Environment says which variables of the shell go into the Job where a batch
	// system passes all of them; with * and ?.
	Environment []string `json:"environment,omitempty"`
	// Accounts are those that programs may find in a list of accounts, beside the
	// namespace. Nothing is charged to them.
	Accounts []string `json:"accounts,omitempty"`
	// Ignore is left out of scripts, with a note.
	Ignore request.Ignore `json:"ignore,omitzero"`
}

// Queue is what a queue or a partition means here.
type Queue struct {
	// Labels are those of the Job and of its pods.
	Labels            map[string]string   `json:"labels,omitempty"`
	NodeSelector      map[string]string   `json:"nodeSelector,omitempty"`
	Tolerations       []corev1.Toleration `json:"tolerations,omitempty"`
	PriorityClassName string              `json:"priorityClassName,omitempty"`
}

// DefaultQueue is what programs find for the queue of Jobs that name none, unless the
// site has one of this name.
const DefaultQueue = "main"

// isNothing reports whether a queue changes nothing of a Job.
func (q Queue) isNothing() bool {
	return len(q.Labels)+len(q.NodeSelector)+len(q.Tolerations) == 0 && q.PriorityClassName == ""
}

// Volume is a file system that machines and pods have in common.
type Volume struct {
	// Directory is where the machines have it, and MountPath where the pods do; the
	// same if it is empty.
	Directory string `json:"directory"`
	MountPath string `json:"mountPath,omitempty"`
	SubPath   string `json:"subPath,omitempty"`
	ReadOnly  bool   `json:"readOnly,omitempty"`
	// Source is what it is: nfs, persistentVolumeClaim, hostPath, whatever a volume of a
	// pod can be.
	Source corev1.VolumeSource `json:"source"`
}

// ParseSite reads the defaults of a site. What is not known in them is an error.
func ParseSite(name string, text []byte) (*Site, error) {
	site := &Site{}
	if err := strictly(name, text, site); err != nil {
		return nil, err
	}
	site.Name, site.Ignore.By = name, name
	if problems := slices.Concat(vetIgnore(site.Ignore), vetLimits(site), vetVolumes(site)); len(problems) > 0 {
		return nil, problems
	}
	return site, nil
}

// vetLimits says which limits of a site can be none.
func vetLimits(s *Site) (list request.Problems) {
	for _, name := range slices.Sorted(maps.Keys(s.Limits)) {
		if needs, err := limit.ParseUses(s.Limits[name], "default"); err != nil || len(needs) != 1 || strings.Contains(s.Limits[name], "=") {
			list = append(list, request.Problem{Where: s.Name + ": limits." + name, Message: strconv.Quote(s.Limits[name]) + " is not the name of a limit"})
		}
	}
	return list
}

// ParseManifest reads a Job. There must be one, and nothing else.
func ParseManifest(name string, text []byte) (*batchv1.Job, error) {
	kind := struct{ APIVersion, Kind string }{}
	if _, rest, several := strings.Cut(strings.TrimPrefix(string(text), "---\n"), "\n---"); several && strings.Trim(rest, "-. \n\r\t") != "" {
		return nil, fmt.Errorf("%s: there are several objects: submit takes one Job", name)
	}
	if err := sigsyaml.Unmarshal(text, &kind); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if kind.APIVersion != "batch/v1" || kind.Kind != "Job" {
		return nil, fmt.Errorf("%s: submit takes a Job of batch/v1, and this is %q of %q", name, kind.Kind, kind.APIVersion)
	}
	job := &batchv1.Job{}
	if err := strictly(name, text, job); err != nil {
		return nil, err
	}
	return job, nil
}

// strictly decodes YAML or JSON, and names the line of what does not belong.
func strictly(name string, text []byte, into any) error {
	asJSON, err := sigsyaml.YAMLToJSONStrict(text)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	found, err := kjson.UnmarshalStrict(asJSON, into)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	var problems request.Problems
	for _, one := range found {
		path, _ := strconv.Unquote(strings.TrimPrefix(one.Error(), "unknown field "))
		if path == "" {
			problems = append(problems, request.Problem{Where: name, Message: one.Error()})
			continue
		}
		where := name
		if line, column, ok := locate(text, path); ok {
			where = fmt.Sprintf("%s:%d:%d", name, line, column)
		}
		problems = append(problems, request.Problem{Where: where, Message: "unknown field " + path})
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

// locate returns where a path like a.b[0].c stands.
func locate(text []byte, path string) (line, column int, ok bool) {
	var root yaml.Node
	if yaml.Unmarshal(text, &root) != nil || len(root.Content) == 0 {
		return 0, 0, false
	}
	node := root.Content[0]
	parts := strings.FieldsFunc(path, func(c rune) bool { return c == '.' || c == '[' || c == ']' })
	for len(parts) > 0 {
		part := parts[0]
		parts = parts[1:]
		if node.Kind == yaml.SequenceNode {
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(node.Content) {
				return 0, 0, false
			}
			node = node.Content[i]
			continue
		}
		i := 0
		for i+1 < len(node.Content) && node.Content[i].Value != part {
			i += 2
		}
		if node.Kind != yaml.MappingNode || i+1 >= len(node.Content) {
			return 0, 0, false
		}
		if len(parts) == 0 {
			return node.Content[i].Line, node.Content[i].Column, true
		}
		node = node.Content[i+1]
	}
	return 0, 0, false
}
