package hook

import (
	"encoding/json"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The stub of all tests, on free ports: its URLs, and credentials that are valid only here.
var stub struct {
	URL        string `json:"url"`
	ControlURL string `json:"controlUrl"`
	Demo       struct {
		APIKey Key `json:"apiKey"`
	} `json:"demo"`
}

func TestMain(m *testing.M) {
	end := startStub()
	code := m.Run()
	end()
	os.Exit(code)
}

func startStub() func() {
	command := os.Getenv("NEXUS_SYNC")
	if command == "" {
		// The command that npm has installed. npx does not pass SIGTERM on.
		command = "node_modules/.bin/nexus-sync"
	}
	folder, err := os.MkdirTemp("", "stub-")
	if err != nil {
		log.Fatal(err)
	}
	file := filepath.Join(folder, "ready.json")
	words := append(strings.Fields(command), "--port", "0", "--ready-file", file, "--log-level", "silent")
	process := exec.Command(words[0], words[1:]...)
	process.Stderr = os.Stderr
	if err := process.Start(); err != nil {
		log.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if text, err := os.ReadFile(file); err == nil {
			if err := json.Unmarshal(text, &stub); err != nil {
				log.Fatal(err)
			}
			break
		}
		if time.Now().After(deadline) {
			log.Fatal("The stub did not start.")
		}
	}
	return func() {
		process.Process.Signal(syscall.SIGTERM)
		process.Wait()
		os.RemoveAll(folder)
	}
}
