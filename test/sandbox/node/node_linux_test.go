package node

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatIsMissingIsNamedWithItsCure(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	lack := Examine(t.TempDir()).Lack()
	for _, word := range []string{"no containerd in PATH", "no runc in PATH", "no busybox in PATH"} {
		require.ErrorContains(t, lack, word)
	}
	require.True(t, strings.HasSuffix(lack.Error(), "; on Debian and Ubuntu: "+Install), "%v", lack)

	rights := Findings{{Need: "Linux"}, {Need: "root", Lack: errors.New("this is user 7")}}
	require.EqualError(t, rights.Lack(), "this is user 7", "no package helps")
	require.NoError(t, rights[:1].Lack())
	var table strings.Builder
	require.NoError(t, rights.Print(&table))
	require.Equal(t, "Linux  yes  \nroot   NO   this is user 7\n", table.String())
}

func TestExamineLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	Examine(filepath.Join(dir, "not", "there", "yet"))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)
}

func TestTheImagesAreTheSameEachTime(t *testing.T) {
	t.Parallel()
	if _, err := findBusybox(); err != nil {
		t.Skip(err)
	}
	var archives []string
	for _, name := range []string{"a.tar", "b.tar"} {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, WriteImages(t.Context(), path))
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		archives = append(archives, string(text))
	}
	require.True(t, archives[0] == archives[1], "two archives of the same busybox differ")
	require.Contains(t, archives[0], Busybox)
}

func TestCgroupsOfBothVersions(t *testing.T) {
	t.Parallel()
	v1 := hierarchies{
		{dir: "/cpu", options: []string{"rw", "cpu", "cpuacct"}},
		{dir: "/cpuset", options: []string{"rw", "cpuset"}},
		{dir: "/unified", v2: true, options: []string{"rw"}},
	}
	require.Equal(t, "v1", v1.version())
	require.EqualError(t, v1.complete(), "no cgroup controller memory")
	require.NoError(t, append(v1, hierarchy{dir: "/memory", options: []string{"memory"}}).complete())

	dir := t.TempDir()
	v2 := hierarchies{{dir: dir, v2: true}}
	require.Equal(t, "v2", v2.version())
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cgroup.controllers"), []byte("cpu io pids\n"), 0o644))
	require.EqualError(t, v2.complete(), "no cgroup controller cpuset")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cgroup.controllers"), []byte("cpuset cpu io memory pids\n"), 0o644))
	require.NoError(t, v2.complete())
	require.EqualError(t, hierarchies{}.complete(), "no cgroups are mounted")
}

func TestForwardPassesTheEndOnEachWay(t *testing.T) {
	t.Parallel()
	echo := listen(t)
	go func() {
		connection, err := echo.Accept()
		if err != nil {
			return
		}
		text, _ := io.ReadAll(connection) // until the other has said that it is done
		_, _ = connection.Write(append([]byte("you said "), text...))
		connection.Close()
	}()
	front := listen(t)
	go Forward(front, func() (net.Conn, error) { return net.Dial("tcp", echo.Addr().String()) })
	connection, err := net.Dial("tcp", front.Addr().String())
	require.NoError(t, err)
	defer connection.Close()
	_, err = io.WriteString(connection, "hello")
	require.NoError(t, err)
	require.NoError(t, connection.(*net.TCPConn).CloseWrite())
	answer, err := io.ReadAll(connection)
	require.NoError(t, err)
	require.Equal(t, "you said hello", string(answer))
}

func TestForwardHangsUpIfNobodyIsThere(t *testing.T) {
	t.Parallel()
	front := listen(t)
	go Forward(front, func() (net.Conn, error) { return nil, errors.New("nobody") })
	connection, err := net.Dial("tcp", front.Addr().String())
	require.NoError(t, err)
	defer connection.Close()
	_, err = io.ReadAll(connection)
	require.NoError(t, err)
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	return listener
}

func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, CheckDir(strings.Repeat("/long", 20)), "choose a shorter directory")
	require.NoError(t, CheckDir("/tmp/depctl-sandbox-1234567890/node"))
	require.ErrorContains(t, Run(t.Context(), Config{}), "sandbox up --node real")
}
