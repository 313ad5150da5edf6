// Package hook is the code under test in the example: it asks for the roles of a user, and retries once after a 503.
package hook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
)

// Key is an API key.
type Key struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
}

// RolesOf returns the names of the roles that a user has with the given groups.
func RolesOf(url string, key Key, userID string, groups []string, headers map[string]string) ([]string, error) {
	body, err := json.Marshal(map[string]any{
		"audience":   "https://api.acme.example",
		"attributes": []any{},
		"connection": map[string]any{"connectionId": "con_acme-ad", "groups": groups},
	})
	if err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		request, err := http.NewRequest("PUT", fmt.Sprintf("%s/v1/users/%s/$sync", url, userID), bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		request.SetBasicAuth(key.ID, key.Secret)
		request.Header.Set("Content-Type", "application/json")
		for name, value := range headers {
			request.Header.Set(name, value)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		if response.StatusCode == http.StatusServiceUnavailable && attempt == 1 {
			continue
		}
		if response.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("status %d", response.StatusCode)
		}
		var result struct{ Roles []struct{ Name string } }
		if err := json.NewDecoder(response.Body).Decode(&result); err != nil {
			return nil, err
		}
		var names []string
		for _, role := range result.Roles {
			names = append(names, role.Name)
		}
		return names, nil
	}
}
