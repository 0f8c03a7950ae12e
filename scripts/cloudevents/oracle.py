"""The other side of the CloudEvents tests: the Python SDK and the official JSON Schema.

Each line of the input is {"headers": {name: value}, "body": base64}; each line of the output is {"error": text} or
{"events": [{"attributes": {...}, "binary": message, "structured": message}]}, a message being as in the input.
"""

import base64
import json
import sys

from cloudevents.core.bindings.http import HTTPMessage, from_binary, to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from jsonschema import Draft7Validator, FormatChecker

FORMAT = JSONFormat()
SCHEMA = None
if len(sys.argv) > 1:
    with open(sys.argv[1], encoding="utf-8") as file:
        SCHEMA = Draft7Validator(json.load(file), format_checker=FormatChecker(["date-time"]))


def check(document):
    if SCHEMA is not None:
        SCHEMA.validate(document)


def read(headers, body):
    media = headers.get("content-type", "").lower()
    if media.startswith("application/cloudevents-batch"):
        documents = json.loads(body.decode("utf-8"))
        for document in documents:
            check(document)
        return [FORMAT.read(CloudEvent, json.dumps(document)) for document in documents]
    if media.startswith("application/cloudevents"):
        check(json.loads(body.decode("utf-8")))
        return [FORMAT.read(CloudEvent, body)]
    return [from_binary(HTTPMessage(headers=headers, body=body), FORMAT, CloudEvent)]


def message(answer):
    return {
        "headers": {name.lower(): str(value) for name, value in answer.headers.items()},
        "body": base64.b64encode(answer.body).decode("ascii"),
    }


for line in sys.stdin:
    request = json.loads(line)
    try:
        events = []
        for event in read(request["headers"], base64.b64decode(request["body"])):
            attributes = {name: str(value) for name, value in event.get_attributes().items()}
            structured = to_structured(event, FORMAT)
            check(json.loads(structured.body.decode("utf-8")))
            binary = message(to_binary(event, FORMAT))
            events.append({"attributes": attributes, "binary": binary, "structured": message(structured)})
        print(json.dumps({"events": events}))
    except Exception as error:  # Whatever it is, the test wants to see it.
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
