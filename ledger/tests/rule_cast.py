"""What the tests of rules share: a plain rule, and making it."""

FOOD = {"type": "set_category", "category": "Food"}
BODY = {
    "name": "Supermarkets",
    "query": "(payee:rewe* OR text:edeka) type:expense",
    "actions": [FOOD],
}


def made(client, **fields):
    answer = client.post("/api/rules", {**BODY, **fields})
    assert answer.status_code == 201, answer.content
    return answer.json()
