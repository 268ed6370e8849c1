"""Schemathesis drives the Clear Street dialect by the vendor's own document.

Usage: clearstreet_document.py BASE_URL DOCUMENT [--examples N] [--seed N] [--phases LIST]

Every answer must have a status and a body that the document allows, and none may be a fault of the server. Where the
document and the vendor's published answers differ, the answers count (docs/facades/clearstreet.md#the-document):

* The document gives the bare error as the body of a failure; the published ones have it in the envelope.
* It names the statuses of an operation's own refusals only. What any request can meet is added to each.

Account numbers are narrowed to the one that the key may touch, so that requests get further than the permission.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ACCOUNT = 19816
KEY = "demo.clearstreet-key"
METHODS = {"get", "post", "patch", "put", "delete"}
# What any request can meet: a value, a query or a body that cannot be read, no credential, another's account, nothing
# there, a method that is not served, no JSON, a body of another shape, and too many of them.
EVERYWHERE = ["400", "401", "403", "404", "405", "413", "415", "422", "429"]
CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
FAILURE = {
    "type": "object",
    "required": ["error", "metadata"],
    "properties": {
        "error": {"$ref": "#/components/schemas/ApiError"},
        "metadata": {"$ref": "#/components/schemas/ResponseMetadata"},
    },
}


def amended(document):
    """The document with failures in their envelope, and with the statuses that are everywhere."""
    for item in document["paths"].values():
        for method, operation in item.items():
            if method not in METHODS:
                continue
            for parameter in operation.get("parameters", []):
                if parameter["name"] == "account_id" and parameter["in"] == "path":
                    parameter["schema"] = {"type": "integer", "enum": [ACCOUNT]}
            responses = operation["responses"]
            for status, response in responses.items():
                if not status.startswith("2"):
                    content = response.get("content", {}).get("application/json", {})
                    if content.get("schema", {}).get("$ref", "").endswith("/ApiError"):
                        content["schema"] = FAILURE
                    elif "schema" in content:
                        # A batch of refusals has its rows beside the error, but only once its body could be read.
                        content["schema"] = {"anyOf": [content["schema"], FAILURE]}
            for status in EVERYWHERE:
                content = {"application/json": {"schema": FAILURE}}
                responses.setdefault(status, {"description": "See the dialect's page.", "content": content})
    return document


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("base_url")
    parser.add_argument("document", type=Path)
    parser.add_argument("--examples", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--phases", default="examples,coverage,fuzzing")
    wanted = parser.parse_args()
    document = amended(json.loads(wanted.document.read_text()))
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "document.json"
        path.write_text(json.dumps(document))
        command = [
            sys.executable, "-m", "schemathesis.cli", "run", str(path), "--url", wanted.base_url,
            "--header", f"Authorization: Bearer {KEY}", "--checks", ",".join(CHECKS),
            "--phases", wanted.phases, "--max-examples", str(wanted.examples),
            "--seed", str(wanted.seed), "--continue-on-failure", "--no-color", "--warnings", "off",
            "--suppress-health-check", "all", "--generation-database", "none",
        ]
        sys.exit(subprocess.run(command, cwd=directory, check=False).returncode)


if __name__ == "__main__":
    main()
