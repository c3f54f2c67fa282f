package sandbox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// pollInterval is how often a condition is looked at that cannot be watched.
const pollInterval = 25 * time.Millisecond

// poll calls check until it returns nil, and reports true then. It gives up when
// ctx ends, with the last error of check, or when abort is closed, with none.
func poll(ctx context.Context, abort <-chan struct{}, check func(context.Context) error) (bool, error) {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		err := check(ctx)
		if err == nil {
			return true, nil
		}
		select {
		case <-ctx.Done():
			return false, fmt.Errorf("%w; the last answer was: %w", ctx.Err(), err)
		case <-abort:
			return false, nil
		case <-ticker.C:
		}
	}
}

// await waits until the process answers that it is healthy. It fails at once if
// the process exits.
func await(ctx context.Context, p *process) error {
	met, err := poll(ctx, p.exited, p.part().Healthy)
	switch {
	case err != nil:
		return fmt.Errorf("wait for %s: %w\n%s", p.name, err, p.logTail())
	case !met || !p.running():
		// If another process has taken the port, it may have answered instead.
		return p.exitError()
	}
	return nil
}

// Part is a running program of a sandbox.
type Part struct {
	// Name is the name of the program, such as kube-apiserver.
	Name string `json:"name"`
	PID  int    `json:"pid"`
	// Address is where it serves, as host:port, or as unix:path.
	Address string `json:"address"`
	// Health is a URL that answers 200 as long as it is well; CA is the file
	// with the certificate that it is served with, if it is https.
	Health string `json:"health"`
	CA     string `json:"ca,omitempty"`
	// Log is the file with its output.
	Log string `json:"log"`
}

func (p *process) part() Part {
	return Part{
		Name: p.name, PID: p.cmd.Process.Pid, Address: p.address,
		Health: p.health, CA: p.ca, Log: p.log,
	}
}

// Dial connects to the part.
func (p Part) Dial(ctx context.Context) (net.Conn, error) {
	network, address := "tcp", p.Address
	if path, ok := strings.CutPrefix(p.Address, unixPrefix); ok {
		network, address = "unix", path
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

const unixPrefix = "unix:"

// Healthy returns nil if the part says that it is well, within a second.
func (p Part) Healthy(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return p.Dial(ctx) },
	}
	if p.CA != "" {
		ca, err := os.ReadFile(p.CA)
		if err != nil {
			return err
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(ca)
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Health, nil)
	if err != nil {
		return err
	}
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		return nil
	}
	body, _ := io.ReadAll(io.LimitReader(response.Body, 512))
	return fmt.Errorf("%s: %s %s", p.Health, response.Status, strings.TrimSpace(string(body)))
}
