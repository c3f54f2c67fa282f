package output

import "strings"

// Literal returns a text as an argument of a container that Kubernetes leaves as it is: it
// makes one $ of two, and puts the variables of the container in the place of $(NAME).
func Literal(text string, variables ...string) string {
	text = strings.ReplaceAll(text, "$$", "$$$$")
	for _, name := range variables {
		text = strings.ReplaceAll(text, "$("+name+")", "$$("+name+")")
	}
	return text
}
