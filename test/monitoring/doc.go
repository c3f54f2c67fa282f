// Package monitoring reads the dashboard and the alert rules of
// deploy/monitoring, so that tests can look at what they ask for.
package monitoring
