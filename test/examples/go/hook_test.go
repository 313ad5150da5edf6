package hook

import (
	"bytes"
	"net/http"
	"reflect"
	"testing"
)

// control sends a request about the session of a test to the control port, and returns the response's body.
func control(t *testing.T, method, path, session, body string) string {
	t.Helper()
	request, err := http.NewRequest(method, stub.ControlURL+path, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Contract-Session", session)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var text bytes.Buffer
	text.ReadFrom(response.Body)
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", response.StatusCode, text.String())
	}
	return text.String()
}

func TestAFailureIsRetriedAndStoredOnce(t *testing.T) {
	session := t.Name()
	control(t, "PUT", "/faults", session, `{"rules":[{"times":1,"fault":{"kind":"status","status":503}}]}`)
	headers := map[string]string{"X-Contract-Session": session}
	roles, err := RolesOf(stub.URL, stub.Demo.APIKey, "u-ada", []string{"engineers"}, headers)
	if err != nil || !reflect.DeepEqual(roles, []string{"Engineer", "Viewer"}) {
		t.Fatal(roles, err)
	}
	verdict := control(t, "POST", "/verify", session, `{"match":{"userId":"u-ada","status":200},"count":{"exactly":1}}`)
	if !bytes.Contains([]byte(verdict), []byte(`"passed":true`)) {
		t.Fatal(verdict)
	}
}

func TestAnyResponseOfTheContractCanBeSelected(t *testing.T) {
	_, err := RolesOf(stub.URL, stub.Demo.APIKey, "u-ada", nil, map[string]string{"Prefer": "code=404, wait=0.05"})
	if err == nil || err.Error() != "status 404" {
		t.Fatal(err)
	}
}
