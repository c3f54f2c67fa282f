package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/client-go/kubernetes/scheme"
)

// batch is how many Jobs one request writes; etcd takes 128 operations in one.
const batch = 100

// stored encodes as the API server does what it stores.
var stored = scheme.Codecs.EncoderForVersion(protobuf.NewSerializer(scheme.Scheme, scheme.Scheme), batchv1.SchemeGroupVersion)

// etcd is written through its JSON gateway.
type etcd struct{ url string }

// load writes many Jobs as the API server would have stored them. What one request
// writes has one resourceVersion, and a list that is taken at just that one may have
// a part of it; so the last Job has a request of its own.
func (e etcd) load(ctx context.Context, jobs []*batchv1.Job) error {
	last := max(0, len(jobs)-1)
	if err := e.put(ctx, jobs[:last]...); err != nil {
		return err
	}
	return e.put(ctx, jobs[last:]...)
}

// put writes Jobs, as many at once as one request takes.
func (e etcd) put(ctx context.Context, jobs ...*batchv1.Job) error {
	for len(jobs) > 0 {
		n := min(batch, len(jobs))
		operations := make([]map[string]any, n)
		for i, job := range jobs[:n] {
			value, err := runtime.Encode(stored, job)
			if err != nil {
				return err
			}
			operations[i] = map[string]any{"request_put": map[string]any{
				"key": []byte("/registry/jobs/" + job.Namespace + "/" + job.Name), "value": value,
			}}
		}
		if err := e.post(ctx, map[string]any{"success": operations}); err != nil {
			return err
		}
		jobs = jobs[n:]
	}
	return nil
}

func (e etcd) post(ctx context.Context, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url+"/v3/kv/txn", bytes.NewReader(text))
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("etcd answers %s: %s", response.Status, answer)
	}
	return err
}
