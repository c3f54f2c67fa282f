package event_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/event"
)

func headers(pairs ...string) http.Header {
	h := http.Header{}
	for n := 0; n < len(pairs); n += 2 {
		h.Add(pairs[n], pairs[n+1])
	}
	return h
}

var (
	load     = event.Target{Verb: event.Run, Namespace: "etl", Name: "load"}
	approval = event.Target{Verb: event.Done, Namespace: "etl", Name: "approval"}
	ofBinary = []string{"Ce-Specversion", "1.0", "Ce-Id", "7", "Ce-Source", "/shop", "Ce-Type", "order"}
)

const ofStructured = "application/cloudevents+json; charset=UTF-8"

func TestTargets(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		url    string
		target event.Target
		says   string
		status int
	}{
		"a run":                  {"/run/etl/load", load, "", 0},
		"a Job that is done":     {"/done/etl/approval", approval, "", 0},
		"a step that has failed": {"/done/etl/approval?run=monday&failed=true&reason=no+disk", event.Target{Verb: "done", Namespace: "etl", Name: "approval", Run: "monday", Failed: true, Why: "no disk"}, "", 0},
		"nothing":                {"/", event.Target{}, "there is nothing here", 404},
		"another verb":           {"/cancel/etl/load", event.Target{}, "there is nothing here", 404},
		"no name":                {"/run/etl", event.Target{}, "there is nothing here", 404},
		"too many parts":         {"/run/etl/load/more", event.Target{}, "there is nothing here", 404},
		"a namespace that is none": {
			"/run/../load", event.Target{}, `".." cannot be the name of a namespace`, 400,
		},
		"a name that is none": {"/run/etl/Load", event.Target{}, `"Load" cannot be the name`, 400},
		"a query of a run":    {"/run/etl/load?failed=true", event.Target{}, `the query has "failed"`, 400},
		"an unknown query":    {"/done/etl/approval?result=x", event.Target{}, "there are run, failed and reason", 400},
		"a value that stands twice": {
			"/done/etl/approval?run=a&run=b", event.Target{}, "stands there twice", 400,
		},
		"a query that is none":       {"/done/etl/approval?run=%zz", event.Target{}, "cannot be read", 400},
		"failed as another word":     {"/done/etl/approval?failed=yes", event.Target{}, "write true or false", 400},
		"a reason of a success":      {"/done/etl/approval?reason=x", event.Target{}, "a reason is for a Job that failed", 400},
		"a run that can be none":     {"/done/etl/approval?run=a/b", event.Target{}, "cannot be the name of a run", 400},
		"a name that is no Job's":    {"/done/etl/" + strings.Repeat("a", 64), event.Target{}, "cannot be the name of a Job", 400},
		"an escape that is no slash": {"/run/etl%2fload", event.Target{}, "there is nothing here", 404},
	} {
		t.Run(name, func(t *testing.T) {
			path, query, _ := strings.Cut(test.url, "?")
			got, err := event.TargetOf(path, query)
			requireRefusal(t, err, test.status, test.says)
			if test.says == "" {
				require.Equal(t, test.target, got)
			}
		})
	}
}

func requireRefusal(t *testing.T, err error, status int, says string) {
	t.Helper()
	if says == "" {
		require.NoError(t, err)
		return
	}
	var refusal *event.Refusal
	require.True(t, errors.As(err, &refusal), "%v", err)
	require.Equal(t, status, refusal.Status)
	require.Contains(t, refusal.Message, says)
}

