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

// NameFrom returns how the expression of a Job calls another one.
func NameFrom(by, ref lang.Ref) string {
	if ref.Kind == lang.KindJob && by.Run != "" {
		switch ref.Run {
		case by.Run:
			ref.Run = ""
		case "":
			ref.Run = lang.PlainRun
		}
	}
	return NameIn(by.Namespace, ref)
}
