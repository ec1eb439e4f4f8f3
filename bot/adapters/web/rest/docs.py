"""`/api/docs`: the API as a page to read, drawn from its OpenAPI description and without a script."""

import html
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse

from bot.adapters.web.rest.app import PREFIX

Json = Mapping[str, Any]

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>easel: the API</title>
<link rel="icon" href="../static/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="../static/base.css">
<link rel="stylesheet" href="../static/docs.css">
</head>
<body class="docs">
<main>
<h1>The API</h1>
<p>{summary} Make a key with <code>/apikey make</code> and send it as <code>Authorization: Bearer easel_…</code>.
Errors are problem+json: one sentence, and a <code>kind</code> for programs.
The whole description for tools: <a href="v1/openapi.json">openapi.json</a>.</p>
<pre>{example}</pre>
{operations}
<h2>What comes back</h2>
{schemas}
</main>
</body>
</html>
"""

_SCHEMAS = ("JobAnswer", "JobsAnswer", "PictureAnswer", "QuotaView", "ErrorAnswer", "Problem")

_EXAMPLE = """curl {base}/images \\
  -H "Authorization: Bearer easel_…" -H "Content-Type: application/json" -H "Idempotency-Key: my-first-fox" \\
  -d '{"prompt": "a fox in the snow", "shape": "wide", "wait": 60}'"""


def docs_routes(rest: FastAPI, base_url: str) -> APIRouter:
    """Build `GET /api/docs`, which is drawn when somebody first reads it. `base_url` is the address that examples show."""
    routes = APIRouter()

    @cache
    def page() -> str:
        return _page(rest.openapi(), f"{base_url}{PREFIX}")

    @routes.get("/api/docs")
    def read() -> HTMLResponse:  # not async: FastAPI runs it off the loop
        return HTMLResponse(page())

    return routes


def _page(api: Json, base: str) -> str:
    enums = {name: schema["enum"] for name, schema in api["components"]["schemas"].items() if "enum" in schema}
    api = _inline_enums(api, enums)
    schemas = api["components"]["schemas"]
    return _PAGE.format(
        summary=html.escape(api["info"]["summary"]),
        example=html.escape(_EXAMPLE.replace("{base}", base)),
        operations="\n".join(_operations(api)),
        schemas="\n".join(_schema(name, schemas[name]) for name in _SCHEMAS),
    )


def _inline_enums(value: Any, enums: Mapping[str, list[str]]) -> Any:
    """Return the description with the possible values in place of a reference to their list."""
    if isinstance(value, dict):
        name = str(value.get("$ref", "")).rpartition("/")[2]
        if name in enums:
            return {**value, "$ref": "", "enum": enums[name]}
        return {key: _inline_enums(one, enums) for key, one in value.items()}
    return [_inline_enums(one, enums) for one in value] if isinstance(value, list) else value


def _operations(api: Json) -> Iterator[str]:
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            yield f"<h2><code>{method.upper()} {PREFIX}{html.escape(path)}</code></h2><p>{html.escape(operation['summary'])}.</p>"
            rows = [*_parameters(operation), *_body(operation, api["components"]["schemas"])]
            if rows:
                yield _table(rows)


def _parameters(operation: Json) -> Iterator[str]:
    for parameter in operation.get("parameters", ()):
        yield _row(parameter["name"], f"{parameter['in']} · {_type_text(parameter['schema'])}", parameter.get("description", ""))


def _body(operation: Json, schemas: Json) -> Iterator[str]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content:
        yield from _fields(schemas[content["schema"]["$ref"].rpartition("/")[2]])


def _schema(name: str, schema: Json) -> str:
    title = html.escape(_short_name(name))
    return f"<h3>{title}</h3><p>{html.escape(schema.get('description', ''))}</p>{_table(list(_fields(schema)))}"


def _fields(schema: Json) -> Iterator[str]:
    needed = schema.get("required", ())
    for name, field in schema["properties"].items():
        usual = f"; usually {json.dumps(field['default'])}" if field.get("default") not in (None, "") else ""
        kind = f"{_type_text(field)}{' · required' if name in needed and 'default' not in field else usual}"
        yield _row(name, kind, field.get("description", ""))


def _type_text(schema: Json) -> str:
    """Return a field's type in few words."""
    if "enum" in schema:
        return ", ".join(schema["enum"])
    if "$ref" in schema:
        return _short_name(str(schema["$ref"]).rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join("nothing" if one.get("type") == "null" else _type_text(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type_text(schema['items'])}"
    bounds = [f"{word} {schema[name]:g}" for name, word in (("minimum", "from"), ("maximum", "to")) if name in schema]
    return " ".join([str(schema.get("format") or schema.get("type", "")), *bounds])


def _short_name(name: str) -> str:
    return name.removesuffix("View").removesuffix("Answer")


def _table(rows: list[str]) -> str:
    return f"<table><thead><tr><th>name</th><th>type</th><th>what it is</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _row(name: str, kind: str, text: str) -> str:
    return f"<tr><td><code>{html.escape(name)}</code></td><td>{html.escape(kind)}</td><td>{html.escape(text)}</td></tr>"
