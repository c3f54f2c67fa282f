package cli

import (
	"depctl.dev/cli/picture"
	"depctl.dev/lang"
)

// nameIn returns how an expression calls a Job in a namespace.
func nameIn(namespace string, ref lang.Ref) string {
	if ref.Namespace == namespace {
		ref.Namespace = ""
	}
	return picture.OneLine(ref.String())
}
