package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var made = time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC)

func TestTheOrderOfFilesIsNotSeen(t *testing.T) {
	one, two := File{Name: "depctl", Content: []byte("program"), Program: true}, File{Name: "LICENSE", Content: []byte("text")}
	for name, pack := range map[string]func(time.Time, []File) ([]byte, error){"tar": TarGz, "zip": Zip} {
		t.Run(name, func(t *testing.T) {
			first, err := pack(made, []File{one, two})
			require.NoError(t, err)
			second, err := pack(made.In(time.FixedZone("elsewhere", 3600)), []File{two, one})
			require.NoError(t, err)
			require.Equal(t, first, second)
		})
	}
}

func TestATarHoldsProgramsThatRun(t *testing.T) {
	packed, err := TarGz(made, []File{{Name: "depctl", Content: []byte("program"), Program: true}, {Name: "LICENSE", Content: []byte("text")}})
	require.NoError(t, err)
	plain, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(t, err)
	require.True(t, plain.ModTime.IsZero(), "the time at which it was packed is in it")
	files := tar.NewReader(plain)
	for _, want := range []struct {
		name, content string
		mode          int64
	}{{"LICENSE", "text", 0o644}, {"depctl", "program", 0o755}} {
		header, err := files.Next()
		require.NoError(t, err)
		require.Equal(t, want.name, header.Name)
		require.Equal(t, want.mode, header.Mode)
		require.True(t, made.Equal(header.ModTime))
		require.Zero(t, header.Uid+header.Gid)
		content, err := io.ReadAll(files)
		require.NoError(t, err)
		require.Equal(t, want.content, string(content))
	}
	_, err = files.Next()
	require.ErrorIs(t, err, io.EOF)
}

func TestAZipHoldsWhatWasPutIn(t *testing.T) {
	packed, err := Zip(made, []File{{Name: "depctl.exe", Content: []byte("program"), Program: true}})
	require.NoError(t, err)
	files, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	require.NoError(t, err)
	require.Len(t, files.File, 1)
	require.Equal(t, "depctl.exe", files.File[0].Name)
	require.True(t, made.Equal(files.File[0].Modified))
	content, err := files.Open("depctl.exe")
	require.NoError(t, err)
	text, err := io.ReadAll(content)
	require.NoError(t, err)
	require.Equal(t, "program", string(text))
}
