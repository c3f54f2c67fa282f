// Package metrics counts and measures what the gate does.
package metrics
