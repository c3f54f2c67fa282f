package call

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// echo answers with its command line.
func echo(_ context.Context, args []string, out, errOut io.Writer) int {
	fmt.Fprintf(out, "{\n    \"args\": %q}\n", strings.Join(args, " "))
	fmt.Fprintln(errOut, "a note")
	return 1
}

// ask sends one request, and returns what came back.
func ask(t *testing.T, d Depctl, o Options, method, path, body string, header ...string) (status int, text string) {
	t.Helper()
	mux := http.NewServeMux()
	New(d, o).Mount(mux)
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for _, name := range header {
		r.Header.Set(name, "page")
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestWhatIsAnswered(t *testing.T) {
	t.Parallel()
	act := `{"action":"hold","namespace":"etl","name":"load","dryRun":true}`
	for name, test := range map[string]struct {
		depctl             Depctl
		options            Options
		method, path, body string
		header             string
		status             int
		want               string
	}{
		"a read": {
			path: "/api/call/explain?namespace=etl&name=load", status: 200,
			want: `{"command":"depctl explain load --namespace=etl --output=json","code":1,"result":{"args":"explain load --namespace=etl --output=json"},"text":"","notes":"a note"}`,
		},
		"the connection is shown": {
			options: Options{Connection: []string{"--context=my prod"}}, path: "/api/call/kinds", status: 200,
			want: `{"command":"depctl kinds --all-namespaces --output=json --context='my prod'","code":1,"result":{"args":"kinds --all-namespaces --output=json"},"text":"","notes":"a note"}`,
		},
		"a long value in the body": {
			method: "POST", path: "/api/call/parse", body: `{"expr":"a <b"}`, status: 200,
			want: `{"command":"depctl parse --output=json -- 'a <b'","code":1,"result":{"args":"parse --output=json -- a <b"},"text":"","notes":"a note"}`,
		},
		"text": {
			depctl: func(_ context.Context, _ []string, out, _ io.Writer) int { fmt.Fprint(out, "kind: Job\n"); return 0 },
			path:   "/api/call/object?namespace=etl&name=load", status: 200,
			want: `{"command":"depctl get load --namespace=etl --raw --output=yaml","code":0,"result":null,"text":"kind: Job\n","notes":""}`,
		},
		"too much": {
			depctl: func(_ context.Context, _ []string, out, _ io.Writer) int {
				for range 3 {
					if _, err := fmt.Fprint(out, strings.Repeat("x", 1<<19)); err != nil {
						return 1
					}
				}
				return 0
			},
			options: Options{MostBytes: 1 << 20}, path: "/api/call/kinds", status: 200,
			want: `{"command":"depctl kinds --all-namespaces --output=json","code":1,"result":null,"text":"","notes":"error: the answer is longer than 1 MiB, which is too much for a page: ask for less, or run the command"}`,
		},
		"too long": {
			depctl:  func(ctx context.Context, _ []string, _, _ io.Writer) int { <-ctx.Done(); return 1 },
			options: Options{Patience: time.Millisecond}, path: "/api/call/kinds", status: 200,
			want: `{"command":"depctl kinds --all-namespaces --output=json","code":1,"result":null,"text":"","notes":"error: it took longer than 1ms, and was ended: ask for less, or run the command"}`,
		},
		"a name that is not there": {path: "/api/call/uninstall", status: 404, want: `{"message":"there is no such command for a page: \"uninstall\""}`},
		"a wrong value":            {path: "/api/call/check", status: 400, want: `{"message":"namespace is missing"}`},
		"a body that is no JSON":   {method: "POST", path: "/api/call/parse", body: "expr=a", status: 400, want: `{"message":"the request is not the JSON that is expected here"}`},
		"a body that is too long": {
			method: "POST", path: "/api/call/parse", body: `{"expr":"` + strings.Repeat("a", mostBody) + `"}`, status: 413,
			want: `{"message":"the request is longer than 256 KiB"}`,
		},
		"an act": {
			method: "POST", path: "/api/act", body: act, header: Header, status: 200,
			want: `{"command":"depctl hold load --namespace=etl --dry-run=server","code":1,"result":{"args":"hold load --namespace=etl --dry-run=server"},"text":"","notes":"a note","does":"depctl hold load --namespace=etl --yes"}`,
		},
		"an act of another site":    {method: "POST", path: "/api/act", body: act, status: 403, want: `{"message":"the request does not come from the page"}`},
		"an act that is not there":  {method: "POST", path: "/api/act", body: `{"action":"prune"}`, header: Header, status: 404, want: `{"message":"there is no such command for a page: \"prune\""}`},
		"a field that is not there": {method: "POST", path: "/api/act", body: `{"action":"hold","as":"root"}`, header: Header, status: 400, want: `{"message":"the request is not the JSON that is expected here"}`},
		"an act of who only looks": {
			options: Options{ReadOnly: true}, method: "POST", path: "/api/act", body: act, header: Header, status: 403,
			want: `{"message":"this page only shows: the server was started with --read-only"}`,
		},
		"a log":                  {path: "/api/logs?namespace=etl&name=load&tail=10&follow=1", status: 200, want: "{\n    \"args\": \"logs load --namespace=etl --tail=10 --follow\"}\na note"},
		"a log of nothing":       {path: "/api/logs?namespace=etl", status: 400, want: `{"message":"name or run is missing"}`},
		"a log that is too long": {options: Options{MostLog: 20}, path: "/api/logs?namespace=etl&run=mon", status: 200, want: "\nerror: the log is longer than 0 MiB, which is too much for a page: run the command"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			depctl, method := test.depctl, test.method
			if depctl == nil {
				depctl = echo
			}
			if method == "" {
				method = "GET"
			}
			var header []string
			if test.header != "" {
				header = append(header, test.header)
			}
			status, text := ask(t, depctl, test.options, method, test.path, test.body, header...)
			require.Equal(t, test.want, strings.TrimSuffix(text, "\n"))
			require.Equal(t, test.status, status)
		})
	}
}

func TestCommandsWaitForTheirTurn(t *testing.T) {
	t.Parallel()
	began, end := make(chan struct{}), make(chan struct{})
	h := New(func(context.Context, []string, io.Writer, io.Writer) int { began <- struct{}{}; <-end; return 0 }, Options{AtOnce: 1, Queue: time.Millisecond})
	mux := http.NewServeMux()
	h.Mount(mux)
	get := func() *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/call/kinds", nil))
		return w
	}
	first := make(chan int)
	go func() { first <- get().Code }()
	<-began
	w := get()
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.Equal(t, "5", w.Header().Get("Retry-After"))
	require.Contains(t, w.Body.String(), "too many commands run at once")
	close(end)
	require.Equal(t, 200, <-first)
}

