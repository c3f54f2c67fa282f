package cli

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
)

// liveCluster is an API server with Jobs that can be watched from any list on, and that
// can go away and come back at its address.
type liveCluster struct {
	t       *testing.T
	address string
	server  *http.Server

	mu     sync.Mutex
	jobs   map[string]*batchv1.Job
	events []liveEvent
	news   chan struct{} // closed when there is another event
	// listed is called with the number of each list, before it is answered; watched tells
	// of each watch.
	listed  func(int)
	lists   int
	watched chan string
	// forbidden has what may not be done, as "list raw".
	forbidden map[string]bool
}

type liveEvent struct {
	Type   string       `json:"type"`
	Object *batchv1.Job `json:"object"`
}

func newLiveCluster(t *testing.T, jobs ...*batchv1.Job) *liveCluster {
	t.Helper()
	c := &liveCluster{t: t, jobs: map[string]*batchv1.Job{}, news: make(chan struct{}), watched: make(chan string, 100)}
	for _, job := range jobs {
		c.set(job)
	}
	c.address = "127.0.0.1:0"
	c.comeBack()
	t.Cleanup(func() { c.goAway() })
	return c
}

func (c *liveCluster) comeBack() {
	c.t.Helper()
	listener, err := new(net.ListenConfig).Listen(c.t.Context(), "tcp", c.address)
	require.NoError(c.t, err)
	c.address = listener.Addr().String()
	c.server = &http.Server{Handler: c}
	go func(s *http.Server) { _ = s.Serve(listener) }(c.server)
}

func (c *liveCluster) goAway() { _ = c.server.Close() }

// set makes a Job, or changes it.
func (c *liveCluster) set(job *batchv1.Job) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key, kind := job.Namespace+"/"+job.Name, "MODIFIED"
	if c.jobs[key] == nil {
		kind = "ADDED"
	}
	c.jobs[key] = c.happens(kind, job)
}

func (c *liveCluster) remove(namespace, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := namespace + "/" + name
	c.happens("DELETED", c.jobs[key])
	delete(c.jobs, key)
}

func (c *liveCluster) happens(kind string, job *batchv1.Job) *batchv1.Job {
	job = job.DeepCopy()
	job.TypeMeta = metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"}
	job.ResourceVersion = strconv.Itoa(len(c.events) + 1)
	c.events = append(c.events, liveEvent{kind, job})
	close(c.news)
	c.news = make(chan struct{})
	return job
}

func (c *liveCluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, isJobs := strings.CutPrefix(r.URL.Path, "/apis/batch/v1/")
	parts := strings.Split(path, "/") // jobs, or namespaces NS jobs
	selector, err := fields.ParseSelector(r.URL.Query().Get("fieldSelector"))
	matches := func(job *batchv1.Job) bool {
		return (len(parts) == 1 || parts[1] == job.Namespace) && selector.Matches(fields.Set{"metadata.name": job.Name})
	}
	asked := "list"
	switch {
	case len(parts) == 4:
		asked = "get"
	case selector != nil && !selector.Empty():
		asked = "watch by name"
	}
	switch {
	case !isJobs || err != nil:
		refuse(w, http.StatusNotFound, metav1.StatusReasonNotFound, "not found")
	case len(parts) > 1 && c.forbidden[asked+" "+parts[1]]:
		refuse(w, http.StatusForbidden, metav1.StatusReasonForbidden, "you cannot "+asked)
	case asked == "get":
		c.mu.Lock()
		defer c.mu.Unlock()
		reply(w, http.StatusOK, c.jobs[parts[1]+"/"+parts[3]])
	case r.URL.Query().Get("sendInitialEvents") != "":
		refuse(w, http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, "no lists by a watch here")
	case r.URL.Query().Get("watch") != "":
		c.watch(w, r, matches)
	default:
		c.list(w, matches)
	}
}

func (c *liveCluster) list(w http.ResponseWriter, matches func(*batchv1.Job) bool) {
	c.mu.Lock()
	list := batchv1.JobList{TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: "JobList"}}
	list.ResourceVersion = strconv.Itoa(len(c.events))
	for _, job := range c.jobs {
		if matches(job) {
			list.Items = append(list.Items, *job)
		}
	}
	c.lists++
	n := c.lists
	c.mu.Unlock()
	if c.listed != nil {
		c.listed(n)
	}
	reply(w, http.StatusOK, list)
}

func (c *liveCluster) watch(w http.ResponseWriter, r *http.Request, matches func(*batchv1.Job) bool) {
	from, err := strconv.Atoi(r.URL.Query().Get("resourceVersion"))
	if err != nil {
		refuse(w, http.StatusBadRequest, metav1.StatusReasonBadRequest, fmt.Sprint("a watch from where? ", err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	for {
		c.mu.Lock()
		events, news := c.events[from:], c.news
		from = len(c.events)
		c.mu.Unlock()
		for _, event := range events {
			if matches(event.Object) {
				_ = json.NewEncoder(w).Encode(event)
			}
		}
		_ = http.NewResponseController(w).Flush()
		select {
		case c.watched <- r.URL.Path:
		default:
		}
		select {
		case <-r.Context().Done():
			return
		case <-news:
		}
	}
}
