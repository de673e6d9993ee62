package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	kubeyaml "k8s.io/apimachinery/pkg/util/yaml"

	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pkg/config"
)

// parse reads YAML documents as the API server and Istio's validating webhook would: what the webhook refuses never
// reaches istiod, so it is left out and named. All resources without a creation time were created at the same moment.
func parse(h *harness, text string) (configs []config.Config, refused []string) {
	reader := kubeyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	created := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for {
		document, err := reader.Read()
		if err == io.EOF {
			return configs, refused
		}
		if err != nil {
			h.Fatal(err)
		}
		found, unknown, err := crd.ParseInputs(string(document))
		if err != nil {
			refused = append(refused, err.Error())
			continue
		}
		for _, object := range unknown {
			refused = append(refused, fmt.Sprintf("no kind %s in %s", object.Kind, object.APIVersion))
		}
		for _, c := range found {
			if c.Namespace == "" {
				c.Namespace = "default"
			}
			if c.CreationTimestamp.IsZero() {
				c.CreationTimestamp = created
			}
			configs = put(configs, c)
		}
	}
}

// put adds a resource; one of the same kind, namespace and name is applied over the earlier one.
func put(configs []config.Config, c config.Config) []config.Config {
	for i, other := range configs {
		if other.GroupVersionKind == c.GroupVersionKind && other.Namespace == c.Namespace && other.Name == c.Name {
			configs[i] = c
			return configs
		}
	}
	return append(configs, c)
}
