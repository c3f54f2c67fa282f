package controller

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
	get := func(ctx context.Context, path string) (*http.Response, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+path, nil)
		require.NoError(t, err)
		return client.Do(request)
	}
	_, err := get(t.Context(), "/silent?watch=true")
	require.ErrorIs(t, err, errUnanswered)

	response, err := get(t.Context(), "/late?watch=true")
	require.NoError(t, err)
	time.AfterFunc(150*time.Millisecond, func() { close(over) })
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, "begun and over", string(text), "once it is answered, it goes on as long as it likes")
	require.NoError(t, response.Body.Close())

	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err = get(ctx, "/silent")
	require.ErrorIs(t, err, context.DeadlineExceeded, "what is no watch has the limits of others")
}
