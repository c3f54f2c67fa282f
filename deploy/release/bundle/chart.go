package bundle

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"depctl.dev/deploy/release/archive"
)

// packed are the files and folders of a chart that belong into its package.
var packed = regexp.MustCompile(`^(Chart\.yaml|values\.yaml|values\.schema\.json|README\.md|\.helmignore|templates/.*)$`)

var (
	chartVersion = regexp.MustCompile(`(?m)^version: .*$`)
	appVersion   = regexp.MustCompile(`(?m)^appVersion: .*$`)
	repository   = regexp.MustCompile(`^( *)repository: depctl\.dev/(depctl[a-z-]*)$`)
)

// Chart returns the files of a Helm chart, below a folder of its name as "helm package" writes them, with the version and
// the images of a release.
func Chart(dir, version string, images map[string]string) ([]archive.File, error) {
	var files []archive.File
	err := filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if entry.IsDir() || !packed.MatchString(name) {
			return nil
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		switch name {
		case "Chart.yaml":
			content = chartVersion.ReplaceAll(content, []byte("version: "+strings.TrimPrefix(version, "v")))
			content = appVersion.ReplaceAll(content, []byte("appVersion: "+version))
		case "values.yaml":
			if content, err = nameInValues(content, images); err != nil {
				return err
			}
		}
		files = append(files, archive.File{Name: path.Join("depctl", name), Content: content})
		return nil
	})
	return files, err
}

// nameInValues puts images into the values of a chart: repository, tag and digest, which stand together. An image that
// is not given stays.
func nameInValues(content []byte, images map[string]string) ([]byte, error) {
	var all strings.Builder
	var indent string
	var pending map[string]string
	for line := range strings.Lines(string(content)) {
		text := strings.TrimRight(line, "\n")
		if m := repository.FindStringSubmatch(text); m != nil {
			indent, pending = m[1], nil
			if image, ok := images[m[2]]; ok {
				name, digest, _ := strings.Cut(image, "@")
				colon := strings.LastIndex(name, ":")
				pending = map[string]string{"tag": name[colon+1:], "digest": digest}
				line = indent + "repository: " + name[:colon] + "\n"
			}
		} else if key, _, ok := strings.Cut(strings.TrimSpace(text), ":"); ok && pending != nil && strings.HasPrefix(text, indent+key) {
			if value, ok := pending[key]; ok {
				line = fmt.Sprintf("%s%s: %s\n", indent, key, value)
				delete(pending, key)
			}
		}
		all.WriteString(line)
	}
	if len(images) > 0 && !strings.Contains(all.String(), "sha256:") {
		return nil, errors.New("values.yaml names no image of depctl")
	}
	return []byte(all.String()), nil
}
