"""Pages as a browser shows them, for channels with the option `render`: lists that only scripts fill, and places measured
in pixels. Optional (`pip install 'policy-syndication[render]'`) and off unless a channel asks for it; docs/column.md.

How it fits: a request with the method RENDER. The page itself is fetched as every page is (ladder of TLS steps, evidence,
politeness), so a challenge page is named and never handed to a browser that would solve it. Then a Chromium that is
installed on the machine, in a thread of its own, is given that answer, runs its scripts, and says what it shows. Scripts
reach the portal's own hosts only; pictures count for the layout, films and fonts are not loaded.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin, urlsplit

from scrapy.http import HtmlResponse

from spiders.families.measured import BOX, SCREEN
from syndication.attempts import NotShown
from syndication.challenge import recognise_block
from syndication.errors import SyndicationError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from concurrent.futures import Future

    from playwright.async_api import Browser, Page, Playwright, Route
    from scrapy import Request
    from scrapy.core.downloader.handlers.base import BaseDownloadHandler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings

    from syndication.registry import Registry

T = TypeVar("T")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MOST_REDIRECTIONS = 8
PAGES_AT_ONCE = 2
MOST_FAILED_STARTS = 3
"""In a row, after which a run does without: one that hangs costs `RENDER_TIMEOUT` seconds each time."""
SECONDS_OF_QUIET = 5.0
"""How long scripts may go on asking after the page has loaded."""
LOADED = frozenset({"document", "script", "stylesheet", "image", "xhr", "fetch", "other"})
LONGEST_LABEL = 60
_MEASURE = f"""(base) => {{
    for (const element of document.querySelectorAll('body *')) {{
        const label = element.textContent.trim().length <= {LONGEST_LABEL} && (element.textContent.trim()
            || ['IMG', 'A', 'IFRAME'].includes(element.tagName));
        const holder = element.querySelector(':scope > script[src*=pushinfo]');
        if (!label && !holder) continue;
        const box = element.getBoundingClientRect();
        const style = getComputedStyle(element);
        if (box.width < 1 || box.height < 1 || style.visibility !== 'visible') continue;
        element.setAttribute('{BOX}', [box.left + scrollX, box.top + scrollY, box.width, box.height].map(Math.round).join(' '));
    }}
    if (base && !document.querySelector('base[href]')) {{
        const element = document.createElement('base');
        element.href = base;
        document.head.prepend(element);
    }}
}}"""


class BrowserMissingError(SyndicationError):
    """A channel asks for a browser and there is none; install it, or take the option `render` out."""


def require_browser(registry: Registry, settings: BaseSettings) -> None:
    """Raises BrowserMissingError where a channel wants to be rendered and playwright or a browser is missing."""
    wanting = [channel.id for channel in registry.channels if channel.options.get("render")]
    if wanting:
        browser_path(settings, wanting[0])


def browser_path(settings: BaseSettings, channel_id: str) -> str:
    """Where the browser is: the setting BROWSER ($SYNDICATION_BROWSER), else one of `BROWSERS` on the machine's path."""
    try:
        import playwright.async_api  # noqa: F401 - asked for only to know whether it is there
    except ImportError as missing:
        raise BrowserMissingError(
            f"栏目 {channel_id} 设有 render 选项，须安装浏览器组件，或去掉该选项。 "
            f"channel {channel_id} has the option render, which needs: pip install 'policy-syndication[render]'"
        ) from missing
    named = settings.get("BROWSER")
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        raise BrowserMissingError(
            f"栏目 {channel_id} 设有 render 选项，而本机没有浏览器，请安装 chromium，或去掉该选项。 "
            f"channel {channel_id} has the option render, and there is no browser"
            f" {f'at {named}' if named else 'among ' + ', '.join(BROWSERS)}; install chromium, or name it in $SYNDICATION_BROWSER"
        )
    return found


class BrowserHandler:
    """Answers RENDER requests: the network's answer, as a browser shows it. Answers that are no page stay as they came."""

    def __init__(self, settings: BaseSettings, network: BaseDownloadHandler) -> None:
        self._settings, self._network = settings, network
        self._screen: _Screen | None = None

    async def download_request(self, request: Request) -> Response:
        """The rendered page, under the address that was asked for (with a <base> where it was redirected)."""
        answer, url = await self._fetch(request)
        headers = {
            name.decode("latin-1"): value[-1].decode("latin-1") for name, value in answer.headers.items() if value
        }
        kind = headers.get("Content-Type", "text/html").lower()
        if answer.status != 200 or "html" not in kind or recognise_block(answer.status, headers, answer.body):
            return answer.replace(url=request.url)
        if self._screen is None:
            self._screen = _Screen(
                browser_path(self._settings, request.url), self._settings.getlist("BROWSER_ARGUMENTS"),
                (request.headers.get("User-Agent") or b"").decode("latin-1"), self._settings.getfloat("RENDER_TIMEOUT"),
            )  # fmt: skip
        text, browser = await self._screen.show(url, kind, answer.body, "" if url == request.url else url)
        told = {"Content-Type": "text/html; charset=utf-8", "Syndication-Rendered": browser}
        return HtmlResponse(request.url, status=200, headers=told, body=text.encode("utf-8", "replace"))

    async def _fetch(self, request: Request) -> tuple[Response, str]:
        url = request.url
        for _ in range(MOST_REDIRECTIONS):
            plain = request.replace(url=url, method="GET")
            plain.headers["Accept-Encoding"] = "identity"
            answer: Response = await self._network.download_request(plain)
            request.meta.update(plain.meta)
            location = answer.headers.get("Location")
            if not 300 <= answer.status < 400 or not location:
                break
            url = urljoin(url, location.decode("utf-8", "replace"))
        return answer, url

    async def close(self) -> None:
        """Ends the browser, if it was used."""
        if self._screen is not None:
            await self._screen.close()


