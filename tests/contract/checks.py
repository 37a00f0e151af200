"""Who asks, under which key, and which refusals of what the document allows are right."""

import fnmatch
import os
import pathlib
import tomllib
import uuid

import schemathesis

with open(os.environ["CONTRACT_CREDENTIALS"], "rb") as file:
    TOKENS = tomllib.load(file)["tokens"]
with open(pathlib.Path(__file__).parent / "accepted.toml", "rb") as file:
    ACCEPTED = tomllib.load(file)["refusal"]

# Taken, or refused for who asks, for what there is, or for how busy the engine is: no word about the request's form.
NO_WORD_ABOUT_THE_FORM = {401, 403, 404, 409, 413, 503, 504}


def roles(operation):
    return operation.definition.raw.get("x-roles", [])


@schemathesis.auth(cache_by_key=lambda case, context: case.operation.label)
class TokenOfARole:
    """A token of a role that may use the operation: the one with the widest view."""

    def get(self, case, context):
        allowed = roles(case.operation)
        return next((TOKENS[role] for role in ("back_office", "operator") if role in allowed), None)

    def set(self, case, data, context):
        if data is not None:
            case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(context, case, **kwargs):
    """Every valid request is a new one: under a key that was used before it would be refused as another request."""
    if case.headers and case.meta and case.meta.generation.mode.is_positive:
        for name in list(case.headers):
            if name.lower() == "idempotency-key":
                case.headers[name] = f"{case.headers[name][:200]} {uuid.uuid4()}"


def is_accepted(operation, problem):
    slug = problem.get("type", "").removeprefix("urn:purser:problem:")
    places = [error.get("pointer", error.get("parameter", error.get("header"))) for error in problem.get("errors", [])]

    def accepts(entry, place):
        return (
            slug in entry["problems"]
            and fnmatch.fnmatchcase(operation, entry.get("operation", "*"))
            and fnmatch.fnmatchcase(place or "", entry.get("place", "*"))
        )

    return all(any(accepts(entry, place) for entry in ACCEPTED) for place in places or [""])


@schemathesis.check
def what_is_allowed_is_taken(context, response, case):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    status = response.status_code
    if status < 400 or status in NO_WORD_ABOUT_THE_FORM or status >= 500:
        return
    problem = response.json()
    if not is_accepted(case.operation.label, problem):
        raise AssertionError(f"The document allows this: {status} {problem['detail']} {problem.get('errors', '')}")
