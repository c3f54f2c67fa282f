package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"depctl.dev/deploy/release/archive"
	"depctl.dev/deploy/release/bundle"
	"depctl.dev/deploy/release/krew"
	"depctl.dev/deploy/release/notes"
)

// makeBundles writes each overlay of deploy/ as one file, and the folder itself, for those who combine its components.
// Without images there are none, for manifests name them by digest.
func (r *release) makeBundles(context.Context) error {
	if len(r.images) == 0 {
		fmt.Fprintln(r.log, "left out: manifests, which name images")
		return nil
	}
	tree, err := bundle.Read(r.source, r.images)
	if err != nil {
		return err
	}
	for _, overlay := range tree.Overlays() {
		objects, missing, err := tree.Render(overlay)
		if err != nil {
			return err
		}
		if len(missing) > 0 {
			fmt.Fprintf(r.log, "left out: deploy-%s.yaml, which names %s\n", overlay, strings.Join(missing, ", "))
			continue
		}
		r.add("deploy-"+overlay+".yaml", objects)
	}
	packed, err := archive.TarGz(r.Made, tree.Files("depctl-"+r.Version))
	if err != nil {
		return err
	}
	r.add("deploy_"+r.Version+".tar.gz", packed)
	var images strings.Builder
	for _, name := range slices.Sorted(maps.Keys(r.images)) {
		fmt.Fprintln(&images, r.images[name])
	}
	r.add("images.txt", []byte(images.String()))
	return nil
}

// makeChart packs the Helm chart as "helm package" does, if there is one.
func (r *release) makeChart(context.Context) error {
	dir := filepath.Join(r.source, "deploy", "chart")
	if _, err := os.Stat(filepath.Join(dir, "Chart.yaml")); err != nil || len(r.images) == 0 {
		fmt.Fprintln(r.log, "left out: the Helm chart")
		return nil
	}
	files, err := bundle.Chart(dir, r.Version, r.images)
	if err != nil {
		return err
	}
	packed, err := archive.TarGz(r.Made, files)
	if err != nil {
		return err
	}
	r.add("depctl-"+strings.TrimPrefix(r.Version, "v")+".tgz", packed)
	return nil
}

func (r *release) makeKrew(context.Context) error {
	var downloads []krew.Download
	for _, platform := range r.platforms {
		file := r.nameFor("depctl", platform, archiveEnding(platform))
		downloads = append(downloads, krew.Download{
			OS: platform.OS, Arch: platform.Architecture, URI: r.url + "/" + r.Version + "/" + file, SHA256: r.sums[file], Program: programName(platform),
		})
	}
	manifest, err := krew.Manifest(r.Version, downloads)
	if err != nil {
		return err
	}
	r.add(krew.Name+".yaml", manifest)
	return nil
}

// makeNotes writes what has changed, and by what the release was made.
func (r *release) makeNotes(context.Context) error {
	changelog, err := os.ReadFile(filepath.Join(r.source, "CHANGELOG.md"))
	if err != nil {
		return err
	}
	section, heading, err := notes.Of(string(changelog), r.Version)
	if err != nil {
		return err
	}
	if heading == notes.Unreleased {
		fmt.Fprintf(r.log, "the changelog has no section %s yet: the notes are those under %s\n", strings.TrimPrefix(r.Version, "v"), heading)
	}
	text := fmt.Sprintf("# depctl %s\n\nCommit %s, built by %s.\n", r.Version, r.Commit, runtime.Version())
	if len(r.images) > 0 {
		text += "\nImages:\n\n"
		for _, name := range slices.Sorted(maps.Keys(r.images)) {
			text += "- `" + r.images[name] + "`\n"
		}
	}
	text += "\n" + section
	r.add("NOTES.md", []byte(text))
	return nil
}
