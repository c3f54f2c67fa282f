// Package event tells people of decisions by Kubernetes events.
package event
