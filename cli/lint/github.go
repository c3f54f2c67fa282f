package lint

import (
	"fmt"
	"strings"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/picture"
)

// workflowCommands returns findings as commands of GitHub Actions, a line each.
// GitHub shows them beside the lines of a pull request.
func workflowCommands(findings []manifest.Finding) string {
	// What ends a command, and in properties what ends those too.
	message := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	var b strings.Builder
	for _, f := range manifest.FindingsJSON(findings) {
		end := fmt.Sprintf("endLine=%d", f.EndLine)
		if f.EndLine == f.Line {
			end = fmt.Sprintf("endColumn=%d", f.EndColumn)
		}
		text := f.Message
		if f.Hint != "" {
			text += "\n" + f.Hint
		}
		if f.Line == 0 { // of a cluster
			fmt.Fprintf(&b, "::%s title=%s::%s\n", f.Severity, property.Replace(f.Code), message.Replace(picture.Clean(f.File+": "+text)))
			continue
		}
		fmt.Fprintf(&b, "::%s file=%s,line=%d,col=%d,%s,title=%s::%s\n",
			f.Severity, property.Replace(f.File), f.Line, f.Column, end, property.Replace(f.Code), message.Replace(picture.Clean(text)))
	}
	return b.String()
}
