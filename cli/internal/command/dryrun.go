package command

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// DryRun says whether changes are made, in the words of kubectl's --dry-run.
type DryRun string

// The values of --dry-run, as kubectl has them.
const (
	DryRunNone   DryRun = "none"
	DryRunClient DryRun = "client"
	DryRunServer DryRun = "server"
)

// Validate returns a UsageError if the value is none of those.
func (d DryRun) Validate() error {
	switch d {
	case DryRunNone, DryRunClient, DryRunServer:
		return nil
	}
	return UsageErrorf("unknown kind of dry run %q, there are %q, %q and %q", string(d), DryRunNone, DryRunClient, DryRunServer)
}

// Option returns what goes into a request.
func (d DryRun) Option() []string {
	if d == DryRunServer {
		return []string{metav1.DryRunAll}
	}
	return nil
}

// Suffix returns what is added to a line that says what was done.
func (d DryRun) Suffix() string {
	switch d {
	case DryRunClient:
		return " (dry run)"
	case DryRunServer:
		return " (server dry run)"
	}
	return ""
}
