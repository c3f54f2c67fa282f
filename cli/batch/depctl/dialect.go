package depctl

import "depctl.dev/cli/batch/request"

// Dialect returns the entry of depctl's own options for the table of dialects.
func Dialect() *request.Dialect {
	return &request.Dialect{Name: "depctl", Prefix: "#DEPCTL", Spelling: request.Long, Options: options()}
}
