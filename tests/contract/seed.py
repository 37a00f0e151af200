"""Puts into a fresh engine what the document's examples speak of, so that they meet something."""

import json
import sys
import tomllib
import urllib.request
import os

BASE = sys.argv[1]
with open(os.environ["CONTRACT_CREDENTIALS"], "rb") as file:
    TOKEN = tomllib.load(file)["tokens"]["back_office"]


def post(path, body):
    request = urllib.request.Request(
        f"{BASE}/v1{path}",
        json.dumps(body).encode(),
        {
            "authorization": f"Bearer {TOKEN}",
            "content-type": "application/json",
            "idempotency-key": f"seed {path}",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


MONEY = {"amount": 255, "currency": "GBP"}
post("/products", {"sku": "85123A", "title": "T-LIGHT HOLDER", "kind": "goods", "price": MONEY, "merchant": "demo-merchant"})
post("/stock/85123A/receive", {"quantity": 1_000_000})
post(
    "/coupons",
    {
        "code": "SPRING-10",
        "title": "Ten off",
        "offer": {"kind": "percentage_off_order", "rate": 100_000},
        "merchant": "demo-merchant",
    },
)
post(
    "/orders",
    {
        "customer": "17850",
        "currency": "GBP",
        "lines": [{"sku": "85123A", "quantity": 6}],
        "ship_to": {"recipient": "Ada", "country": "GB"},
    },
)
