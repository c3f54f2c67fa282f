package node

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

const (
	// Busybox is the image of the examples. On the node it is made of the
	// machine's own busybox, whatever its version: there is no registry.
	Busybox = "docker.io/library/busybox:1.37"
	// pause holds the namespaces of a pod.
	pause = "sandbox.depctl.dev/pause:1"
)

// WriteImages writes the archive of the images that every node has. The same
// busybox gives the same bytes.
func WriteImages(ctx context.Context, path string) error {
	layer, err := busyboxLayer(ctx)
	if err != nil {
		return fmt.Errorf("make the images: %w", err)
	}
	var archive bytes.Buffer
	err = writeImages(&archive, layer, []image{
		{Busybox, []string{"/bin/sh"}},
		// The container engine kills it: it need not listen to signals.
		{pause, []string{"/bin/sleep", "2147483647"}},
	})
	if err != nil {
		return fmt.Errorf("make the images: %w", err)
	}
	return os.WriteFile(path, archive.Bytes(), 0o644)
}

// image is a name, and the command that runs if a container names none.
type image struct {
	reference string
	command   []string
}

// writeImages writes images of one and the same layer, in the format of
// `docker save`.
func writeImages(w io.Writer, layer []byte, images []image) error {
	type entry struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	archive := tarball{tar.NewWriter(w)}
	var manifest []entry
	for _, image := range images {
		config, err := json.Marshal(map[string]any{
			"architecture": runtime.GOARCH,
			"os":           "linux",
			"created":      time.Unix(0, 0).UTC(),
			"config":       map[string]any{"Env": []string{"PATH=/bin"}, "Cmd": image.command},
			"rootfs":       map[string]any{"type": "layers", "diff_ids": []string{fmt.Sprintf("sha256:%x", sha256.Sum256(layer))}},
		})
		if err != nil {
			return err
		}
		name := fmt.Sprintf("%x.json", sha256.Sum256(config))
		if err := archive.file(name, 0o644, config); err != nil {
			return err
		}
		manifest = append(manifest, entry{name, []string{image.reference}, []string{"layer.tar"}})
	}
	if err := archive.file("layer.tar", 0o644, layer); err != nil {
		return err
	}
	text, err := json.Marshal(manifest)
	if err != nil {
		return err
	}
	if err := archive.file("manifest.json", 0o644, text); err != nil {
		return err
	}
	return archive.Close()
}

// busyboxLayer returns a root directory with busybox and a link to it for each of
// its commands.
func busyboxLayer(ctx context.Context) ([]byte, error) {
	path, err := findBusybox()
	if err != nil {
		return nil, err
	}
	program, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	commands, err := exec.CommandContext(ctx, path, "--list").Output()
	if err != nil {
		return nil, fmt.Errorf("%s --list: %w", path, err)
	}
	var packed bytes.Buffer
	layer := tarball{tar.NewWriter(&packed)}
	for _, dir := range []string{"bin", "dev", "etc", "proc", "root", "sys"} {
		if err := layer.dir(dir, 0o755); err != nil {
			return nil, err
		}
	}
	if err := layer.dir("tmp", 0o1777); err != nil {
		return nil, err
	}
	if err := layer.file("bin/busybox", 0o755, program); err != nil {
		return nil, err
	}
	for command := range strings.FieldsSeq(string(commands)) {
		if command == "busybox" {
			continue
		}
		if err := layer.link("bin/"+command, "busybox"); err != nil {
			return nil, err
		}
	}
	if err := layer.file("etc/passwd", 0o644, []byte("root:x:0:0:root:/root:/bin/sh\n")); err != nil {
		return nil, err
	}
	if err := layer.file("etc/group", 0o644, []byte("root:x:0:\n")); err != nil {
		return nil, err
	}
	if err := layer.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// tarball writes entries that differ in nothing but what is asked for.
type tarball struct{ *tar.Writer }

func (t tarball) file(name string, mode int64, content []byte) error {
	err := t.entry(tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: int64(len(content))})
	if err != nil {
		return err
	}
	_, err = t.Write(content)
	return err
}

func (t tarball) dir(name string, mode int64) error {
	return t.entry(tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: mode})
}

func (t tarball) link(name, target string) error {
	return t.entry(tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777})
}

func (t tarball) entry(h tar.Header) error {
	h.ModTime = time.Unix(0, 0)
	return t.WriteHeader(&h)
}
