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
		case "/stuck":
			_, _ = io.WriteString(w, "ADDED")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		case "/listed":
			for _, part := range []string{"ADDED k8s.io/initial-", "events-end"} {
				_, _ = io.WriteString(w, part)
				_ = http.NewResponseController(w).Flush()
				time.Sleep(20 * time.Millisecond)
			}
			time.Sleep(150 * time.Millisecond)
			_, _ = io.WriteString(w, " and more")
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

	text, err = get(t.Context(), "/stuck?watch=true&sendInitialEvents=true")
	require.Error(t, err)
	require.Equal(t, "ADDED", text, "it was silent before these were all objects")
	text, err = get(t.Context(), "/listed?watch=true&sendInitialEvents=true")
	require.NoError(t, err)
	require.Equal(t, "ADDED k8s.io/initial-events-end and more", text, "the mark comes in two parts, and silence after it is well")

	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err = get(ctx, "/silent")
	require.ErrorIs(t, err, context.DeadlineExceeded, "what is no watch has the limits of others")
}
