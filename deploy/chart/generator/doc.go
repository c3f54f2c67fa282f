// Command generator makes the Helm chart deploy/chart from the manifests of the kustomizations, so that there is one
// source for both: deploy/base, webhook, components, scheduler, ui, events and monitoring.
//
//	source     what kustomize makes of deploy/base and deploy/webhook, alone and with each component (source.go)
//	merge      one template of an object from what it is in all of these (merge.go, node.go)
//	knob       where values of the chart stand in an object (knob.go)
//	template   the text of templates (template.go)
//	value      the table of values: values.yaml, values.schema.json and docs/reference/chart.md (value.go, values.go, schema.go)
//
// What is written by hand is in deploy/chart: Chart.yaml, templates/_helpers.tpl and templates/NOTES.txt. The chart has not been
// installed by Helm yet, and no test compares what Helm and kustomize make.
package main
