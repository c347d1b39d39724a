"""The OpenAPI 3.1 description, made from the same structs that decode and encode."""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import msgspec

from server.operations import Operation

TITLE = "Ronde"
VERSION = "1"
_REFERENCE = "#/components/schemas/{name}"
_PARAMETER = re.compile(r"\{([a-z_]+)\}")
_BYTES: dict[str, Any] = {"application/octet-stream": {}}
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


def describe(operations: Iterable[Operation]) -> dict[str, Any]:
    """Describe operations as an OpenAPI 3.1 document."""
    listed = tuple(operations)
    shapes = {shape for each in listed for shape in (each.body, each.answer) if shape is not None}
    ordered = sorted(shapes, key=str)
    schemas, components = msgspec.json.schema_components(ordered, ref_template=_REFERENCE)
    by_shape = dict(zip(ordered, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for each in listed:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, by_shape)
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": VERSION},
        "paths": paths,
        "components": {
            "schemas": {**components, "Problem": _PROBLEM},
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"session": []}],
    }


def _operation(operation: Operation, schemas: dict[type, dict[str, Any]]) -> dict[str, Any]:
    done: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase}
    if operation.answer is not None:
        done["content"] = {"application/json": {"schema": schemas[operation.answer]}}
    if operation.gives_bytes:
        done["content"] = _BYTES
    refused = {"schema": {"$ref": _REFERENCE.format(name="Problem")}}
    told: dict[str, Any] = {
        "operationId": getattr(operation.handler, "__name__", operation.path),
        "summary": operation.summary,
        "parameters": [_parameter(name) for name in _PARAMETER.findall(operation.path)],
        "responses": {
            str(int(operation.status)): done,
            "default": {
                "description": "Refused",
                "content": {"application/problem+json": refused},
            },
        },
    }
    if operation.body is not None:
        content = {"application/json": {"schema": schemas[operation.body]}}
        told["requestBody"] = {"required": True, "content": content}
    if operation.takes_bytes:
        told["requestBody"] = {"required": True, "content": _BYTES}
    if operation.public:
        told["security"] = []
    return told


def _parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
