package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// listen listens on the egress socket, for the user of the sandbox only.
func (n *machine) listen() (net.Listener, error) {
	path := filepath.Join(nodeDir, EgressSocket)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err // of a node that was killed
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	return listener, os.Chmod(path, 0o600)
}

// ServeHTTP answers what comes by the egress socket: the API server's way to
// kubelet and pods, as kube-apiserver's egress selector asks for it, and what the
// sandbox wants of the node.
func (n *machine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var err error
	switch {
	case r.Method == http.MethodConnect:
		err = tunnel(w, r)
	case r.URL.Path == "/healthz":
		err = health(r.Context())
	case r.URL.Path == "/images" && r.Method == http.MethodPost:
		err = n.receive(r)
	default:
		http.NotFound(w, r)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
	}
}

// tunnel connects the caller with an address of the node's network.
func tunnel(w http.ResponseWriter, r *http.Request) error {
	to, err := new(net.Dialer).DialContext(r.Context(), "tcp4", r.Host)
	if err != nil {
		return err
	}
	from, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		to.Close()
		return err
	}
	_ = from.SetDeadline(time.Time{})
	if _, err := io.WriteString(from, "HTTP/1.1 200 Connection Established\r\n\r\n"); err != nil {
		from.Close()
		to.Close()
		return nil
	}
	// What the caller has sent already. It sends nothing before it has the
	// answer, but it might.
	if early := buffered.Reader.Buffered(); early > 0 {
		_, _ = io.CopyN(to, buffered, int64(early))
	}
	join(from, to)
	return nil
}

// health returns nil if the kubelet says that it is well.
func health(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:10248/healthz", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 512))
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("kubelet: %s %s", response.Status, text)
	}
	return err
}

// receive imports the archive in the body of a request.
func (n *machine) receive(r *http.Request) error {
	file, err := os.CreateTemp(nodeDir, "archive-") // not in /run, which is memory
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if _, err := io.Copy(file, r.Body); err != nil {
		return err
	}
	return n.load(r.Context(), file.Name())
}
