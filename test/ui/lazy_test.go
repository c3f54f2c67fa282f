package ui

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/gate"
	"depctl.dev/test/browser"
)

// established reports whether a server on this machine still has the connection of a client's port.
func established(t *testing.T, port int) bool {
	t.Helper()
	table, err := os.ReadFile("/proc/net/tcp")
	require.NoError(t, err)
	for line := range strings.Lines(string(table)) {
		fields := strings.Fields(line)
		if len(fields) > 3 && strings.HasSuffix(fields[2], fmt.Sprintf(":%04X", port)) && fields[3] == "01" {
			return true
		}
	}
	return false
}

// A tab that does not read is ended, and the others do not wait for it.
func TestATabThatDoesNotReadIsEnded(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/net/tcp"); err != nil {
		t.Skip("only Linux tells which connections there are")
	}
	s := shared.namespace(t)
	s.make("slow", "", long)
	// More than the kernel keeps for who does not read.
	for i := range 60 {
		s.make(fmt.Sprintf("large-%d", i), "slow", nil, func(job *batchv1.Job) {
			job.Annotations[gate.HoldAnnotation] = strings.Repeat(fmt.Sprintf("because of %d, ", i), 16<<10)
		})
	}
	entrance := s.served(t, "-n", s.name)
	tab := browser.New(t, browser.Desktop)
	tab.Open(entrance)
	goTo(tab, "view=list&q=late")
	client := entered(t, entrance)
	at, err := url.Parse(client.at)
	require.NoError(t, err)
	connection, err := net.Dial("tcp", at.Host)
	require.NoError(t, err)
	defer connection.Close()
	require.NoError(t, connection.(*net.TCPConn).SetReadBuffer(4<<10))
	cookie := client.Jar.Cookies(at)[0]
	_, err = fmt.Fprintf(connection, "GET %sapi/stream?namespace=%s HTTP/1.1\r\nHost: %s\r\nCookie: %s=%s\r\n\r\n", at.Path, s.name, at.Host, cookie.Name, cookie.Value)
	require.NoError(t, err)
	_, text, err := net.SplitHostPort(connection.LocalAddr().String())
	require.NoError(t, err)
	port, err := strconv.Atoi(text)
	require.NoError(t, err)
	require.True(t, established(t, port))

	for i := range 3 {
		name := fmt.Sprintf("late-%d", i)
		s.make(name, "slow", nil)
		tab.Until("others go on", rowOf(name))
	}
	require.Eventually(t, func() bool { return !established(t, port) }, time.Minute, 10*tick, "it is ended")
}
