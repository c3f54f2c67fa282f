package ui

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/test/browser"
)

var update = flag.Bool("update", false, "write the pictures of docs/guide/ui.md")

// The pictures of the guide are of this night. With -update they are taken again.
func TestThePicturesOfTheGuide(t *testing.T) {
	t.Parallel()
	_, err := shared.client.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "etl"}}, metav1.CreateOptions{})
	require.NoError(t, err)
	s := &space{shared, t, "etl"}
	s.make("extract", "", nil)
	s.make("validate", "extract", long)
	s.make("clean", "extract", nil)
	for _, name := range []string{"shard-a", "shard-b", "shard-c", "shard-d", "shard-e"} {
		s.make(name, "clean", long)
	}
	s.make("gather", "shard-*", nil)
	s.make("load", "clean, extract-b", nil)
	s.make("train", "validate, failed(tune)", nil)
	s.make("tune", "clean", fails)
	s.make("report", "gather, load, train", nil)
	s.make("mail", "finished(report)", nil)
	tab := s.page(browser.Desktop)
	tab.Scheme(false)
	dir := ""
	if *update {
		dir = filepath.Join("..", "..", "docs", "guide")
	}
	tab.Until("tune has failed, and the shards run", `/running\s*6/.test(document.body.innerText) && /failed\s*1/.test(document.body.innerText)`)
	tab.Picture(dir, "ui-graph")
	tab.Open(browser.Value[string](tab, `location.href.split("?")[0]`) + "?id=etl/report")
	tab.Shows("missing")
	tab.Picture(dir, "ui-why")
	for _, name := range []string{"ui-graph.png", "ui-why.png"} {
		_, err := os.Stat(filepath.Join("..", "..", "docs", "guide", name))
		require.NoError(t, err, "run it with -update")
	}
}
