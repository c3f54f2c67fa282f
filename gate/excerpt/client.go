package excerpt

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	batchv1 "k8s.io/client-go/kubernetes/typed/batch/v1"
	corev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
)

// Client is a clientset that returns excerpts of Jobs and Pods.
type Client struct {
	kubernetes.Interface
	batch *batchv1.BatchV1Client
	core  *corev1.CoreV1Client
}

// NewForConfig returns a Client that shares one limit of requests, as a clientset does.
func NewForConfig(config *rest.Config) (*Client, error) {
	http, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	all, err := kubernetes.NewForConfigAndClient(config, http)
	if err != nil {
		return nil, err
	}
	c := &Client{Interface: all}
	reading := func(path string, version schema.GroupVersion, same rest.Interface) (rest.Interface, error) {
		less := rest.CopyConfig(config)
		less.APIPath, less.GroupVersion = path, &version
		less.NegotiatedSerializer = newCodecs()
		less.RateLimiter = same.GetRateLimiter()
		if less.UserAgent == "" {
			less.UserAgent = rest.DefaultKubernetesUserAgent()
		}
		return rest.RESTClientForConfigAndClient(less, http)
	}
	batch, err := reading("/apis", batchVersion, all.BatchV1().RESTClient())
	if err != nil {
		return nil, err
	}
	core, err := reading("/api", coreVersion, all.CoreV1().RESTClient())
	if err != nil {
		return nil, err
	}
	c.batch, c.core = batchv1.New(batch), corev1.New(core)
	return c, nil
}

var (
	batchVersion = schema.GroupVersion{Group: "batch", Version: "v1"}
	coreVersion  = schema.GroupVersion{Version: "v1"}
)

// BatchV1 returns the client of Jobs.
func (c *Client) BatchV1() batchv1.BatchV1Interface { return c.batch }

// CoreV1 returns the client of Pods.
func (c *Client) CoreV1() corev1.CoreV1Interface { return c.core }

// codecs are those of client-go's clients, with ours for protobuf.
type codecs struct {
	runtime.NegotiatedSerializer
	types []runtime.SerializerInfo
}

func newCodecs() codecs {
	c := codecs{NegotiatedSerializer: rest.CodecFactoryForGeneratedClient(scheme.Scheme, scheme.Codecs).WithoutConversion()}
	c.types = slices.Clone(c.NegotiatedSerializer.SupportedMediaTypes())
	for i := range c.types {
		if c.types[i].MediaType == runtime.ContentTypeProtobuf {
			c.types[i].Serializer = newSerializer(c.types[i].Serializer)
		}
	}
	return c
}

// SupportedMediaTypes returns the serializers, which decode a watch's objects too.
func (c codecs) SupportedMediaTypes() []runtime.SerializerInfo { return c.types }
