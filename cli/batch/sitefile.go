package batch

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
)

const (
	// siteFile has the defaults of a site: in the present directory, in that of the
	// user's configuration, or in that of the machine.
	siteFile = "depctl.yaml"
	// SiteVariable names another.
	SiteVariable = "DEPCTL_TEMPLATE"
	machineSite  = "/etc/depctl/" + siteFile
)

// FindSite reads the defaults of a site: the file that is named, else what SiteVariable
// names, else depctl.yaml in the present directory, in ~/.config/depctl, or in
// /etc/depctl. It returns nil if there are none of these.
func FindSite(name string, lookupEnv func(string) (string, bool), read func(name string) ([]byte, error)) (*Site, error) {
	env := func(name string) string { value, _ := lookupEnv(name); return value }
	if name = cmp.Or(name, env(SiteVariable)); name != "" {
		return readSite(name, read)
	}
	names := []string{siteFile}
	if config := env("XDG_CONFIG_HOME"); config != "" {
		names = append(names, path.Join(config, "depctl", siteFile))
	} else if home := env("HOME"); home != "" {
		names = append(names, path.Join(home, ".config", "depctl", siteFile))
	}
	for _, one := range append(names, machineSite) {
		if site, err := readSite(one, read); !errors.Is(err, fs.ErrNotExist) {
			return site, err
		}
	}
	return nil, nil
}

func readSite(name string, read func(name string) ([]byte, error)) (*Site, error) {
	text, err := read(name)
	if err != nil {
		return nil, err
	}
	return ParseSite(name, text)
}

// HasImage reports whether Jobs of the site have an image that is not said.
func (s *Site) HasImage() bool {
	if s == nil || s.Job == nil {
		return false
	}
	containers := s.Job.Spec.Template.Spec.Containers
	return len(containers) > 0 && containers[0].Image != ""
}

// GPUResource is the extended resource that GPUs are counted by.
func (s *Site) GPUResource() string {
	if s == nil || s.GPU == "" {
		return defaultGPU
	}
	return s.GPU
}
