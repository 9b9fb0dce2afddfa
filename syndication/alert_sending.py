"""Messages by apprise: mail, 企业微信, 钉钉, 飞书, webhooks; and whether they arrived.

Facts of the world: the robots of 企业微信, 钉钉 and 飞书 answer with status 200 also when they refuse a message (a withdrawn key,
too many messages, a keyword that is missing) and say so in their JSON alone, which apprise 2.2 does not read. A text for 企业微信
holds 2048 bytes of UTF-8, where apprise counts characters; a longer one is refused.
"""

from __future__ import annotations

import json
import logging
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from syndication.alert_rules import AlertsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

log = logging.getLogger(__name__)

ROBOTS = ("wecombot", "dingtalk", "feishu")
REFUSALS = ("errcode", "code", "StatusCode")
"""Keys of their answers that are 0 where the message was taken."""
CHARACTERS = {"wecombot": 640}
"""Of one message, where apprise's own limit is too high: 640 Chinese characters are 1,920 bytes."""
BAD_GATEWAY = 502


def by_apprise(addresses: Sequence[str], title: str, text: str) -> bool:
    """Sends by apprise, long texts in pieces; False where an address was not reached or did not take the message.

    Raises:
        AlertsError: as for `sender_to`.
    """
    from apprise import OverflowMode

    sender = sender_to(addresses)
    for server in sender:
        server.overflow_mode = OverflowMode.SPLIT
        server.body_maxlen = min(server.body_maxlen, CHARACTERS.get(str(server.secure_protocol), server.body_maxlen))
    with _answers_read():
        return bool(sender.notify(body=text, title=title))


def sender_to(addresses: Sequence[str]) -> Any:
    """Apprise with these addresses; nothing is sent yet.

    Raises:
        AlertsError: apprise is not installed, or does not know an address's notation.
    """
    try:
        from apprise import Apprise
    except ImportError as problem:
        raise AlertsError(
            "发送告警需要安装 apprise，请运行 /opt/syndication/bin/pip install apprise。 Alerts need the package apprise"
        ) from problem
    sender = Apprise()
    for address in addresses:
        if not sender.add(address):
            kind = address.partition("://")[0]  # the rest is a secret
            raise AlertsError(f"告警地址 {kind}://… 无法识别。 The address {kind}://… is not in apprise's notation")
    return sender


@contextmanager
def _answers_read() -> Iterator[None]:
    """While it lasts, a robot's refusal reaches apprise as the status that it should have had."""
    plugins: list[Any] = [import_module(f"apprise.plugins.{name}") for name in ROBOTS]
    for plugin in plugins:
        plugin.requests = _Reading(plugin.requests)
    try:
        yield
    finally:
        for plugin in plugins:
            plugin.requests = plugin.requests.inner


class _Reading:
    """The module `requests` as a plugin sees it."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def post(self, *given: Any, **named: Any) -> Any:
        """The answer, with another status where its JSON says that the message was refused."""
        answer = self.inner.post(*given, **named)
        refusal = _refusal(answer.content)
        if answer.ok and refusal:
            log.warning("the robot refused the message: %s", refusal)
            answer.status_code = BAD_GATEWAY
        return answer


def _refusal(content: bytes) -> str:
    try:
        said = json.loads(content)
    except ValueError:
        return ""
    if not isinstance(said, dict):
        return ""
    code = next((said[key] for key in REFUSALS if key in said), 0)
    words = said.get("errmsg") or said.get("msg") or said.get("StatusMessage") or ""
    return "" if code == 0 else f"{code} {words}".strip()
