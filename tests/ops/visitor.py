"""A resident's browser without JavaScript, as far as a test of real processes needs one."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit


@dataclass
class Form:
    """One form of a page, with what it would send."""

    action: str = ""
    method: str = "get"
    values: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._textarea: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.forms.append(Form(facts.get("action", ""), facts.get("method", "get").lower()))
        elif self.forms and tag == "input" and facts.get("name"):
            if facts.get("type") not in {"radio", "checkbox"} or "checked" in facts:
                self.forms[-1].values[facts["name"]] = facts.get("value", "")
        elif self.forms and tag == "textarea":
            self._textarea = facts.get("name", "")
            self.forms[-1].values[self._textarea] = ""
        elif self.forms and tag == "select":
            self._select = facts.get("name", "")
        elif tag == "option" and self._select and "selected" in facts:
            self.forms[-1].values[self._select] = facts.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.forms[-1].values[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = None
        elif tag == "select":
            self._select = None


@dataclass
class Page:
    """An answer, and where it came from after redirects."""

    path: str
    status: int
    text: str

    def form_with(self, name: str) -> Form:
        """The page's form that has this field."""
        parser = _Forms()
        parser.feed(self.text)
        return next(form for form in parser.forms if name in form.values)


class Visitor:
    """Asks one port under the portal's public name, as the proxy does after it has ended TLS."""

    def __init__(self, port: int, host: str) -> None:
        self.port = port
        self.origin = f"https://{host}"
        self.host = host
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> Page:
        return self._ask("GET", path)

    def send(self, page: Page, form: Form, **typed: str) -> Page:
        """Fill the form in and send it."""
        return self._ask("POST", urljoin(page.path, form.action or page.path), urlencode(form.values | typed))

    def _ask(self, method: str, path: str, body: str | None = None) -> Page:
        for _ in range(5):
            headers = {
                "Host": self.host,
                "X-Forwarded-Proto": "https",
                "X-Forwarded-For": "203.0.113.7",
                "Referer": f"{self.origin}{path}",
                "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            }
            if body is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8")
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    self.cookies |= {key: morsel.value for key, morsel in SimpleCookie(value).items()}
            connection.close()
            if answer.status not in {301, 302, 303}:
                return Page(path, answer.status, text)
            parts = urlsplit(urljoin(self.origin + path, answer.headers["Location"]))
            method, path, body = "GET", parts.path + (f"?{parts.query}" if parts.query else ""), None
        raise AssertionError(f"{path} redirects for ever.")
