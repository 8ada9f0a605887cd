#!/usr/bin/env python3
"""Signs in by npm's oidc-provider as a browser would: to it, through its pages, and back.

    npm install --prefix DIR oidc-provider@9
    python3 tests/oidc/run.py BINARY DIR

Starts the demo and the provider on this machine alone, and prints one line for each thing that was tried.
"""

import html, http.client, os, re, shutil, socket, subprocess, sys, tempfile, time, urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
BINARY, MODULES = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
PASSWORD = "demo-ngoaivu-2026"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Browser:
    """Keeps cookies by host and port, follows where it is sent, and says from which site it comes."""

    def __init__(self):
        self.jar = {}

    def ask(self, url, form=None, site="same-origin"):
        for _ in range(12):
            at = urllib.parse.urlsplit(url)
            mine = self.jar.setdefault(at.netloc, {})
            head = {"Sec-Fetch-Site": site, "Accept": "text/html"}
            # As a browser: a strict cookie does not come along from another site.
            sent = {n: v for n, (v, strict) in mine.items() if not (strict and site == "cross-site")}
            if sent:
                head["Cookie"] = "; ".join(f"{n}={v}" for n, v in sent.items())
            body = None
            if form is not None:
                body = urllib.parse.urlencode(form)
                head["Content-Type"] = "application/x-www-form-urlencoded"
            conn = http.client.HTTPConnection(at.netloc, timeout=20)
            conn.request("POST" if form is not None else "GET", at.path + ("?" + at.query if at.query else ""), body, head)
            answer = conn.getresponse()
            text = answer.read().decode()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    pair, *rest = value.split(";")
                    key, _, val = pair.partition("=")
                    gone = any(r.strip().lower() in ("max-age=0", "expires=thu, 01 jan 1970 00:00:00 gmt") for r in rest)
                    mine.pop(key, None) if gone or not val else mine.__setitem__(key, (val, "samesite=strict" in value.lower()))
            to = answer.getheader("Location")
            if answer.status in (302, 303) and to:
                new = urllib.parse.urljoin(url, to)
                if urllib.parse.urlsplit(new).netloc != at.netloc:
                    site = "cross-site"
                url, form = new, None
                continue
            again = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', text)
            if again:
                new = urllib.parse.urljoin(url, html.unescape(again.group(1)))
                site = "same-origin" if urllib.parse.urlsplit(new).netloc == at.netloc else "cross-site"
                url, form = new, None
                continue
            return answer.status, url, text
        raise SystemExit(f"{url} leads nowhere")


def form_of(text, url):
    found = re.search(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', text, re.S)
    fields = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', found.group(2)))
    return urllib.parse.urljoin(url, html.unescape(found.group(1))), fields


def proves_themselves(browser, start, name, form=None):
    """Through the pages of the provider: a name, then consent."""
    status, url, text = browser.ask(start, form)
    for _ in range(3):
        if "/interaction/" not in url:
            return status, url, text
        to, fields = form_of(text, url)
        if 'name="login"' in text:
            fields |= {"prompt": "login", "login": name, "password": "any"}
        else:
            fields |= {"prompt": "consent"}
        status, url, text = browser.ask(to, fields)
    return status, url, text


def check(what, right, seen=""):
    print(f"{'pass' if right else 'FAIL'}  {what}  {seen}")
    if not right:
        raise SystemExit(1)


def wait_for(port):
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing listens on {port}")


def tried(way, person, user):
    """One provider that takes the secret in one way, with a demo of its own."""
    ours, theirs = free_port(), free_port()
    base, folder = f"http://127.0.0.1:{ours}", tempfile.mkdtemp(prefix="ngoaivu-oidc-")
    env = os.environ | {
        "NGOAIVU_OIDC_ISSUER": f"http://127.0.0.1:{theirs}", "NGOAIVU_OIDC_CLIENT_ID": "ngoaivu",
        "NGOAIVU_OIDC_CLIENT_SECRET": "tried-by-hand: with % and +", "NGOAIVU_OIDC_NAME": "SSO tỉnh",
        "NGOAIVU_PUBLIC_ORIGIN": base,
    }
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    demo = [BINARY, "demo", "--data", folder, "--listen", f"127.0.0.1:{ours}"]
    started = [subprocess.Popen(demo, env=env, **quiet)]
    started.append(subprocess.Popen(["node", "provider.mjs", str(theirs), base, way], cwd=MODULES, **quiet))
    try:
        wait_for(ours)
        wait_for(theirs)
        stranger = Browser()
        status, url, text = proves_themselves(stranger, f"{base}/sign-in/provider?next=%2Fcalendar", person)
        check(f"{way}: whom nobody here linked is refused", status == 401 and "chưa gắn" in text, f"{status} {url}")
        known = Browser()
        known.ask(f"{base}/sign-in", {"/username": user, "/password": PASSWORD, "next": "/"})
        status, url, text = proves_themselves(known, f"{base}/me/provider/link", person, {})
        check("linking leads back to one's account", url.endswith("/me") and person in text, f"{status} {url}")
        fresh = Browser()
        status, url, text = proves_themselves(fresh, f"{base}/sign-in/provider?next=%2Fcalendar", person)
        check("signing in leads to the page that was asked for", status == 200 and url.endswith("/calendar"), f"{status} {url}")
        status, _, text = fresh.ask(f"{base}/me")
        check("and it is they", status == 200 and user in text)
        status, url, _ = stranger.ask(f"{base}/sign-in/provider/return?code=stolen&state=made-up", site="cross-site")
        check("an answer that this browser did not ask for signs nobody in", "/sign-in" in url, f"{status} {url}")
    finally:
        for process in started:
            process.terminate()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


shutil.copy(os.path.join(HERE, "provider.mjs"), MODULES)
tried("client_secret_basic", "hanh.nt", "clerk.skhcn")
tried("client_secret_post", "khanh.lv", "chair")
