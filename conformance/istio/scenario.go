package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/config/constants"
	"istio.io/istio/pkg/config/mesh"
	_ "istio.io/istio/pkg/config/xds" // links every filter type, so that each Any can be read
)

// defaultMesh is what the Helm chart sets and the bare defaults lack: without it Istio adds no istio.stats filter.
const defaultMesh = "defaultProviders: {metrics: [prometheus]}"

// Scenario is a proxy and all that its control plane knows.
type Scenario struct {
	ID string `json:"id"`
	// Proxy is the one that connects.
	Proxy Proxy `json:"proxy"`
	// Istio holds Istio's resources as YAML documents, Kubernetes the cluster's objects (Service, Pod, Gateway API).
	Istio      string `json:"istio"`
	Kubernetes string `json:"kubernetes"`
	// Mesh is a MeshConfig in YAML; empty means what the Helm chart sets.
	Mesh string `json:"mesh"`
}

// Proxy says who connects: kind is gateway, sidecar or waypoint.
type Proxy struct {
	Kind      string            `json:"kind"`
	Namespace string            `json:"namespace"`
	Labels    map[string]string `json:"labels"`
	Address   string            `json:"address"`
	Version   string            `json:"version"`
	// Metadata is the node's raw metadata, which EnvoyFilter's match.proxy.metadata looks at.
	Metadata map[string]any `json:"metadata"`
}

// Answer is what istiod sends, each message in proto3 JSON with the fields' proto names.
type Answer struct {
	ID    string `json:"id"`
	Error string `json:"error,omitempty"`
	// Refused holds what the validating webhook says of the resources it would not let into the cluster.
	Refused   []string          `json:"refused,omitempty"`
	Listeners []json.RawMessage `json:"listeners"`
	Routes    []json.RawMessage `json:"routes"`
	Clusters  []json.RawMessage `json:"clusters"`
	Endpoints []json.RawMessage `json:"endpoints"`
}

// ask runs one scenario in its own goroutine, because istiod's test harness ends a failed run with Goexit.
func ask(s Scenario) Answer {
	done := make(chan Answer)
	harness := &harness{}
	go func() {
		answer := Answer{ID: s.ID, Error: "istiod stopped without a reason"}
		defer func() {
			if p := recover(); p != nil {
				answer = Answer{ID: s.ID, Error: fmt.Sprint(p)}
			} else if harness.failure != "" {
				answer = Answer{ID: s.ID, Error: harness.failure}
			}
			harness.cleanup()
			done <- answer
		}()
		answer = build(harness, s)
	}()
	answer := <-done
	runtime.GC()
	return answer
}

func build(h *harness, s Scenario) Answer {
	meshYAML := s.Mesh
	if meshYAML == "" {
		meshYAML = defaultMesh
	}
	meshConfig, err := mesh.ApplyMeshConfigDefaults(meshYAML)
	if err != nil {
		h.Fatal(err)
	}
	configs, refused := parse(h, s.Istio)
	server := xds.NewFakeDiscoveryServer(h, xds.FakeOptions{
		MeshConfig:             meshConfig,
		Configs:                configs,
		KubernetesObjectString: s.Kubernetes,
	})
	proxy := server.SetupProxy(node(s.Proxy))
	answer := Answer{ID: s.ID, Refused: refused}
	listeners := server.Listeners(proxy)
	answer.Listeners = marshal(h, listeners)
	answer.Routes = marshal(h, server.RoutesFromListeners(proxy, listeners))
	answer.Clusters = marshal(h, server.Clusters(proxy))
	answer.Endpoints = marshal(h, server.Endpoints(proxy))
	return answer
}

// node is the proxy as it introduces itself.
func node(p Proxy) *model.Proxy {
	kinds := map[string]model.NodeType{"gateway": model.Router, "sidecar": model.SidecarProxy, "waypoint": model.Waypoint}
	version := p.Version
	if version == "" {
		version = "1.31.0"
	}
	address := p.Address
	if address == "" {
		address = "10.0.0.1"
	}
	raw := map[string]any{}
	for k, v := range p.Metadata {
		raw[k] = v
	}
	return &model.Proxy{
		Type:            kinds[strings.ToLower(p.Kind)],
		ConfigNamespace: p.Namespace,
		IPAddresses:     []string{address},
		Labels:          p.Labels,
		Metadata: &model.NodeMetadata{
			Namespace: p.Namespace, Labels: p.Labels, IstioVersion: version,
			ClusterID: constants.DefaultClusterName, Raw: raw,
		},
	}
}

func marshal[M proto.Message](h *harness, messages []M) []json.RawMessage {
	out := make([]json.RawMessage, 0, len(messages))
	for _, m := range messages {
		text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
		if err != nil {
			h.Fatal(err)
		}
		// protojson varies its spaces on purpose; JSON itself is stable.
		var value any
		if err := json.Unmarshal(text, &value); err != nil {
			h.Fatal(err)
		}
		stable, _ := json.Marshal(value)
		out = append(out, stable)
	}
	return out
}
