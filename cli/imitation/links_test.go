package imitation

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func systemsForTests() []*System {
	return []*System{
		{Name: "sge", Commands: []Command{{Name: "qsub"}, {Name: "qhost"}}},
		{Name: "torque", Commands: []Command{{Name: "qsub"}}},
	}
}

func TestTheNameOfTheProgramSaysWhichCommandIsMeant(t *testing.T) {
	systems := systemsForTests()
	program := filepath.Join(t.TempDir(), "depctl")
	require.NoError(t, os.WriteFile(program, []byte("#!/bin/sh\n"), 0o700))
	folder := filepath.Join(t.TempDir(), "bin")
	require.NoError(t, Link(folder, program, systems[1]))

	of, cmd, ok := Find(systems, "/usr/bin/qhost")
	require.True(t, ok)
	require.Equal(t, "sge qhost", of.Name+" "+cmd.Name)
	_, _, ok = Find(systems, "depctl")
	require.False(t, ok)

	of, _, _ = Find(systems, "/nowhere/qsub")
	require.Equal(t, "sge", of.Name, "the first, if nothing says which")
	of, _, _ = Find(systems, filepath.Join(folder, "qsub"))
	require.Equal(t, "torque", of.Name, "the link says which")
	t.Setenv("PATH", folder)
	of, _, _ = Find(systems, "qsub")
	require.Equal(t, "torque", of.Name, "the link that the shell has found says which")
	t.Setenv(SystemVariable, "torque")
	of, _, _ = Find(systems, "/nowhere/qsub")
	require.Equal(t, "torque", of.Name, "the environment says which")
}

func TestLinksAreMadeAgainWhereTheyLeadElsewhereAndNothingElseIsReplaced(t *testing.T) {
	t.Parallel()
	system := systemsForTests()[0]
	folder := t.TempDir()
	require.NoError(t, Link(folder, "/opt/old/depctl", system))
	require.NoError(t, Link(folder, "/opt/new/depctl", system))
	target, err := os.Readlink(filepath.Join(folder, ".depctl-sge"))
	require.NoError(t, err)
	require.Equal(t, "/opt/new/depctl", target)
	target, err = os.Readlink(filepath.Join(folder, "qsub"))
	require.NoError(t, err)
	require.Equal(t, ".depctl-sge", target)
	require.NoError(t, Link(folder, "/opt/new/depctl", systemsForTests()[1]), "another system's command of the same name is ours too")

	other := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(other, "qsub"), nil, 0o600))
	require.ErrorContains(t, Link(other, "/opt/depctl", system), "is there already, and is no link of depctl")
	foreign := t.TempDir()
	require.NoError(t, os.Symlink("/opt/sge/qsub", filepath.Join(foreign, "qsub")))
	require.ErrorContains(t, Link(foreign, "/opt/depctl", system), "is a link to /opt/sge/qsub, and not of depctl")
}
