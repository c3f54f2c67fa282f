package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"
)

// TestTheTestsThatThreatsNameAreThere looks for each test, file and folder in the last column of the tables of
// docs/design/threats.md.
func TestTheTestsThatThreatsNameAreThere(t *testing.T) {
	t.Parallel()
	functions, files := testsIn(t, repository)
	text, err := os.ReadFile(filepath.Join(repository, "docs/design/threats.md"))
	require.NoError(t, err)
	named := testsNamed(string(text))
	require.Greater(t, len(named), 40)
	for _, name := range named {
		require.True(t, isThere(name, functions, files), "docs/design/threats.md names %s, which is not there", name)
	}
	// Each line of the second table has a test.
	_, tokens, found := strings.Cut(string(text), "## Who may do what with which token")
	require.True(t, found)
	for _, row := range regexp.MustCompile(`(?m)^\| .*$`).FindAllString(tokens, -1)[1:] {
		require.NotEmpty(t, testsNamed(row), "no test is named for: %s", row)
	}
}

func TestATestThatIsNotThereIsMissed(t *testing.T) {
	t.Parallel()
	functions, files := testsIn(t, repository)
	for name, want := range map[string]bool{
		"TestKinds": true, "TestKind": false, "hold_test": true, "holds_test": false, "gate/controller/cronjob_test.go": true, "gate/cronjob_test.go": false,
		"test/attack": true, "test/attacks": false,
	} {
		require.Equal(t, want, isThere(name, functions, files), name)
	}
}

// testsNamed returns what is named in the last column of the rows of tables.
func testsNamed(text string) []string {
	var names []string
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if !strings.HasPrefix(line, "| ") || len(cells) < 2 {
			continue
		}
		last := strings.TrimSuffix(cells[len(cells)-1], "|")
		names = append(names, regexp.MustCompile(`Test[A-Z]\w+|\b[\w/]+_test(?:\.go)?\b|test/\w+`).FindAllString(last, -1)...)
	}
	return names
}

// isThere reports whether a test of that name exists, or a file or folder with tests.
func isThere(name string, functions, files []string) bool {
	if strings.HasPrefix(name, "Test") {
		return slices.Contains(functions, name)
	}
	file := strings.TrimSuffix(name, ".go")
	return slices.ContainsFunc(files, func(f string) bool {
		f = strings.TrimSuffix(f, ".go")
		return f == file || !strings.Contains(file, "/") && filepath.Base(f) == file || filepath.Dir(f) == file
	})
}

// testsIn returns the names of all tests of the repository, and the files that they are in.
func testsIn(t *testing.T, root string) (functions, files []string) {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains([]string{".git", "bin", "out"}, entry.Name()) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		files = append(files, filepath.ToSlash(name))
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			functions = append(functions, m[1])
		}
		return nil
	})
	require.NoError(t, err)
	return functions, files
}

// The account of depctl-scheduler has the roles of kube-scheduler, as Kubernetes defines them, and its own Lease.
func TestTheSchedulerHasTheRightsOfKubeScheduler(t *testing.T) {
	t.Parallel()
	const file = "../../deploy/scheduler/rbac.yaml"
	roles := map[string]string{}
	for _, binding := range objectsIn[rbacv1.ClusterRoleBinding](t, file) {
		if binding.Kind == "ClusterRoleBinding" {
			roles[binding.Name] = binding.RoleRef.Name
		}
		for _, subject := range binding.Subjects {
			require.Equal(t, "depctl-system/depctl-scheduler", subject.Namespace+"/"+subject.Name)
		}
	}
	require.Equal(t, map[string]string{"depctl-scheduler": "system:kube-scheduler", "depctl-scheduler-volumes": "system:volume-scheduler"}, roles)
	for _, role := range objectsIn[rbacv1.Role](t, file) {
		require.NotEqual(t, "ClusterRole", role.Kind, "a role of its own in the whole cluster")
		for _, rule := range role.Rules {
			require.Equal(t, []string{"leases"}, rule.Resources)
			require.True(t, slices.Equal(rule.Verbs, []string{"create"}) || slices.Equal(rule.ResourceNames, []string{"depctl-scheduler"}))
		}
	}
}
