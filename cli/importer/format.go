package importer

import (
	"strings"

	"depctl.dev/cli/importer/argo"
	"depctl.dev/cli/importer/crontab"
	"depctl.dev/cli/importer/dagman"
	"depctl.dev/cli/importer/output"
	"depctl.dev/cli/importer/wfformat"
)

// settings are what the formats are told beside their files.
type settings struct {
	parameters  map[string]string
	image, name string
	system      bool
	// open reads a file that another one names.
	open func(name string) (string, error)
}

// format is one that can be imported.
type format struct {
	name string
	read func(files []output.File, s settings) *output.Output
}

// formats are all there are, in the order of the help text.
func formats() []format {
	return []format{
		{"argo", func(files []output.File, s settings) *output.Output {
			return argo.Import(files, argo.Options{Parameters: s.parameters, Name: s.name})
		}},
		{"dagman", func(files []output.File, s settings) *output.Output {
			return dagman.Import(files, dagman.Options{Image: s.image, Name: s.name, Open: s.open})
		}},
		{"wfformat", func(files []output.File, s settings) *output.Output {
			return wfformat.Import(files, wfformat.Options{Image: s.image, Name: s.name})
		}},
		{"crontab", func(files []output.File, s settings) *output.Output {
			return crontab.Import(files, crontab.Options{Image: s.image, Name: s.name, System: s.system})
		}},
	}
}

func formatNames() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

func listed() string {
	names := formatNames()
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

func formatNamed(name string) *format {
	for _, f := range formats() {
		if f.name == name {
			return &f
		}
	}
	return nil
}
