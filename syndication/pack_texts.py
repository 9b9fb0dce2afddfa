"""What stands in a pack beside the records: the verdict as JSON, match cards, tables of records and pages, the README."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from syndication import __version__
from syndication.clock import to_text
from syndication.timeline import clean, headline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syndication.proof import Chosen, ProofCase
    from syndication.rules import Edition
    from syndication.store.ledger import RecordEntry, RunEntry


@dataclass(frozen=True)
class Copied:
    """A record in the pack: where it lies there. `compressed`: the run's own file is not compressed, so this copy is."""

    entry: RecordEntry
    offset: int
    length: int
    compressed: bool


def verdict_json(
    case: ProofCase, edition: Edition, runs: Sequence[RunEntry], chains: Mapping[str, str], copied: Sequence[Copied]
) -> str:
    """The verdict, the rule's text, program, portal and channels, runs with their hashes, records with theirs."""
    return as_json({
        "program": f"policy-syndication {__version__}",
        "verdict": case.verdict.stored,
        "reviews": case.reviews,
        "release": case.release,
        "portal": {"id": case.portal_id, "name": case.portal_name, "home_url": case.home_url},
        "channels": [
            {"id": one.channel_id, "name": one.name, "url": one.url, "family": one.family, "role": one.role}
            for one in case.channels
        ],
        "edition": edition,
        "runs": [{**asdict(run), "chain": chains[run.run_id]} for run in runs],
        "records": [
            {**asdict(one.entry), "pack_offset": one.offset, "pack_length": one.length, "compressed_here": one.compressed}
            for one in copied
        ],
    })  # fmt: skip


def cards_json(case: ProofCase) -> str:
    """Each posting that was matched with the release, with its card: why it is the same paper, or may be."""
    kept = (
        "url", "title", "mode", "decided", "score", "rule", "declared", "listed_time", "source", "document_number",
        "sightings", "card",
    )  # fmt: skip
    return as_json([{name: getattr(posting, name) for name in kept} for posting in case.postings])


def records_table(copied: Sequence[Copied]) -> str:
    """A line a record, tabs between: offset and length in the pack's file, SHA-256, run, address."""
    return "".join(
        f"{one.offset}\t{one.length}\t{'-' if one.compressed else one.entry.sha256}\t{one.entry.run_id}\t{one.entry.url}\n"
        for one in copied
    )


def pages_list(case: ProofCase, chosen: Sequence[Chosen]) -> str:
    """The pages as WACZ lists them, so that `wacz create -p` makes a file that a browser replays."""
    title = f"{clean(case.portal_name)} {clean(case.release.title)}"
    lines: dict[str, dict[str, str]] = {"": {"format": "json-pages-1.0", "id": "pages", "title": title}}
    for one in chosen:
        if one.look.http_status is not None and one.look.evidence_id:
            lines[one.look.evidence_id] = {
                "id": one.look.evidence_id, "url": one.look.url, "ts": to_text(one.look.at),
                "title": " ".join(filter(None, (one.part, clean(one.channel.name) if one.channel else ""))),
            }  # fmt: skip
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines.values())


def as_json(value: object) -> str:
    """Any value of the program, keys sorted, times in UTC."""
    return json.dumps(_plain(value), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(_plain(each) for each in value)
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return to_text(value) if isinstance(value, datetime) else value


README = """本证据包说明
============

{headline}

一、包内文件
  timeline.txt、timeline.html  时间线：国务院发布、每次查看所见、时限、判定，逐行注明证据编号
  looks.warc.gz       起决定作用的各次查看的原始记录（ISO 28500 WARC 格式），从监测批次文件中逐字节复制
  records.tsv         上述记录的起始字节、长度、SHA-256、批次、网址
  match-cards.json    稿件与文件的比对卡片
  verdict.json        判定、规则版本全文与依据、程序版本、栏目登记、批次及其哈希
  pages.jsonl         网页清单，用于生成可在浏览器中回放的 WACZ 文件
  runs/*.chain        各批次的哈希链：首行为上一批次的哈希，其后逐行为该批次每条记录的 SHA-256，末行为记录之外内容的 SHA-256
{tokens}  SHA256SUMS          以上各文件的 SHA-256

二、怎样核验（只用公开工具）
  1. 解压后核对各文件：
       sha256sum -c SHA256SUMS
  2. 核对 WARC 文件及每条记录自带的摘要（pip install warcio）：
       warcio check -v looks.warc.gz
  3. 核对每条记录与哈希链一致（逐条取出并计算 SHA-256，且应出现在 runs/*.chain 中）：
       while IFS="$(printf '\\t')" read -r offset length sum run url; do
         [ "$sum" = - ] && continue
         got=$(tail -c +$((offset + 1)) looks.warc.gz | head -c "$length" | sha256sum | cut -d' ' -f1)
         [ "$got" = "$sum" ] && grep -qx "$sum" runs/*.chain && echo "一致 $url" || echo "不一致 $url"
       done < records.tsv
  4. 核对批次哈希：每个 .chain 文件的 SHA-256 就是该批次的哈希，应与 verdict.json 中的 evidence_hash 一致，
     也应与监测单位保存或公布的批次哈希一致：
       sha256sum runs/*.chain
{stamp}  可选：在浏览器中查看当时的网页（pip install wacz，再用 replayweb.page 打开）：
       wacz create -o looks.wacz -p pages.jsonl looks.warc.gz

三、能证明什么
  - 监测程序在所记时间向所记网址发出请求，收到的就是包内的内容；记录中任何一个字节改动，都与批次哈希不符。
  - 批次哈希一经存档、公布或加盖时间戳，此后该批次及其之前各批次的任何改动、删除、插入都能被发现。
  - 判定所依据的规则全文、每次查看的结果与判定之间的推导，可以由他人重做。

四、不能证明什么
  - 不能单凭本包证明记录不是监测单位事先编造的：需要有第三方时间戳，或批次哈希曾在当时公布。
  - 时间取自监测主机的时钟；没有第三方时间戳时，时间以该主机为准。
  - 只证明监测主机所见。对不同访问者返回不同内容的网站，他处所见可能不同。
  - 两次查看之间短暂出现又撤下的内容不会被看到。“未能观测”“待核”不是问题认定。
"""
TOKENS = "  runs/*.tsr          第三方可信时间戳（RFC 3161），对应同名的 .chain 文件\n"
STAMP = """  5. 核对第三方时间戳（<根证书> 向时间戳服务机构索取，不取自本包）：
       openssl ts -verify -data runs/<批次>.chain -in runs/<批次>.tsr -CAfile <根证书>
"""


def readme(case: ProofCase, *, stamped: bool) -> str:
    """What the pack holds, how to check it with public tools, what it proves and what it does not."""
    lines = "\n".join(f"{name}：{value}" for name, value in headline(case))
    return README.format(headline=lines, tokens=TOKENS if stamped else "", stamp=STAMP if stamped else "")
