package cli

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// dryRun says whether changes are made, in the words of kubectl's --dry-run.
type dryRun string

const (
	dryRunNone   dryRun = "none"
	dryRunClient dryRun = "client"
	dryRunServer dryRun = "server"
)

func (d dryRun) validate() error {
	switch d {
	case dryRunNone, dryRunClient, dryRunServer:
		return nil
	}
	return usageErrorf("unknown kind of dry run %q, there are %q, %q and %q", string(d), dryRunNone, dryRunClient, dryRunServer)
}

// option returns what goes into a request.
func (d dryRun) option() []string {
	if d == dryRunServer {
		return []string{metav1.DryRunAll}
	}
	return nil
}

// suffix returns what is added to a line that says what was done.
func (d dryRun) suffix() string {
	switch d {
	case dryRunClient:
		return " (dry run)"
	case dryRunServer:
		return " (server dry run)"
	}
	return ""
}
