package main

import (
	"fmt"
	"os"
	"runtime"
)

// harness stands in for testing.T: a failure ends the scenario's goroutine, not the process.
type harness struct {
	failure  string
	cleanups []func()
}

func (h *harness) fail(message string) {
	if h.failure == "" {
		h.failure = message
	}
	runtime.Goexit()
}

func (h *harness) Fail()                             { h.fail("istiod's harness failed") }
func (h *harness) FailNow()                          { h.fail("istiod's harness failed") }
func (h *harness) Fatal(args ...any)                 { h.fail(fmt.Sprint(args...)) }
func (h *harness) Fatalf(format string, args ...any) { h.fail(fmt.Sprintf(format, args...)) }
func (h *harness) Log(args ...any)                   { fmt.Fprintln(os.Stderr, args...) }
func (h *harness) Logf(format string, args ...any)   { fmt.Fprintf(os.Stderr, format+"\n", args...) }
func (h *harness) Helper()                           {}
func (h *harness) Skip(args ...any)                  { h.fail("skipped: " + fmt.Sprint(args...)) }
func (h *harness) Cleanup(f func())                  { h.cleanups = append(h.cleanups, f) }

func (h *harness) TempDir() string {
	dir, err := os.MkdirTemp("", "istiod")
	if err != nil {
		h.fail(err.Error())
	}
	h.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// cleanup runs what was registered, last first, as testing.T does.
func (h *harness) cleanup() {
	for i := len(h.cleanups) - 1; i >= 0; i-- {
		h.cleanups[i]()
	}
	h.cleanups = nil
}
