"""What answers imports no library that prepares models or studies results: a gigabyte, and seconds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from index.models import prepare
from qa.config import load_settings

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    *("torch", "transformers", "sentence_transformers", "onnx"),
    *("tokenizers", "google", "pdfminer", "mammoth"),  # google: protobuf
    *("scipy", "sklearn", "matplotlib", "pandas"),
)
# As the command does it, but that uvicorn is given up and the application asked from within.
_SERVED = """
import json, sys
from pathlib import Path
import uvicorn
from fastapi.testclient import TestClient
import qa.cli

texts = Path(sys.argv[1])
heavy = set(sys.argv[2].split())

def imported():
    return sorted(heavy & {name.partition(".")[0] for name in sys.modules})

def command(*arguments):
    sys.argv = ["sourcier", *arguments]
    try:
        qa.cli.main()
    except SystemExit as exited:
        assert not exited.code, exited.code

def ask(application, **options):
    said = {}
    question = "Quand ouvre la passerelle du moulin ?"
    with TestClient(application, base_url="http://127.0.0.1") as client:
        reply = client.post("/v1/ask", json={"question": question})
        said["ask"] = [reply.status_code, reply.json()["answer"]["text"]]
        chat = client.post(
            "/v1/chat/completions",
            json={"model": "sourcier", "messages": [{"role": "user", "content": question}]},
        )
        said["chat"] = [chat.status_code, "six heures" in chat.text]
        called = client.post(
            "/mcp",
            headers={
                "Accept": "application/json, text/event-stream",
                "MCP-Protocol-Version": "2025-11-25",
            },
            json={
                "jsonrpc": "2.0",
                "id": 1,
                "method": "tools/call",
                "params": {"name": "ask", "arguments": {"question": question}},
            },
        )
        said["mcp"] = [called.status_code, "six heures" in called.text]
        said["page"] = client.get("/", params={"question": question}).status_code
    said["served"] = imported()
    print(json.dumps(said))

uvicorn.run = ask
command("build", "--texts", str(texts))
(texts / "moulin.md").write_text(
    "# Le moulin\\n\\nLa passerelle du moulin ouvre chaque matin à six heures, sauf le lundi.\\n", "utf-8"
)
command("build", "--texts", str(texts))
print(json.dumps({"built": imported()}))
command("serve")
sys.modules["torch.planted"] = sys
print(json.dumps({"planted": imported()}))
"""


@pytest.mark.model
def test_answering_and_building_again_import_nothing_that_prepares_models(tmp_path: Path) -> None:
    models = load_settings().models
    # Prepared here, where it is not yet: what is asked about is every start but the first.
    prepare(None, models)
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "phare.md").write_text(
        "# Le phare\n\nLe gardien du phare monte les deux cents marches chaque soir au coucher du soleil.\n",
        "utf-8",
    )
    environment = os.environ | {"SOURCIER_HOME": str(tmp_path / "home"), "SOURCIER_MODELS": str(models)}
    done = subprocess.run(
        [sys.executable, "-c", _SERVED, str(texts), " ".join(HEAVY)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    built, served, planted = (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    assert planted == {"planted": ["torch"]}
    assert built == {"built": []}
    assert served == {
        "ask": [200, "La passerelle du moulin ouvre chaque matin à six heures, sauf le lundi. [1]"],
        "chat": [200, True],
        "mcp": [200, True],
        "page": 200,
        "served": [],
    }


def test_what_few_services_use_is_imported_when_it_is_used() -> None:
    seldom = {"mcp", "httpx2", "lxml", "inscriptis", "pdfminer", "mammoth", "yaml", "qa.llm.writer"}
    script = "import sys, {}; print(*{!r} & set(sys.modules))"

    def imported(modules: str) -> set[str]:
        command = [sys.executable, "-c", script.format(modules, seldom)]
        return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())

    assert imported("qa.app") == set()
    assert imported("qa.app, qa.llm.writer, corpus.reading.pdf") == {"qa.llm.writer", "httpx2", "pdfminer"}
