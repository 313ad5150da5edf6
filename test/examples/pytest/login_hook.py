"""The code under test in the example: asks for the roles of a user, and retries once after a 503."""

import base64
import json
import urllib.error
import urllib.request


def roles_of(user_id, groups, url, key, headers=None):
    body = {
        "audience": "https://api.acme.example",
        "attributes": [],
        "connection": {"connectionId": "con_acme-ad", "groups": groups},
    }
    credentials = base64.b64encode(f"{key['id']}:{key['secret']}".encode()).decode()
    request = urllib.request.Request(
        f"{url}/v1/users/{user_id}/$sync",
        json.dumps(body).encode(),
        {"Authorization": f"Basic {credentials}", "Content-Type": "application/json", **(headers or {})},
        method="PUT",
    )
    for is_last in (False, True):
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                return [role["name"] for role in json.load(response)["roles"] or []]
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            if is_last or error.code != 503:
                raise
