package trace

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"google.golang.org/protobuf/proto"

	"depctl.dev/gate"
)

// refusal is an answer of the collector that is no success.
type refusal struct {
	code  int
	says  string
	after time.Duration
}

// Error says what the collector said.
func (r *refusal) Error() string { return fmt.Sprintf("it answers %d: %s", r.code, r.says) }

// lasting reports whether another try is in vain, by the rules of OTLP.
func (r *refusal) lasting() bool {
	switch r.code {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return false
	}
	return true
}

func retryAfter(r *refusal) time.Duration {
	if r == nil {
		return 0
	}
	return min(r.after, 5*time.Minute)
}

// post sends Jobs once.
func (e *Exporter) post(ctx context.Context, batch []Batch) error {
	body, err := proto.MarshalOptions{Deterministic: true}.Marshal(e.message(batch))
	if err != nil {
		return fmt.Errorf("encoding spans: %w", err)
	}
	if e.settings.Gzip {
		if body, err = compressed(body); err != nil {
			return fmt.Errorf("compressing spans: %w", err)
		}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.settings.Endpoint, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("making the request: %w", err)
	}
	for key, values := range e.settings.Headers {
		request.Header[key] = values
	}
	request.Header.Set("Content-Type", "application/x-protobuf")
	if e.settings.Gzip {
		request.Header.Set("Content-Encoding", "gzip")
	}
	response, err := e.client.Do(request)
	if err != nil {
		return fmt.Errorf("sending spans: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	says, _ := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if response.StatusCode/100 == 2 {
		return nil
	}
	no := &refusal{code: response.StatusCode, says: gate.Clip(strconv.QuoteToASCII(string(says)), 200)}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		no.after = time.Duration(seconds) * time.Second
	}
	return no
}

func compressed(body []byte) ([]byte, error) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	err := w.Close()
	return packed.Bytes(), err
}
