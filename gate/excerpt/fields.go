package excerpt

import "google.golang.org/protobuf/encoding/protowire"

// message says what stays of a protobuf message, by the numbers of its fields in the
// generated.proto of k8s.io/api and k8s.io/apimachinery. Numbers are never used again, so a
// newer API server can only add some.
type message struct {
	// parts are the fields of which only a part stays: nothing, if the part is nil.
	parts map[protowire.Number]*message
	// only are the fields that stay beside the parts; all others do, if it is empty.
	only []protowire.Number
}

// cut is a message of which these parts are cut, and all else stays.
func cut(parts map[protowire.Number]*message) *message { return &message{parts: parts} }

// less adds fields of which nothing stays.
func (m *message) less(fields ...protowire.Number) *message {
	for _, field := range fields {
		m.parts[field] = nil
	}
	return m
}

// messages returns what stays of each kind, by the apiVersion and kind of an object.
func messages() map[string]*message {
	type parts = map[protowire.Number]*message
	meta := cut(parts{}).less(17) // managedFields
	// Of a container its name stays: the result of a Job is told by the first one.
	container := &message{only: []protowire.Number{1}}
	pod := cut(parts{2: container}).less(
		1,      // volumes
		7,      // nodeSelector
		14, 15, // securityContext, imagePullSecrets
		20, 34, // initContainers, ephemeralContainers
		22, 23, 26, 28, // tolerations, hostAliases, dnsConfig, readinessGates
		32, 33, // overhead, topologySpreadConstraints
		39, 40, // resourceClaims, resources
	)
	template := cut(parts{1: meta, 2: pod})
	job := cut(parts{1: meta, 2: cut(parts{6: template}).less(11)}) // and without podFailurePolicy
	status := cut(parts{}).less(
		2,     // conditions
		5, 16, // hostIP, hostIPs
		6, 12, // podIP, podIPs
		15, 18, 19, 20, 21, 22, // claims, resources and health of volumes
	)
	single := cut(parts{1: meta, 2: pod, 3: status})
	return map[string]*message{
		"batch/v1 Job":     job,
		"batch/v1 JobList": cut(parts{2: job}),
		"v1 Pod":           single,
		"v1 PodList":       cut(parts{2: single}),
	}
}
