package transport

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAWatchThatNobodyAnswersIsGivenUp(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/silent":
			<-r.Context().Done()
		case "/late":
			_, _ = io.WriteString(w, "begun")
			_ = http.NewResponseController(w).Flush()
			<-over
			_, _ = io.WriteString(w, " and over")
		}
	}))
	t.Cleanup(server.Close)
	client := &http.Client{Transport: giveUpAfter(50 * time.Millisecond)(http.DefaultTransport)}
	// get returns what of an answer there is.
	get := func(ctx context.Context, path string) (string, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+path, nil)
		require.NoError(t, err)
		response, err := client.Do(request)
		if err != nil {
			return "", err
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		return string(text), err
	}
	_, err := get(t.Context(), "/silent?watch=true")
	require.ErrorIs(t, err, errUnanswered)

	time.AfterFunc(150*time.Millisecond, func() { close(over) })
	text, err := get(t.Context(), "/late?watch=true")
	require.NoError(t, err)
	require.Equal(t, "begun and over", text, "once it is answered, it goes on as long as it likes")

	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err = get(ctx, "/silent")
	require.ErrorIs(t, err, context.DeadlineExceeded, "what is no watch has the limits of others")
}
