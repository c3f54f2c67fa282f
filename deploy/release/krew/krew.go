package krew

import "sigs.k8s.io/yaml"

// Name is the name of the plugin. A file of the index is named after it.
const Name = "depctl"

// Download is an archive for one platform.
type Download struct {
	OS, Arch, URI, SHA256 string
	// Program is the name of the program in it.
	Program string
}

type plugin struct {
	APIVersion string            `json:"apiVersion"`
	Kind       string            `json:"kind"`
	Metadata   map[string]string `json:"metadata"`
	Spec       spec              `json:"spec"`
}

type spec struct {
	Version          string     `json:"version"`
	Homepage         string     `json:"homepage"`
	ShortDescription string     `json:"shortDescription"`
	Description      string     `json:"description"`
	Caveats          string     `json:"caveats"`
	Platforms        []platform `json:"platforms"`
}

type platform struct {
	Selector selector `json:"selector"`
	URI      string   `json:"uri"`
	SHA256   string   `json:"sha256"`
	Bin      string   `json:"bin"`
}

type selector struct {
	MatchLabels map[string]string `json:"matchLabels"`
}

// Manifest returns the manifest of a version.
func Manifest(version string, downloads []Download) ([]byte, error) {
	p := plugin{
		APIVersion: "krew.googlecontainertools.github.com/v1alpha2",
		Kind:       "Plugin",
		Metadata:   map[string]string{"name": Name},
		Spec: spec{
			Version:          version,
			Homepage:         "https://depctl.dev",
			ShortDescription: "Order plain Jobs by annotation",
			Description: "Shows what Kubernetes Jobs wait for, as graph, tree or table; explains why one does not run;\n" +
				"lints and plans manifests; holds, releases, retries and cancels Jobs, and runs folders of them.\n" +
				"Jobs say in the annotation depctl.dev/depends-on what they wait for.\n",
			Caveats: "Jobs are held and released by depctl-gate, which runs in the cluster.\n" +
				"\"kubectl depctl check\" says whether it is installed.\n",
		},
	}
	for _, d := range downloads {
		p.Spec.Platforms = append(p.Spec.Platforms, platform{
			Selector: selector{map[string]string{"os": d.OS, "arch": d.Arch}}, URI: d.URI, SHA256: d.SHA256, Bin: d.Program,
		})
	}
	return yaml.Marshal(p)
}
