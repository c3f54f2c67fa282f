package version

import (
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestABuildSaysWhatItIs(t *testing.T) {
	stamped := &debug.BuildInfo{Main: debug.Module{Version: "v0.2.1-0.20261201004607-75067a8a0000"}, Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "75067a8"}, {Key: "vcs.modified", Value: "true"},
	}}
	for name, test := range map[string]struct {
		build           *debug.BuildInfo
		release, commit string
		want            string
	}{
		"a release says what the linker wrote":             {stamped, "v0.2.0", "abc", "v0.2.0, commit abc, "},
		"another build says what the toolchain found":      {stamped, "", "", "v0.2.1-0.20261201004607-75067a8a0000, commit 75067a8-dirty, "},
		"a build outside of git says that it knows little": {&debug.BuildInfo{}, "", "", "(devel), commit unknown, "},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want+runtime.Version(), of(test.build, test.release, test.commit).String())
		})
	}
}