// An act that has begun is not ended half way by a page that is closed, and a read is.
func TestAnActGoesOnWhenThePageIsClosed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		method, path, body string
		ended              bool
	}{
		"an act":    {"POST", "/api/act", `{"action":"retry","namespace":"etl","name":"load"}`, false},
		"a dry run": {"POST", "/api/act", `{"action":"retry","namespace":"etl","name":"load","dryRun":true}`, true},
		"a read":    {"GET", "/api/call/kinds", "", true},
		"a log":     {"GET", "/api/logs?namespace=etl&name=load&follow=1", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, leave := context.WithCancel(t.Context())
			var seen error
			mux := http.NewServeMux()
			New(func(ctx context.Context, _ []string, _, _ io.Writer) int { leave(); seen = ctx.Err(); return 0 }, Options{}).Mount(mux)
			r := httptest.NewRequest(test.method, test.path, strings.NewReader(test.body)).WithContext(ctx)
			r.Header.Set(Header, "page")
			mux.ServeHTTP(httptest.NewRecorder(), r)
			require.Equal(t, test.ended, seen != nil)
		})
	}
}

// Lines of a log reach the page while the command still runs.
func TestALogIsWrittenAsItComes(t *testing.T) {
	t.Parallel()
	next := make(chan string)
	mux := http.NewServeMux()
	New(func(ctx context.Context, _ []string, out, _ io.Writer) int {
		for {
			select {
			case line := <-next:
				fmt.Fprintln(out, line)
			case <-ctx.Done():
				return 130
			}
		}
	}, Options{}).Mount(mux)
	server := httptest.NewServer(mux)
	defer server.Close()
	response, err := http.Get(server.URL + "/api/logs?namespace=etl&name=load&follow=1")
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, "depctl logs load --namespace=etl --follow", response.Header.Get("X-Depctl-Command"))
	for _, line := range []string{"one", "two"} {
		next <- line
		got := make([]byte, len(line)+1)
		_, err := io.ReadFull(response.Body, got)
		require.NoError(t, err)
		require.Equal(t, line+"\n", string(got))
	}
}