func TestWhatEventsSay(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		header http.Header
		body   string
		want   event.Intent
	}{
		"a body and nothing else": {nil, "12 rows\n", event.Intent{Results: map[string]string{"event": "12 rows\n"}}},
		"a key": {
			headers("Idempotency-Key", `"8e03978e"`), "x",
			event.Intent{Results: map[string]string{"event": "x"}, Key: "key 8e03978e"},
		},
		"a binary CloudEvent": {
			headers(append(ofBinary, "Ce-Time", "2026-11-30T02:00:00Z", "Ce-Subject", `"Caf%C3%A9 \"x\""`, "Ce-Extra", "y", "Content-Type", "text/csv")...), "a,b",
			event.Intent{
				Results: map[string]string{"event": "a,b", "event-id": "7", "event-source": "/shop", "event-type": "order", "event-time": "2026-11-30T02:00:00Z", "event-subject": `Café "x"`},
				Key:     "cloudevent /shop 7", Time: at, CloudEvent: true,
			},
		},
		"a structured CloudEvent": {
			headers("Content-Type", ofStructured), `{"specversion":"1.0","id":"7","source":"/shop","type":"order","time":"2026-11-30T02:00:00Z","subject":null,"n":1,"data":{"a": [1, 2]}}`,
			event.Intent{
				Results: map[string]string{"event": `{"a":[1,2]}`, "event-id": "7", "event-source": "/shop", "event-type": "order", "event-time": "2026-11-30T02:00:00Z"},
				Key:     "cloudevent /shop 7", Covered: true, Time: at, CloudEvent: true,
			},
		},
		"a structured CloudEvent with text": {
			headers("Content-Type", ofStructured), `{"specversion":"1.0","id":"7","source":"/shop","type":"order","datacontenttype":"text/plain","data":"two words"}`,
			event.Intent{Results: map[string]string{"event": "two words", "event-id": "7", "event-source": "/shop", "event-type": "order"}, Key: "cloudevent /shop 7", Covered: true, CloudEvent: true},
		},
		"a structured CloudEvent with bytes": {
			headers("Content-Type", ofStructured), `{"specversion":"1.0","id":"7","source":"/shop","type":"order","data_base64":"` + base64.StdEncoding.EncodeToString([]byte("a,b")) + `"}`,
			event.Intent{Results: map[string]string{"event": "a,b", "event-id": "7", "event-source": "/shop", "event-type": "order"}, Key: "cloudevent /shop 7", Covered: true, CloudEvent: true},
		},
		"a structured CloudEvent without data": {
			headers("Content-Type", ofStructured), `{"specversion":"1.0","id":"7","source":"/shop","type":"order"}`,
			event.Intent{Results: map[string]string{"event": "", "event-id": "7", "event-source": "/shop", "event-type": "order"}, Key: "cloudevent /shop 7", Covered: true, CloudEvent: true},
		},
		"a key beside attributes that a signature covers": {
			headers("Content-Type", ofStructured, "Idempotency-Key", "other"), `{"specversion":"1.0","id":"7","source":"/shop","type":"order"}`,
			event.Intent{Results: map[string]string{"event": "", "event-id": "7", "event-source": "/shop", "event-type": "order"}, Key: "cloudevent /shop 7", Covered: true, CloudEvent: true},
		},
		"a push of GitHub": {
			headers("X-GitHub-Event", "push", "X-GitHub-Delivery", "72d3162e", "Content-Type", "application/json"), `{"ref":"refs/heads/main"}`,
			event.Intent{Results: map[string]string{"event": `{"ref":"refs/heads/main"}`, "event-id": "72d3162e", "event-type": "push"}, Key: "github 72d3162e"},
		},
		"a push of GitHub as a form": {
			headers("X-GitHub-Event", "push", "X-GitHub-Delivery", "72d3162e", "Content-Type", "application/x-www-form-urlencoded"), `payload=%7B%22ref%22%3A1%7D`,
			event.Intent{Results: map[string]string{"event": `{"ref":1}`, "event-id": "72d3162e", "event-type": "push"}, Key: "github 72d3162e"},
		},
		"a ping of GitHub": {
			headers("X-GitHub-Event", "ping", "X-GitHub-Delivery", "1"), `{"zen":"Design for failure."}`,
			event.Intent{Results: map[string]string{"event": `{"zen":"Design for failure."}`, "event-id": "1", "event-type": "ping"}, Key: "github 1", Ping: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := event.Read(load, test.header, []byte(test.body))
			require.NoError(t, err)
			test.want.Target = load
			require.Equal(t, test.want, got)
		})
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	without := func(name string) []string {
		var rest []string
		for n := 0; n < len(ofBinary); n += 2 {
			if ofBinary[n] != name {
				rest = append(rest, ofBinary[n], ofBinary[n+1])
			}
		}
		return rest
	}
	structured := headers("Content-Type", ofStructured)
	for name, test := range map[string]struct {
		target event.Target
		header http.Header
		body   string
		status int
		says   string
	}{
		"a body of 64 KiB and a byte": {load, nil, strings.Repeat("x", event.MostData+1), 413, "the event has 65537 bytes, at most 65536 are taken"},
		"bytes that are no text":      {load, nil, "a\xff", 422, "the event is no UTF-8 text"},
		"a NUL":                       {load, nil, "a\x00", 422, "has control characters"},
		"a long attribute":            {load, headers(append(ofBinary, "Ce-Subject", strings.Repeat("s", 1025))...), "", 413, "the subject has 1025 bytes"},
		"an event of another version": {load, headers(append(without("Ce-Specversion"), "Ce-Specversion", "0.3")...), "", 400, `specversion "0.3"`},
		"an event without a version":  {load, headers(without("Ce-Specversion")...), "", 400, `specversion ""`},
		"an event without an id":      {load, headers(without("Ce-Id")...), "", 400, "the event has no id"},
		"an event without a source":   {load, headers(without("Ce-Source")...), "", 400, "the event has no source"},
		"an event without a type":     {load, headers(without("Ce-Type")...), "", 400, "the event has no type"},
		"an attribute that is there twice": {
			load, headers(append(ofBinary, "Ce-Id", "8")...), "", 400, "the header Ce-Id is there 2 times",
		},
		"an escape that is none":       {load, headers(append(ofBinary, "Ce-Subject", "%zz")...), "", 400, "is not encoded as CloudEvents has it"},
		"a time that is none":          {load, headers(append(ofBinary, "Ce-Time", "yesterday")...), "", 400, "the time of the event"},
		"a batch":                      {load, headers("Content-Type", "application/cloudevents-batch+json"), "[]", 415, "send each in a request of its own"},
		"another format":               {load, headers("Content-Type", "application/cloudevents+avro"), "", 415, "is not taken"},
		"another charset":              {load, headers("Content-Type", "application/cloudevents+json; charset=latin1"), "{}", 415, "send UTF-8"},
		"a structured one of no JSON":  {load, structured, "{", 400, "no JSON object"},
		"a structured one of null":     {load, structured, "null", 400, "no JSON object"},
		"an attribute that is no text": {load, structured, `{"specversion":"1.0","id":7,"source":"s","type":"t"}`, 400, "the attribute id is no text"},
		"data of both kinds":           {load, structured, `{"specversion":"1.0","id":"7","source":"s","type":"t","data":1,"data_base64":""}`, 400, "one of them"},
		"data that is no Base64":       {load, structured, `{"specversion":"1.0","id":"7","source":"s","type":"t","data_base64":"!"}`, 400, "not in Base64"},
		"a key that says nothing":      {load, headers("Idempotency-Key", `""`), "", 400, "must be there once"},
		"two keys":                     {load, headers("Idempotency-Key", "a", "Idempotency-Key", "b"), "", 400, "must be there once"},
		"a form without the event": {
			load, headers("X-GitHub-Event", "push", "Content-Type", "application/x-www-form-urlencoded"), "a=b", 400, "choose the content type application/json",
		},
		"a result that is too long": {approval, nil, strings.Repeat("x", 4096), 422, "a result must be shorter than 4096"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := event.Read(test.target, test.header, []byte(test.body))
			requireRefusal(t, err, test.status, test.says)
		})
	}
}

