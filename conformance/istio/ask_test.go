package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// gateway is a scenario of one HTTP gateway with the given Istio resources.
func gateway(t *testing.T, resources string) Scenario {
	t.Helper()
	kubernetes, err := os.ReadFile("bases/workloads.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return Scenario{
		ID:         t.Name(),
		Proxy:      Proxy{Kind: "gateway", Namespace: "istio-system", Labels: map[string]string{"istio": "ingressgateway"}, Address: "10.0.0.2"},
		Kubernetes: string(kubernetes),
		Istio: `{"apiVersion": "networking.istio.io/v1", "kind": "Gateway", "metadata": {"name": "g", "namespace": "istio-system"},
			"spec": {"selector": {"istio": "ingressgateway"}, "servers": [{"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}]}}` +
			"\n---\n" + resources,
	}
}

const envoyFilter = `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: NAME, namespace: istio-system}
spec:
  configPatches:
  - applyTo: HTTP_FILTER
    match: {context: GATEWAY}
    patch: {operation: INSERT_FIRST, value: {name: NAME, typed_config: {"@type": type.googleapis.com/TYPE}}}
`

func filter(name, typeName string) string {
	return strings.NewReplacer("NAME", name, "TYPE", typeName).Replace(envoyFilter)
}

func TestAResourceChangesWhatTheProxyIsSent(t *testing.T) {
	answer := ask(gateway(t, filter("mine", "envoy.extensions.filters.http.cors.v3.Cors")))
	if answer.Error != "" || len(answer.Refused) > 0 {
		t.Fatal(answer.Error, answer.Refused)
	}
	text, _ := json.Marshal(answer.Listeners)
	if !strings.Contains(string(text), `"http_filters":[{"name":"mine"`) {
		t.Fatalf("mine is not the first HTTP filter: %s", text)
	}
	if len(answer.Clusters) == 0 || len(answer.Endpoints) == 0 {
		t.Fatal("no clusters or endpoints")
	}
}

func TestWhatTheWebhookRefusesIsNamedAndLeftOut(t *testing.T) {
	answer := ask(gateway(t, filter("bad", "no.such.Type")+"\n---\n"+filter("good", "envoy.extensions.filters.http.cors.v3.Cors")))
	if answer.Error != "" {
		t.Fatal(answer.Error)
	}
	if len(answer.Refused) != 1 || !strings.Contains(answer.Refused[0], "no.such.Type") {
		t.Fatal(answer.Refused)
	}
	text, _ := json.Marshal(answer.Listeners)
	if !strings.Contains(string(text), `"good"`) || strings.Contains(string(text), `"bad"`) {
		t.Fatalf("%s", text)
	}
}

func TestABrokenScenarioDoesNotEndTheOthers(t *testing.T) {
	broken := gateway(t, "")
	broken.Mesh = "{"
	if answer := ask(broken); answer.Error == "" {
		t.Fatal("a mesh config that is not YAML is accepted")
	}
	if answer := ask(gateway(t, "")); answer.Error != "" {
		t.Fatal(answer.Error)
	}
}

func TestTheSameQuestionHasTheSameAnswer(t *testing.T) {
	texts := map[string]bool{}
	for range 2 {
		text, err := json.Marshal(ask(gateway(t, filter("mine", "envoy.extensions.filters.http.cors.v3.Cors"))))
		if err != nil {
			t.Fatal(err)
		}
		texts[string(text)] = true
	}
	if len(texts) != 1 {
		t.Fatal("two answers differ")
	}
}
