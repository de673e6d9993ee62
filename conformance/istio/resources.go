package main

import (
	"bufio"
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
		found, _, err := crd.ParseInputs(string(document))
		if err != nil {
			refused = append(refused, err.Error())
			continue
		}
		for _, c := range found {
			if c.Namespace == "" {
				c.Namespace = "default"
			}
			if c.CreationTimestamp.IsZero() {
				c.CreationTimestamp = created
			}
			configs = append(configs, c)
		}
	}
}