func TestWhatIsDone(t *testing.T) {
	t.Parallel()
	got, err := event.Read(approval, nil, []byte("yes\n"))
	require.NoError(t, err)
	require.Equal(t, "yes", got.Result())
	failed := approval
	failed.Failed = true
	got, err = event.Read(failed, nil, []byte("no disk\n"))
	require.NoError(t, err)
	require.Empty(t, got.Result())
	require.Equal(t, "no disk", got.Why, "the body says why, unless the URL does")
	failed.Why = "because"
	got, err = event.Read(failed, nil, []byte("no disk\n"))
	require.NoError(t, err)
	require.Equal(t, "because", got.Why)
}

func TestLateEvents(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		at     time.Time
		status int
		says   string
	}{
		"of now":                {now, 0, ""},
		"without a time":        {time.Time{}, 0, ""},
		"as old as the window":  {now.Add(-time.Hour), 0, ""},
		"older":                 {now.Add(-time.Hour - time.Second), 410, "longer ago than the replay window of 1h0m0s"},
		"of the far future":     {now.Add(2 * time.Hour), 400, "still to come"},
		"by a clock that leads": {now.Add(time.Minute), 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			i := event.Intent{Time: test.at}
			requireRefusal(t, i.Late(now, time.Hour), test.status, test.says)
		})
	}
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	// The example of GitHub's documentation.
	secret, body := []byte("It's a Secret to Everybody"), []byte("Hello, World!")
	const right = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
	require.Equal(t, right, event.Sign(secret, body))
	for name, test := range map[string]struct {
		secret, body, signature string
		signed                  bool
	}{
		"the right one":              {string(secret), string(body), right, true},
		"another body":               {string(secret), "Hello, World?", right, false},
		"another key":                {"It's a Secret to Nobody!!", string(body), right, false},
		"none":                       {string(secret), string(body), "", false},
		"no prefix":                  {string(secret), string(body), strings.TrimPrefix(right, "sha256="), false},
		"another hash":               {string(secret), string(body), "sha1=" + strings.TrimPrefix(right, "sha256="), false},
		"half of it":                 {string(secret), string(body), right[:39], false},
		"no hex":                     {string(secret), string(body), "sha256=zz", false},
		"the right one, of no key":   {"", string(body), event.Sign(nil, body), false},
		"the right one, of 15 bytes": {"123456789012345", string(body), event.Sign([]byte("123456789012345"), body), false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.signed, event.Signed([]byte(test.secret), []byte(test.body), test.signature))
		})
	}
}

