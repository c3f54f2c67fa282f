package history

import (
	"strconv"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

const (
	// holdsLabel is the label of the pods that hold tokens, and tokens says which.
	holdsLabel = "depctl.dev/holds-tokens"
	tokens     = "depctl.dev/tokens"
)

// Peak is the most tokens of a limit that were in use at one moment, and who used them then.
type Peak struct {
	Tokens int64
	By     []string
}

// Peaks goes through the events of Jobs and of the pods that hold tokens, in the order of
// the cluster, and returns the peak of each limit ("namespace/key"). A Job uses what its release took until
// it is complete or has failed, or what its pods have that are not over, if that is more; these count also
// when the Job is gone, and alone where its elements are let go one by one. So what the gate says of itself is not asked.
func Peaks(jobs []Event, pods []PodEvent) map[string]Peak {
	n := 0
	p := peaks{of: map[types.UID]*user{}, used: map[string]int64{}, peak: map[string]Peak{}}
	for _, e := range jobs {
		for ; n < len(pods) && revision(pods[n].Pod) < revision(e.Job); n++ {
			p.pod(pods[n])
		}
		p.job(e)
	}
	for _, e := range pods[n:] {
		p.pod(e)
	}
	return p.peak
}

// peaks replays a history.
type peaks struct {
	of   map[types.UID]*user
	used map[string]int64
	peak map[string]Peak
}

// user is a Job, and what it uses.
type user struct {
	name string
	job  map[string]int64
	pods map[types.UID]map[string]int64
}

func (p *peaks) user(uid types.UID, name string) *user {
	u := p.of[uid]
	if u == nil {
		u = &user{name: name, pods: map[types.UID]map[string]int64{}}
		p.of[uid] = u
	}
	return u
}

func (p *peaks) job(e Event) {
	text := e.Job.Spec.Template.Annotations[tokens]
	if p.of[e.Job.UID] == nil && text == "" {
		return
	}
	p.change(p.user(e.Job.UID, e.Key()), func(u *user) {
		if u.job = nil; text == "" || e.Deleted || e.Job.Spec.Template.Labels[gatedLabel] != "" || e.Is(batchv1.JobComplete) || e.Is(batchv1.JobFailed) {
			return
		}
		n := int64(1)
		if e.Job.Spec.Parallelism != nil {
			n = int64(*e.Job.Spec.Parallelism)
		}
		if e.Job.Spec.Completions != nil {
			n = min(n, int64(*e.Job.Spec.Completions))
		}
		u.job = parseTokens(text, n)
	})
}

func (p *peaks) pod(e PodEvent) {
	uid := types.UID(e.Pod.Labels[batchv1.ControllerUidLabel])
	if owner := metav1.GetControllerOfNoCopy(e.Pod); owner != nil {
		uid = owner.UID
	}
	p.change(p.user(uid, e.Pod.Namespace+"/"+e.Pod.Labels[batchv1.JobNameLabel]), func(u *user) {
		delete(u.pods, e.Pod.UID)
		if !e.Deleted && !e.Gated() && e.Pod.Status.Phase != corev1.PodSucceeded && e.Pod.Status.Phase != corev1.PodFailed {
			u.pods[e.Pod.UID] = parseTokens(e.Pod.Annotations[tokens], 1)
		}
	})
}

// change changes what one user uses, and looks at what is in use then.
func (p *peaks) change(u *user, by func(*user)) {
	for name, n := range u.uses() {
		p.used[name] -= n
	}
	by(u)
	for name, n := range u.uses() {
		if p.used[name] += n; p.used[name] > p.peak[name].Tokens {
			p.peak[name] = Peak{p.used[name], p.users(name)}
		}
	}
}

// uses is the larger of what the Job says and of what its pods take.
func (u *user) uses() map[string]int64 {
	sum := map[string]int64{}
	for _, pod := range u.pods {
		for name, n := range pod {
			sum[name] += n
		}
	}
	for name, n := range u.job {
		sum[name] = max(sum[name], n)
	}
	return sum
}

func (p *peaks) users(name string) (list []string) {
	for _, u := range p.of {
		if n := u.uses()[name]; n > 0 {
			list = append(list, u.name+" "+strconv.FormatInt(n, 10))
		}
	}
	return list
}

// parseTokens reads "namespace/key=2, namespace/other=1" for so many pods.
func parseTokens(text string, pods int64) map[string]int64 {
	all := map[string]int64{}
	for part := range strings.SplitSeq(text, ", ") {
		name, number, _ := strings.Cut(part, "=")
		if n, err := strconv.ParseInt(number, 10, 64); err == nil {
			all[name] = n * pods
		}
	}
	return all
}
