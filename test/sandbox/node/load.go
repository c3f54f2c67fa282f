package node

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
)

const (
	// HealthURL is answered with 200 over EgressSocket if the node is well.
	HealthURL = "http://node/healthz"
	// imagesURL takes an archive of images.
	imagesURL = "http://node/images"
)

// Load imports an archive of images, as of docker or OCI, into the node that
// listens on a socket.
func Load(ctx context.Context, socket, archive string) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, imagesURL, file)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		return nil
	}
	text, _ := io.ReadAll(io.LimitReader(response.Body, 4096))
	return fmt.Errorf("import %s: %s", archive, text)
}
