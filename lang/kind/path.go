package kind

import (
	"strconv"
	"strings"
)

// At returns what stands in an object at a path of the table, with dots and with positions in lists; nil if there
// is nothing.
func At(object map[string]any, path string) any {
	var part any = object
	for name := range strings.SplitSeq(path, ".") {
		switch p := part.(type) {
		case map[string]any:
			part = p[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(p) {
				return nil
			}
			part = p[i]
		default:
			return nil
		}
	}
	return part
}
