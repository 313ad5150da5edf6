from login_hook import roles_of


def call(stub, session, user_id="u-ada", **headers):
    key = stub["demo"]["apiKey"]
    return roles_of(user_id, ["engineers"], stub["url"], key, {**session.headers, **headers})


def test_groups_become_roles(stub, session):
    assert call(stub, session) == ["Engineer", "Viewer"]


def test_an_unknown_user_has_no_roles(stub, session):
    assert call(stub, session, "nobody") is None
    assert call(stub, session, Prefer="code=404, wait=0.05") is None


def test_a_failure_is_retried_and_stored_once(stub, session):
    session.faults({"times": 1, "fault": {"kind": "status", "status": 503}})
    assert call(stub, session) == ["Engineer", "Viewer"]
    session.verify({"userId": "u-ada", "status": 503}, exactly=1)
    session.verify({"userId": "u-ada", "status": 200}, exactly=1)