// Whatever comes, what is read can be written to a Job, and says the same when it is read again.
func FuzzRead(f *testing.F) {
	f.Add("/run/etl/load", "", "application/json", "", "", "push", "7", "{}")
	f.Add("/done/etl/approval", "failed=true", "application/cloudevents+json", "", "key", "", "", `{"specversion":"1.0","id":"7","source":"s","type":"t","data":1}`)
	f.Add("/run/etl/load", "", "text/plain", "1.0", "", "ping", "7", "x")
	f.Add("/run/etl/load", "", "application/x-www-form-urlencoded", "", "", "push", "7", "payload=x")
	f.Fuzz(func(t *testing.T, path, query, media, version, key, github, id, body string) {
		target, err := event.TargetOf(path, query)
		if err != nil {
			var refusal *event.Refusal
			require.True(t, errors.As(err, &refusal))
			return
		}
		h := headers("Content-Type", media)
		for name, value := range map[string]string{"Ce-Specversion": version, "Ce-Id": id, "Ce-Source": version, "Ce-Type": github, "Idempotency-Key": key, "X-Github-Event": github, "X-Github-Delivery": id} {
			if value != "" {
				h.Set(name, value)
			}
		}
		i, err := event.Read(target, h, []byte(body))
		again, errAgain := event.Read(target, h, []byte(body))
		require.Equal(t, i, again)
		require.Equal(t, err, errAgain)
		if err != nil {
			var refusal *event.Refusal
			require.True(t, errors.As(err, &refusal))
			require.True(t, refusal.Status >= 400 && refusal.Status < 500)
			return
		}
		require.LessOrEqual(t, len(i.Results["event"]), event.MostData)
		require.LessOrEqual(t, len(i.Key), 256)
		for _, text := range i.Results {
			require.True(t, utf8.ValidString(text))
			require.NotContains(t, text, "\x00")
		}
		if i.Verb == event.Done {
			require.NoError(t, i.Done(i.Result()).Check())
		}
	})
}
