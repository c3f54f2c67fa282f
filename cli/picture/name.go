package picture

import (
	"depctl.dev/lang"
)

// NameIn returns how an expression calls a Job in a namespace.
func NameIn(namespace string, ref lang.Ref) string {
	if ref.Namespace == namespace {
		ref.Namespace = ""
	}
	return OneLine(ref.String())
}
