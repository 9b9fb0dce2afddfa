"""Work that the server does not do itself: a module of ours in a process of its own, asked and answered in JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

MANNERLY = 10.0  # seconds that an ended process has to tidy up


class ProcessFailed(Exception):
    """The process ended without an answer, or was ended; the message is for the visitor, in Chinese."""


async def ask(module: str, asked: Mapping[str, Any], longest: float) -> dict[str, Any]:
    """What `python -m MODULE` answers within `longest` seconds. Raises ProcessFailed; its log then stands in the server's."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        out, log = await asyncio.wait_for(process.communicate(json.dumps(asked).encode()), longest)
    except TimeoutError:
        await _end(process)
        raise ProcessFailed("超时未完成，请稍后再试。") from None
    if process.returncode:
        sys.stderr.write(log.decode("utf-8", "replace"))
        raise ProcessFailed("未能完成，详情见运行日志。")
    told: dict[str, Any] = json.loads(out.splitlines()[-1])
    return told


async def _end(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), MANNERLY)
    except TimeoutError:
        process.kill()
        await process.wait()
