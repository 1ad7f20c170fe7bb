"""docs/mcp.md says of the protocol's tools and configuration what is so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from qa.config import Settings
from qa.mcp.tools import TOOLS

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "mcp.md").read_text("utf-8")


def test_the_page_tells_each_tool_and_no_other() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(TOOLS)


@pytest.mark.parametrize("number", range(2))
def test_a_configuration_of_the_page_is_json(number: int) -> None:
    blocks = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 2
    (servers,) = json.loads(blocks[number]).values()
    assert list(servers) == ["sourcier"]


def test_each_setting_that_the_page_names_is_one() -> None:
    named = {name.lower() for name in re.findall(r"SOURCIER_([A-Z_]+)", PAGE)}
    assert named == {"public_url", "key"}
    assert named <= set(Settings.model_fields)
