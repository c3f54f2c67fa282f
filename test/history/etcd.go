package history

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

// Follow records like Record, but from etcd: no API server is asked, so none that
// restarts, or that has forgotten what was, makes a gap. The URL is etcd's own.
func Follow(ctx context.Context, url string) (*History, error) { return followJobs(ctx, url, "jobs") }

// FollowNamespace records the Jobs of one namespace like Follow.
func FollowNamespace(ctx context.Context, url, namespace string) (*History, error) {
	return followJobs(ctx, url, "jobs/"+namespace)
}

func followJobs(ctx context.Context, url, under string) (*History, error) {
	h := &History{last: map[string]Event{}, changed: make(chan struct{})}
	return h, follow(ctx, url, under, func(object runtime.Object, deleted bool) {
		if job, ok := object.(*batchv1.Job); ok {
			h.add(Event{At: time.Now(), Deleted: deleted, Job: job})
		}
	}, h.end)
}

// FollowPods records like RecordPods, but from etcd.
func FollowPods(ctx context.Context, url string) (*Pods, error) {
	return followPods(ctx, url, gatedLabel)
}

// FollowHolders records like RecordHolders, but from etcd.
func FollowHolders(ctx context.Context, url string) (*Pods, error) {
	return followPods(ctx, url, holdsLabel)
}

func followPods(ctx context.Context, url, label string) (*Pods, error) {
	p := &Pods{}
	return p, follow(ctx, url, "pods", func(object runtime.Object, deleted bool) {
		if pod, ok := object.(*corev1.Pod); ok && pod.Labels[label] != "" {
			p.add(PodEvent{At: time.Now(), Deleted: deleted, Pod: pod})
		}
	}, p.end)
}

// follow hands on what etcd has of a resource, and then what happens to it.
func follow(ctx context.Context, url, resource string, add func(runtime.Object, bool), end func(error)) error {
	e := &etcd{url: url, first: []byte("/registry/" + resource + "/"), last: []byte("/registry/" + resource + "0"), add: add}
	var now struct {
		Header header `json:"header"`
		Kvs    []pair `json:"kvs"`
	}
	answer, err := e.post(ctx, "/v3/kv/range", map[string]any{"key": e.first, "range_end": e.last})
	if err == nil {
		defer answer.Close()
		err = json.NewDecoder(answer).Decode(&now)
	}
	for _, p := range now.Kvs {
		if err == nil {
			err = e.hand(p, false)
		}
	}
	if err != nil {
		return fmt.Errorf("recording: %w", err)
	}
	e.revision = int64(now.Header.Revision)
	go func() {
		for ctx.Err() == nil {
			if err := e.watch(ctx); err != nil {
				end(err)
				return
			}
			// It is starting anew, or so; nothing is lost by asking again.
			select {
			case <-ctx.Done():
			case <-time.After(50 * time.Millisecond):
			}
		}
		end(ctx.Err())
	}()
	return nil
}

// etcd is read through its JSON gateway.
type etcd struct {
	url string
	// first and last bound what the API server keeps of the resource.
	first, last []byte
	add         func(object runtime.Object, deleted bool)
	// revision is the last one that was seen.
	revision int64
}

type header struct {
	Revision number `json:"revision"`
}

// number is an int64 as the gateway writes it, in quotes.
type number int64

func (n *number) UnmarshalText(text []byte) error {
	i, err := strconv.ParseInt(string(text), 10, 64)
	*n = number(i)
	return err
}

// pair is a key with its value.
type pair struct {
	Value    []byte `json:"value"`
	Revision number `json:"mod_revision"`
}

// hand decodes an object as the API server has stored it, and hands it on.
func (e *etcd) hand(p pair, deleted bool) error {
	object, _, err := scheme.Codecs.UniversalDeserializer().Decode(p.Value, nil, nil)
	if err != nil {
		return fmt.Errorf("reading what is stored: %w", err)
	}
	stored, ok := object.(metav1.Object)
	if !ok {
		return fmt.Errorf("etcd has a %T", object)
	}
	stored.SetResourceVersion(strconv.FormatInt(int64(p.Revision), 10))
	e.add(object, deleted)
	return nil
}

func (e *etcd) post(ctx context.Context, path string, body any) (io.ReadCloser, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		response.Body.Close()
		return nil, fmt.Errorf("etcd answers %s", response.Status)
	}
	return response.Body, nil
}

// watch hands on what happens after the last revision that was seen, until the
// connection is lost. It returns an error only if something is lost with it.
func (e *etcd) watch(ctx context.Context) error {
	answer, err := e.post(ctx, "/v3/watch", map[string]any{"create_request": map[string]any{
		"key": e.first, "range_end": e.last, "start_revision": strconv.FormatInt(e.revision+1, 10), "prev_kv": true,
	}})
	if err != nil {
		return nil
	}
	defer answer.Close()
	for stream := json.NewDecoder(answer); ; {
		var message struct {
			Result struct {
				Compacted number `json:"compact_revision"`
				Events    []struct {
					Type     string `json:"type"`
					Pair     pair   `json:"kv"`
					Previous pair   `json:"prev_kv"`
				} `json:"events"`
			} `json:"result"`
		}
		if err := stream.Decode(&message); err != nil {
			return nil
		}
		if at := int64(message.Result.Compacted); at > e.revision {
			return fmt.Errorf("etcd has forgotten what was after revision %d, up to %d", e.revision, at)
		}
		for _, event := range message.Result.Events {
			deleted, stored := event.Type == "DELETE", event.Pair
			if deleted {
				stored.Value = event.Previous.Value
			}
			if err := e.hand(stored, deleted); err != nil {
				return err
			}
			e.revision = int64(stored.Revision)
		}
	}
}

// Compact makes etcd forget what was before now, as an API server does from time
// to time. The URL is etcd's own.
func Compact(ctx context.Context, url string) error {
	e := &etcd{url: url}
	answer, err := e.post(ctx, "/v3/kv/range", map[string]any{"key": []byte("/registry/jobs/")})
	if err != nil {
		return fmt.Errorf("compacting etcd: %w", err)
	}
	defer answer.Close()
	var now struct {
		Header header `json:"header"`
	}
	if err := json.NewDecoder(answer).Decode(&now); err != nil {
		return fmt.Errorf("compacting etcd: %w", err)
	}
	done, err := e.post(ctx, "/v3/kv/compaction", map[string]any{
		"revision": strconv.FormatInt(int64(now.Header.Revision), 10), "physical": true,
	})
	if err != nil {
		return fmt.Errorf("compacting etcd: %w", err)
	}
	return done.Close()
}
