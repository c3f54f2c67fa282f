package dagman

import (
	"cmp"
	"errors"
	"path"
	"regexp"
	"slices"
	"strings"

	"depctl.dev/cli/importer/output"
)

// Options are what the command line says.
type Options struct {
	// Image is that of containers whose submit description names none, and Name what
	// names of Jobs begin with.
	Image, Name string
	// Open reads a file that the DAG names.
	Open func(name string) (string, error)
}

type importer struct {
	out     *output.Output
	options Options
	given   map[string]string
	name    string
	names   output.Names
}

// read returns a file that was given, or that can be opened.
func (im *importer) read(name string) (string, error) {
	if text, ok := im.given[name]; ok {
		return text, nil
	}
	if im.options.Open == nil {
		return "", errors.New(name + " is none of the files: give it too")
	}
	return im.options.Open(name)
}

var rescue = regexp.MustCompile(`\.rescue\d+$`)

// Import makes manifests of a DAG. Files that are rescue files say which of its nodes are
// done; files that it names may be given too, where they cannot be opened.
func Import(files []output.File, options Options) *output.Output {
	im := &importer{out: &output.Output{}, options: options, given: map[string]string{}}
	var dags, rescues []output.File
	for _, file := range files {
		im.given[file.Name] = file.Text
		switch {
		case rescue.MatchString(file.Name):
			rescues = append(rescues, file)
		case path.Ext(file.Name) == ".sub", path.Ext(file.Name) == ".submit", path.Ext(file.Name) == ".condor":
		default:
			dags = append(dags, file)
		}
	}
	if len(dags) == 0 {
		im.out.Fail(output.Place{}, "name a file with a DAG", "there is no DAG among the files")
	}
	var included []string
	for _, file := range dags { // one that another names is no DAG of its own
		for _, l := range lines(&output.Output{}, file) {
			if l.is(0, "SPLICE") || l.is(0, "INCLUDE") || l.is(0, "SUBDAG") {
				for _, word := range l.words[1:] {
					included = append(included, relative(file.Name, word))
				}
			}
		}
	}
	for _, file := range dags {
		if slices.Contains(included, file.Name) && len(dags) > 1 {
			continue
		}
		im.name = cmp.Or(options.Name, strings.TrimSuffix(path.Base(file.Name), path.Ext(file.Name)))
		g := im.parse(file, 0)
		for _, r := range rescues {
			for _, l := range lines(im.out, r) {
				g.command(l)
			}
		}
		g.build()
	}
	im.out.Finish()
	return im.out
}