class _Screen:
    """A browser in a thread of its own: what it does must not hold up the crawl, nor the crawl it."""

    def __init__(self, path: str, arguments: Sequence[str], agent: str, seconds: float) -> None:
        self._path, self._arguments, self._agent, self._seconds = path, list(arguments), agent, seconds
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="browser", daemon=True)
        self._thread.start()
        self._room = asyncio.Semaphore(PAGES_AT_ONCE)
        self._starting = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._failed_starts = 0

    async def show(self, url: str, kind: str, body: bytes, base: str) -> tuple[str, str]:
        """The page as shown, with its measures, and the browser's name and screen."""
        return await self._there(self._show(url, kind, body, base))

    async def close(self) -> None:
        """Ends browser and thread."""
        await self._there(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _there(self, work: Coroutine[Any, Any, T]) -> T:
        waiting: Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return await asyncio.wrap_future(waiting)

    async def _show(self, url: str, kind: str, body: bytes, base: str) -> tuple[str, str]:
        from playwright.async_api import Error, TimeoutError

        async with self._room:
            try:
                browser = await self._started()
                context = await browser.new_context(
                    viewport={"width": SCREEN[0], "height": SCREEN[1]}, user_agent=self._agent or None, locale="zh-CN",
                    service_workers="block", accept_downloads=False,
                )  # fmt: skip
                try:
                    context.set_default_timeout(self._seconds * 1000)
                    page = await context.new_page()
                    await _Gate(page, url, kind, body).open()
                    await page.goto(url, wait_until="load")
                    await _quiet(page)
                    await page.evaluate(_MEASURE, base)
                    return await page.content(), f"Chromium/{browser.version} {SCREEN[0]}x{SCREEN[1]}"
                finally:
                    await context.close()
            except TimeoutError as problem:
                raise NotShown(f"the browser did not show {url} within {self._seconds:.0f} s") from problem
            except Error as problem:
                raise NotShown(f"the browser: {problem.message.splitlines()[0]}") from problem

    async def _started(self) -> Browser:
        from playwright.async_api import async_playwright

        async with self._starting:
            if self._browser is None or not self._browser.is_connected():
                if self._failed_starts >= MOST_FAILED_STARTS:
                    raise NotShown(f"the browser did not start {self._failed_starts} times; it is not tried again")
                if self._playwright is None:
                    self._playwright = await async_playwright().start()
                self._failed_starts += 1
                self._browser = await self._playwright.chromium.launch(
                    executable_path=self._path, args=self._arguments, timeout=self._seconds * 1000,
                    chromium_sandbox=os.geteuid() != 0,  # Chromium's sandbox refuses to work for root
                )  # fmt: skip
                self._failed_starts = 0
        return self._browser

    async def _end(self) -> None:
        if self._browser is not None:
            await self._browser.close()
        if self._playwright is not None:
            await self._playwright.stop()


class _Gate:
    """What a page may load: the document that was fetched, and what the portal's own hosts give; it leads nowhere else."""

    def __init__(self, page: Page, url: str, kind: str, body: bytes) -> None:
        self._page, self._url, self._kind, self._body = page, url, kind, body
        self._given = False

    async def open(self) -> None:
        await self._page.route("**/*", self._pass)

    async def _pass(self, route: Route) -> None:
        request = route.request
        if request.is_navigation_request() and request.frame == self._page.main_frame:
            if self._given:
                await route.abort("aborted")  # with another word the page would give way to the browser's own error page
                return
            self._given = True
            await route.fulfill(status=200, body=self._body, headers={"Content-Type": self._kind})
        elif request.resource_type in LOADED and is_own_host(request.url, self._url):
            await route.continue_()
        else:
            await route.abort()


def is_own_host(url: str, page_url: str) -> bool:
    """Whether an address lies with the portal: on the page's host, or under the domain that the host's `www.` stands before."""
    host, own = urlsplit(url).hostname or "", urlsplit(page_url).hostname or ""
    if urlsplit(url).scheme not in {"http", "https"}:
        return False
    domain = own.removeprefix("www.")
    return host == own or (domain.count(".") >= 2 and host.endswith(f".{domain}"))


async def _quiet(page: Page) -> None:
    """Waits until nothing is asked for any more, within bounds: some pages ask for ever."""
    from playwright.async_api import TimeoutError

    try:
        await page.wait_for_load_state("networkidle", timeout=SECONDS_OF_QUIET * 1000)
    except TimeoutError:  # a page that never comes to rest is taken as it stands
        return
