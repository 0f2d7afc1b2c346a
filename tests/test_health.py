from sqlalchemy.exc import OperationalError

from webapp import prediction_log


def test_healthy(client):
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json == {"status": "ok", "models": ["ann", "cnn_lstm"]}


def test_it_sets_no_cookie(client):
    assert "Set-Cookie" not in client.get("/healthz").headers


def test_a_log_that_does_not_answer(client, monkeypatch):
    def broken():
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(prediction_log, "check", broken)
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json["status"] != "ok"
