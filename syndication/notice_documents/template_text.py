"""The words of the template that ships: the paragraphs of the special inspection, with the names of the figures.

Fact of the world: the notice of 2016Q2 goes from the general situation over the main problems to what is required, with
annexes (rules.md 2.1). Names in braces are those of `syndication.notice_documents.letter`; docs/notice.md lists them.
"""

from __future__ import annotations

from enum import Enum


class Place(Enum):
    """The kinds of paragraph, named as their styles are in the template."""

    MARK = "通报标记"
    TITLE = "通报标题"
    ADDRESSEE = "通报主送"
    FIRST = "通报一级标题"
    SECOND = "通报二级标题"
    BODY = "通报正文"
    ANNEX = "通报附件说明"
    SIGNATURE = "通报落款"
    NOTE = "通报附注"


PARAGRAPHS: tuple[tuple[Place, str], ...] = (
    (Place.MARK, "通报编号：{{ 编号 }}（草稿，未经签发）"),
    (Place.TITLE, "{{ 标题 }}"),
    (Place.ADDRESSEE, "{{ 主送 }}："),
    (
        Place.BODY,
        "{{ 依据 }}，对{{ 检查范围 }}转载中国政府网{{ 起止日期 }}发布的国务院重要信息的情况进行了专项检查，"
        "转载时限为发布后{{ 时限 }}。现将有关情况通报如下：",
    ),
    (Place.BODY, "{%p if 替代编号 %}"),
    (
        Place.BODY,
        "本通报替代通报编号{{ 替代编号 }}的通报。与前次相比，新增问题{{ 新增数 }}条，撤销{{ 撤销数 }}条，变更{{ 变更数 }}条。",
    ),
    (Place.BODY, "{%p endif %}"),
    (Place.FIRST, "一、总体情况"),
    (Place.SECOND, "（一）检查范围和观测情况"),
    (
        Place.BODY,
        "本次检查的网站共{{ 门户总数 }}个，检查期内须转载的国务院重要信息共{{ 发布件数 }}件{{ 发布起讫 }}，"
        "监测数据截至{{ 数据截至 }}。其中，可观测的网站{{ 可观测门户数 }}个{% if 观测分类 %}（{{ 观测分类 }}）{% endif %}"
        "{% if 不可观测 %}，{{ 不可观测 }}{% endif %}。",
    ),
    (Place.SECOND, "（二）首页专栏设置情况"),
    (
        Place.BODY,
        "检查期内看到首页的网站{{ 首页可见数 }}个（共{{ 门户总数 }}个），末次观测时首页设有国务院重要政策信息专栏的"
        "{{ 有专栏数 }}个，{{ 专栏占比 }}。{{ 专栏分级 }}{{ 显著位置 }}{% if 首页未见数 %}未能看到首页的网站{{ 首页未见数 }}个，"
        "不计入比例。{% endif %}",
    ),
    (Place.SECOND, "（三）按时转载情况"),
    (
        Place.BODY,
        "按网站和信息逐一核对，应转载{{ 应转载 }}件次，证据足以判定的{{ 可判定 }}件次，其中在时限内转载{{ 按时 }}件次，"
        "{{ 按时占比 }}。{{ 按时分级 }}有可判定件次的网站{{ 有判定门户数 }}个，其中全部按时转载的{{ 全部按时门户数 }}个，"
        "{{ 全部按时占比 }}。{% if 不计比例 %}另有{{ 不计比例 }}，均不计入比例，也不作为问题认定。{% endif %}",
    ),
    (Place.FIRST, "二、检查发现的主要问题"),
    (Place.SECOND, "（一）未按时转载国务院重要信息"),
    (Place.BODY, "{%p if 问题件次 %}"),
    (
        Place.BODY,
        "在有可判定件次的{{ 有判定门户数 }}个网站中，{{ 问题门户数 }}个网站有{{ 问题件次 }}件次未按时转载"
        "（可判定共{{ 可判定 }}件次），其中超过时限后转载{{ 超时件次 }}件次，未转载{{ 未转载件次 }}件次"
        "{% if 已复核件次 %}；已经人工复核{{ 已复核件次 }}件次{% endif %}。{{ 问题较多 }}具体情况见{{ 清单附件 }}。",
    ),
    (Place.BODY, "{%p else %}"),
    (Place.BODY, "在可判定的件次中，没有发现未按时转载的问题。"),
    (Place.BODY, "{%p endif %}"),
    (Place.BODY, "{%p if 未列入件次 %}"),
    (Place.BODY, "另有{{ 未列入件次 }}件次判定为超时或未转载，因{{ 未列入原因 }}，未列入问题清单。"),
    (Place.BODY, "{%p endif %}"),
    (Place.BODY, "{%p if 未见专栏数 %}"),
    (Place.SECOND, "（二）首页未见专栏"),
    (
        Place.BODY,
        "在看到首页的{{ 首页可见数 }}个网站中，检查期内多日查看均未见专栏入口的{{ 未见专栏数 }}个：{{ 未见专栏网站 }}。",
    ),
    (Place.BODY, "{%p endif %}"),
    (Place.BODY, "{%p if 疑似伪造件次 %}"),
    (Place.SECOND, "（{% if 未见专栏数 %}三{% else %}二{% endif %}）发稿日期存疑"),
    (
        Place.BODY,
        "清单所列{{ 问题件次 }}件次中，有{{ 疑似伪造件次 }}件次的页面标注的发布时间，早于监测查看其专栏而未见该稿的时间，"
        "经人工核实，存在伪造发稿日期的嫌疑。",
    ),
    (Place.BODY, "{%p endif %}"),
    (Place.BODY, "{%p if 往期问题数 %}"),
    (Place.FIRST, "三、往期问题整改情况"),
    (
        Place.BODY,
        "往期通报（编号{{ 往期编号 }}）所列尚未销号的问题{{ 往期问题数 }}条，其中{{ 往期分类 }}。",
    ),
    (Place.BODY, "{%p endif %}"),
    (Place.FIRST, "{% if 往期问题数 %}四{% else %}三{% endif %}、有关要求"),
    (Place.SECOND, "（一）抓紧整改"),
    (
        Place.BODY,
        "请有关地区和部门对照附件所列问题逐项整改，于{{ 整改期限 }}前将整改情况书面报送（接收单位）。"
        "整改情况将在下次检查中核对。",
    ),
    (Place.SECOND, "（二）完善转载机制"),
    (
        Place.BODY,
        "各网站要在首页显著位置设置国务院重要政策信息专栏，及时转载中国政府网发布的对全局工作有指导意义、需要社会广泛"
        "知晓的政策信息，并注明来源。",
    ),
    (Place.SECOND, "（三）异议核实"),
    (
        Place.BODY,
        "对附件所列问题有异议的，请于{{ 整改期限 }}前向（联系单位和电话）提供转载页面的网址和能够证明发布时间的材料，"
        "经人工复核后更正。",
    ),
    (Place.BODY, ""),
    (Place.BODY, "{%p for 附件 in 附件清单 %}"),
    (Place.ANNEX, "{{ 附件 }}"),
    (Place.BODY, "{%p endfor %}"),
    (Place.BODY, ""),
    (Place.SIGNATURE, "（发文机关）"),
    (Place.SIGNATURE, "{{ 成文日期 }}"),
    (
        Place.NOTE,
        "（“可判定”为按时、超时、未转载之和；“待核”和“未能观测”说明监测方未能判定或未能查看，不是问题认定。"
        "“超时(小时)”为可证明的最少超时。数据批次{{ 数据批次 }}，快照 SHA-256：{{ 快照 }}。）",
    ),
)
