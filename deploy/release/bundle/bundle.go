package bundle

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"depctl.dev/deploy/release/archive"
)

// Tree is the folder deploy/, with images named: the content of each file by its path.
type Tree map[string][]byte

// unnamed is an image of depctl as the manifests have it between releases.
var unnamed = regexp.MustCompile(`depctl\.dev/(depctl[a-z-]*):dev`)

// Read reads the manifests in the folder deploy of a repository. Images by the names of their programs replace what the manifests
// have between releases; those that are not given stay.
func Read(repository string, images map[string]string) (Tree, error) {
	tree := Tree{}
	root := filepath.Join(repository, "deploy")
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(repository, file)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if entry.IsDir() {
			if slices.Contains([]string{"deploy/chart", "deploy/image", "deploy/release"}, name) {
				return filepath.SkipDir
			}
			return nil
		}
		if !slices.Contains([]string{".yaml", ".json", ".lua"}, path.Ext(name)) {
			return nil
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		tree[name] = Name(content, images)
		return nil
	})
	return tree, err
}

// Name puts images in place of those that manifests have between releases.
func Name(content []byte, images map[string]string) []byte {
	return unnamed.ReplaceAllFunc(content, func(found []byte) []byte {
		if image, ok := images[string(unnamed.FindSubmatch(found)[1])]; ok {
			return []byte(image)
		}
		return found
	})
}

// Overlays returns the names of what can be applied: the folders directly in deploy/ that have a kustomization.
func (t Tree) Overlays() []string {
	var names []string
	for file := range t {
		if parts := strings.Split(file, "/"); len(parts) == 3 && parts[2] == "kustomization.yaml" {
			names = append(names, parts[1])
		}
	}
	slices.Sort(names)
	return names
}

// Render returns the objects of an overlay, and which of its images have no name yet.
func (t Tree) Render(overlay string) (objects []byte, missing []string, err error) {
	files := filesys.MakeFsInMemory()
	for _, name := range slices.Sorted(maps.Keys(t)) {
		if err := files.WriteFile("/"+name, t[name]); err != nil {
			return nil, nil, err
		}
	}
	options := krusty.MakeDefaultOptions()
	// Where patches delete objects, the order of the others is not always the same.
	options.Reorder = krusty.ReorderOptionLegacy
	rendered, err := krusty.MakeKustomizer(options).Run(files, "/deploy/"+overlay)
	if err != nil {
		return nil, nil, fmt.Errorf("deploy/%s: %w", overlay, err)
	}
	objects, err = rendered.AsYaml()
	if err != nil {
		return nil, nil, fmt.Errorf("deploy/%s: %w", overlay, err)
	}
	for _, found := range unnamed.FindAllSubmatch(objects, -1) {
		missing = append(missing, string(found[1]))
	}
	return objects, missing, nil
}

// Files returns the tree for an archive, below a folder of that name.
func (t Tree) Files(folder string) []archive.File {
	files := make([]archive.File, 0, len(t))
	for name, content := range t {
		files = append(files, archive.File{Name: path.Join(folder, name), Content: content})
	}
	return files
}
