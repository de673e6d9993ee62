// Command istio answers, for many scenarios in one process, what Istio's own control plane would send to one proxy:
// its listeners, routes, clusters and endpoints. No cluster is needed: every scenario gets its own in-memory istiod.
//
// It reads one JSON scenario a line from standard input and writes one JSON answer a line to the file named by -o
// (standard output carries istiod's log). A scenario that istiod refuses becomes {"id": ..., "error": ...}; the others go on.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"istio.io/istio/pkg/log"
)

func main() {
	out := flag.String("o", "answers.jsonl", "where the answers go, one JSON object a line")
	flag.Parse()
	// istiod logs to standard output unless told otherwise; only problems are of interest.
	options := log.DefaultOptions()
	options.OutputPaths = []string{"stderr"}
	options.SetDefaultOutputLevel("all", log.ErrorLevel)
	if err := log.Configure(options); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(out string) error {
	file, err := os.Create(out)
	if err != nil {
		return err
	}
	defer file.Close()
	answers := json.NewEncoder(file)
	answers.SetEscapeHTML(false)
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	decoder := json.NewDecoder(lines)
	for decoder.More() {
		var scenario Scenario
		if err := decoder.Decode(&scenario); err != nil {
			return fmt.Errorf("a scenario is not JSON: %w", err)
		}
		if err := answers.Encode(ask(scenario)); err != nil {
			return err
		}
	}
	return nil
}
