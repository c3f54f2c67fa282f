package gate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/lang"
)

// What is in this file has the pods of a Job prefer the places where its prerequisites ran.

// NearAnnotation has the pods of the Job prefer the nodes on which the pods of its
// prerequisites ran, if the value is "true", and with "topology.kubernetes.io/zone" or
// "topology.kubernetes.io/region" the zones or the regions. The release adds that to the
// node affinity of the Pod template.
const NearAnnotation = "depctl.dev/near"

const (
	// mostNear is how many nodes, zones or regions a Job goes near.
	mostNear = 16
	// nearWeight is the weight of the one where most pods ran: half of what is possible, so
	// that a term of the template can count more.
	nearWeight = 50
	// mostPlaces is how many nodes are kept of one Job while its pods are counted.
	mostPlaces = 64
	// mostFar is how much is kept of why a Job is not near, in bytes.
	mostFar = 160
)

// Place is a node on which pods of a Job ran. Zone and Region are empty where its pods do
// not have them among their labels.
type Place struct {
	Node   string `json:"node"`
	Zone   string `json:"zone,omitempty"`
	Region string `json:"region,omitempty"`
	// Pods is how many ran there.
	Pods int64 `json:"pods"`
}

// Places collects where the pods of one Job ran, one pod after another. The zero Places has
// seen none.
type Places struct{ list []Place }

// Add takes in a pod, if it is one of the Job and has had a node. It changes no copy.
func (p *Places) Add(job Job, pod *corev1.Pod) {
	if _, owner, ok := ObservePod(pod); !ok || owner != job.Owner() || pod.Spec.NodeName == "" {
		return
	}
	at := slices.IndexFunc(p.list, func(place Place) bool { return place.Node == pod.Spec.NodeName })
	p.list = slices.Clone(p.list)
	if at < 0 && len(p.list) == mostPlaces {
		return
	}
	if at < 0 {
		p.list = append(p.list, Place{
			Node: pod.Spec.NodeName, Zone: pod.Labels[corev1.LabelTopologyZone], Region: pod.Labels[corev1.LabelTopologyRegion],
		})
		at = len(p.list) - 1
	}
	p.list[at].Pods++
}

// List returns those where most pods ran, at most as many as a Job goes near. It is never
// nil: then nobody has looked.
func (p *Places) List() []Place {
	list := append([]Place{}, p.list...)
	slices.SortFunc(list, func(a, b Place) int { return cmp.Or(cmp.Compare(b.Pods, a.Pods), cmp.Compare(a.Node, b.Node)) })
	return list[:min(len(list), mostNear)]
}

// near returns by which label of a node the Job goes near its prerequisites, empty if it
// does not. The error, if any, is a *Mistake.
func (j Job) near() (string, error) {
	switch j.Near {
	case "", "false":
		return "", nil
	case "true", corev1.LabelHostname:
		return corev1.LabelHostname, nil
	case corev1.LabelTopologyZone, corev1.LabelTopologyRegion:
		return j.Near, nil
	}
	return "", &Mistake{NearAnnotation, fmt.Sprintf("is %q, which must be \"true\", %q, %q or \"false\"",
		Clip(j.Near, 80), corev1.LabelTopologyZone, corev1.LabelTopologyRegion)}
}

// GoesNear reports whether the Job goes near its prerequisites.
func (j Job) GoesNear() bool {
	label, err := j.near()
	return label != "" && err == nil
}

// RanSomewhere reports whether a Job is over and its pods can tell where it ran.
func (j Job) RanSomewhere() bool {
	return (j.Outcome() == lang.Succeeded || j.Outcome() == lang.Failed) && !j.Started.IsZero()
}

// nearest returns where a Job goes: the names of the nodes, zones or regions, those first where most
// of the pods ran.
func (j Job) nearest(places []Place) (names []string, weights []int32) {
	label, err := j.near()
	if err != nil || label == "" {
		return nil, nil
	}
	pods := map[string]int64{}
	for _, p := range places {
		name := p.Node
		switch label {
		case corev1.LabelTopologyZone:
			name = p.Zone
		case corev1.LabelTopologyRegion:
			name = p.Region
		}
		if name == "" {
			continue
		}
		if _, again := pods[name]; !again {
			names = append(names, name)
		}
		pods[name] += p.Pods
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(pods[b], pods[a]), cmp.Compare(a, b)) })
	names = names[:min(len(names), mostNear)]
	for _, name := range names {
		weights = append(weights, int32(max(1, nearWeight*pods[name]/pods[names[0]])))
	}
	return names, weights
}

// nearTerms returns what the pods of the Job prefer. A node is matched by its name: its label
// of the host may be another one.
func (j Job) nearTerms(places []Place) []corev1.PreferredSchedulingTerm {
	var terms []corev1.PreferredSchedulingTerm
	label, _ := j.near()
	names, weights := j.nearest(places)
	for i, name := range names {
		term := corev1.NodeSelectorTerm{}
		match := corev1.NodeSelectorRequirement{Key: label, Operator: corev1.NodeSelectorOpIn, Values: []string{name}}
		if label == corev1.LabelHostname {
			match.Key = metav1.ObjectNameField
			term.MatchFields = []corev1.NodeSelectorRequirement{match}
		} else {
			term.MatchExpressions = []corev1.NodeSelectorRequirement{match}
		}
		terms = append(terms, corev1.PreferredSchedulingTerm{Weight: weights[i], Preference: term})
	}
	return terms
}

// NearWords says where a Job goes that is near some places.
func (j Job) NearWords(places []Place) string {
	names, _ := j.nearest(places)
	text := strings.Join(names[:min(len(names), 3)], ", ")
	if len(names) > 3 {
		text += fmt.Sprintf(" and %d more", len(names)-3)
	}
	return text
}

// Far returns why a Job is not near its prerequisites, as its release records it.
func Far(why string) string { return Clip(why, mostFar) }

// FarWords adds why a Job is not near its prerequisites to what is said of its release;
// nothing if it is.
func FarWords(far string) string {
	if far == "" {
		return ""
	}
	return "; not near: " + far
}

// preferred are the fields on the way to the terms of the template, one in another.
var preferred = [...]string{"affinity", "nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution"}

// observeNear reads what a Job says of where it goes, and how many of preferred are there.
func (j *Job) observeNear(job *batchv1.Job) {
	if j.Near = job.Annotations[NearAnnotation]; j.Near == "" {
		return
	}
	j.Preferred = 0
	if a := job.Spec.Template.Spec.Affinity; a != nil {
		j.Preferred = 1
		if n := a.NodeAffinity; n != nil {
			j.Preferred = 2
			if len(n.PreferredDuringSchedulingIgnoredDuringExecution) > 0 {
				j.Preferred = 3
			}
		}
	}
}

// nearOperations returns what a release adds to the node affinity of the Pod template. What
// is there stays.
func nearOperations(job Job, terms []corev1.PreferredSchedulingTerm) []operation {
	if len(terms) == 0 {
		return nil
	}
	const pod = "/spec/template/spec/"
	if job.Preferred == len(preferred) {
		var more []operation
		for _, term := range terms {
			more = append(more, operation{"add", pod + strings.Join(preferred[:], "/") + "/-", term})
		}
		return more
	}
	var value any = terms
	for at := len(preferred) - 1; at > job.Preferred; at-- {
		value = map[string]any{preferred[at]: value}
	}
	path := pod + strings.Join(preferred[:job.Preferred+1], "/")
	return []operation{{"test", path, nil}, {"add", path, value}}
}
