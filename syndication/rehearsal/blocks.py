"""Pages that come instead of a page, of our own writing after those that others met; none of them leads anywhere."""

FORBIDDEN = (
    "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n"
    "<hr><center>openresty</center>\r\n</body>\r\n</html>"
)
FIREWALL = (
    "<html><head><title>访问被拦截</title></head>"
    "<body>您的访问请求可能对网站造成威胁，已被 Web应用防火墙 拦截！请求被拦截 编号 1</body></html>"
)
RUISHU = (
    '<html><head><meta charset="utf-8"><meta id="rehearsal" content="abc" r="m">'
    "<script>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=1;$_ts.cd='rehearsal';</script>"
    '<script src="/rehearsal/x.js" r="m"></script></head><body></body></html>'
)
C3VK = "<html><script>document.cookie='C3VK=rehearsal;path=/;max-age=300';window.location.reload();</script></html>"
EDGEONE = (
    "<html><script>document.cookie='__tst_status=1#';document.cookie='EO_Bot_Ssid=3';location.reload();</script></html>"
)
SLIDER = (
    "<html><head><title>安全验证</title><style>.slide-verify{width:300px}</style></head><body>"
    "<div>请按住滑块，拖动到最右边</div><script>function slideVerify(){}</script></body></html>"
)
