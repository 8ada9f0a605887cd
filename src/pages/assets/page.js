// What script adds to pages that work without it: sending without leaving the page, the answer of the regulation while
// one types, rescue of words, lists to choose from, progress, keys. Nothing here decides anything: every request is one
// that the form would make, too.

const root = document.documentElement;
const vi = root.lang !== "en";
const t = (one, other) => (vi ? one : other);
const account = document.body.dataset.account ?? "";
// Browsers without trusted types take the text as it is.
const policy = window.trustedTypes?.createPolicy("page", { createHTML: (html) => html }) ?? { createHTML: (html) => html };
const parsed = (html) => new DOMParser().parseFromString(policy.createHTML(html), "text/html");
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const status = document.createElement("p");
status.className = "status-line";
status.setAttribute("role", "status");
document.body.append(status);
const say = (text) => { status.textContent = text; };

// ---- sending ------------------------------------------------------------------------------------------------------

const RETRIES = [1000, 3000, 10000];
const PATIENCE = 10000;
let sending = false;

async function fetched(url, options) {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(url, { ...options, signal: stop.signal, credentials: "same-origin" });
    // Whatever the server answered to somebody who is signed in, it has counted as use.
    if (answer.status !== 401 && answer.status < 500 && !leftForSignIn(answer)) used();
    return answer;
  } finally {
    clearTimeout(late);
  }
}

// The same request with the same key, so that it is done once however often it arrives.
async function persistent(url, options) {
  for (const pause of [...RETRIES, null]) {
    try {
      return await fetched(url, options);
    } catch {
      if (pause === null) return null;
      say(t("Mất kết nối – nội dung vẫn giữ trên máy này; đang thử lại…", "No connection – your text is kept on this computer; trying again…"));
      await wait(pause);
    }
  }
  return null;
}

function show(page, address, button) {
  const main = page.querySelector("main");
  const here = document.querySelector("main");
  if (!main || !here || main.classList.contains("sign-in") !== here.classList.contains("sign-in")) {
    location.assign(address);
    return;
  }
  document.title = page.title;
  here.replaceChildren(...main.childNodes);
  history.replaceState(null, "", address);
  addressed();
  enhance(here);
  // A row that was added is typed into next; else people hear what is wrong, or where they are.
  const rows = button?.name === "add" ? here.querySelectorAll(`[name^="${button.value}/"]`) : [];
  const row = [...rows].filter((field) => field.type !== "hidden").findLast((field) => /\/\d+(\/[a-z_]+)?$/.test(field.name) && first(field, button.value));
  if (row) {
    row.focus();
    return;
  }
  const target = here.querySelector(".error-summary") ?? here.querySelector("h1");
  if (target) {
    target.tabIndex = -1;
    target.focus();
  }
}

// Whether a field is the first one of its row that can be typed into.
function first(field, list) {
  const row = field.name.slice(list.length + 1).split("/")[0];
  const own = [...field.form.elements].filter((other) => other.name?.startsWith(`${list}/${row}/`) || other.name === `${list}/${row}`);
  return own.find((other) => other.type !== "hidden" && other.tagName !== "BUTTON") === field;
}

// The page that an act leads to is loaded whole; there the heading has the focus, so that it is never lost.
const LEFT = "ngoaivu:left";

function leave(address) {
  try { sessionStorage.setItem(LEFT, "true"); } catch { /* Without storage the focus is the browser's. */ }
  location.assign(address);
}

function arrive() {
  let left = false;
  try {
    left = sessionStorage.getItem(LEFT) !== null;
    sessionStorage.removeItem(LEFT);
  } catch { /* as above */ }
  const heading = left && !location.hash ? document.querySelector("h1") : null;
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus();
}

function askPassword(again, closed) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "again-h");
  const form = document.createElement("form");
  form.method = "dialog";
  const heading = document.createElement("h2");
  heading.id = "again-h";
  heading.textContent = t("Phiên đã hết. Nhập mật khẩu để gửi tiếp; nội dung vẫn còn", "The session has ended. Enter your password to go on; nothing is lost");
  const label = document.createElement("label");
  label.htmlFor = "again-p";
  label.textContent = t("Mật khẩu", "Password");
  const input = Object.assign(document.createElement("input"), { type: "password", id: "again-p", autocomplete: "current-password" });
  const told = Object.assign(document.createElement("p"), { className: "error" });
  told.setAttribute("role", "alert");
  const button = Object.assign(document.createElement("button"), { textContent: t("Gửi tiếp", "Go on") });
  form.append(heading, label, input, told, button);
  dialog.append(form);
  document.body.append(dialog);
  let ticket;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new URLSearchParams({ next: "/help" });
    const typed = ticket ? { ticket, "/code": input.value } : { "/username": account, "/password": input.value };
    Object.entries(typed).forEach(([name, value]) => body.set(name, value));
    const answer = await persistent(ticket ? "/sign-in/code" : "/sign-in", { method: "POST", body });
    const page = answer && !answer.redirected ? parsed(await answer.text()) : null;
    const second = page?.querySelector("form[action='/sign-in/code'] [name=ticket]")?.value;
    if (answer?.ok && second) {
      // The password was right: now the code of the second factor.
      ticket = second;
      label.textContent = t("Mã xác thực", "Code");
      Object.assign(input, { type: "text", autocomplete: "one-time-code", value: "" });
      told.textContent = "";
      input.focus();
    } else if (answer?.ok) {
      closed = undefined;
      dialog.close();
      dialog.remove();
      again();
    } else {
      if (ticket && !second) {
        // The time for the code is over: from the start, with the password.
        ticket = undefined;
        label.textContent = t("Mật khẩu", "Password");
        Object.assign(input, { type: "password", autocomplete: "current-password" });
      }
      told.textContent = page?.querySelector(".error-summary li")?.textContent.trim() ?? t("Mất kết nối.", "No connection.");
      input.value = "";
      input.focus();
    }
  });
  dialog.addEventListener("close", () => closed?.());
  dialog.showModal();
  input.focus();
}

// Whether an answer is the page for signing in, instead of what was asked for.
const leftForSignIn = (answer) => Boolean(answer?.redirected) && new URL(answer.url).pathname === "/sign-in";

async function send(form, button) {
  if (sending) return;
  sending = true;
  clearTimeout(form.timers?.asking);
  if (tooLarge(form)) {
    sending = false;
    return;
  }
  // On a bad line nobody waits longer for what is only kept.
  await Promise.race([asking, wait(2000)]);
  form.setAttribute("aria-busy", "true");
  const fields = new FormData(form, button);
  const body = form.enctype === "multipart/form-data" ? fields : new URLSearchParams(fields);
  const answer = form.enctype === "multipart/form-data" ? await upload(form, body) : await persistent(form.action, { method: "POST", body });
  sending = false;
  form.removeAttribute("aria-busy");
  if (!answer) {
    offerAgain(form, button);
    return;
  }
  say("");
  if (answer.status === 401 && account) {
    askPassword(() => send(form, button));
    return;
  }
  // A form that is too long to carry over a sign-in leads there by itself; it was not sent.
  if (leftForSignIn(answer) && account && !form.action.endsWith("/sign-out")) {
    askPassword(() => send(form, button));
    return;
  }
  if (answer.redirected) {
    forget(form);
    leave(answer.url);
    return;
  }
  // A form that was refused stays at its own address, so that F5 asks for it again instead of sending it again.
  show(parsed(await answer.text()), location.href, button);
}

// Several dossiers are sent one after another, each result stands as soon as it is known, and a press stops before the next.
async function signEach(form) {
  if (sending) return;
  const ticked = [...form.querySelectorAll("input[type=checkbox][name$='/tick']")].filter((box) => box.checked && !box.disabled);
  if (ticked.length === 0) { send(form); return; }
  sending = true;
  const panel = Object.assign(document.createElement("section"), { className: "panel", tabIndex: -1 });
  const head = Object.assign(document.createElement("div"), { className: "panel-head" });
  const heading = document.createElement("h2");
  const list = Object.assign(document.createElement("ul"), { className: "rows" });
  const stop = Object.assign(document.createElement("button"), { type: "button", className: "plain low", textContent: t("Dừng", "Stop") });
  head.append(heading, stop);
  panel.append(head, list);
  form.before(panel);
  panel.focus();
  let stopped = false;
  stop.addEventListener("click", () => { stopped = true; stop.remove(); });
  let sent = 0;
  const told = () => { heading.textContent = t(`Đã gửi ${sent}/${ticked.length}`, `${sent} of ${ticked.length} sent`); };
  try { for (const box of ticked) {
    told();
    if (stopped) break;
    const fields = new URLSearchParams(new FormData(form));
    for (const other of ticked) if (other !== box) fields.delete(other.name);
    let answer = null;
    while (!stopped && !answer?.ok) {
      answer = await persistent(form.action, { method: "POST", body: fields });
      if (account && (answer?.status === 401 || leftForSignIn(answer))) {
        answer = null;
        // Who closes the question stops here.
        await new Promise((done) => askPassword(done, () => { stopped = true; done(); }));
      } else if (!answer?.ok) {
        say(t("Chưa gửi được. ", "Not sent. "));
        await new Promise((done) => {
          const again = Object.assign(document.createElement("button"), { type: "button", className: "plain low", textContent: t("Thử lại", "Try again") });
          again.addEventListener("click", () => { again.remove(); done(); });
          stop.addEventListener("click", () => { again.remove(); done(); });
          status.append(again);
        });
      }
    }
    if (!answer?.ok) break;
    say("");
    list.append(...parsed(await answer.text()).querySelectorAll("main .rows li"));
    // What was answered is not sent again; what was refused is opened and done by itself.
    box.checked = false;
    box.disabled = true;
    sent += 1;
  } } finally {
    told();
    stop.remove();
    sending = false;
  }
}

function offerAgain(form, button) {
  say("");
  const again = Object.assign(document.createElement("button"), { type: "button", className: "plain low", textContent: t("Thử lại", "Try again") });
  again.addEventListener("click", () => { again.remove(); send(form, button); });
  say(t("Chưa gửi được – nội dung vẫn giữ trên máy này. ", "Not sent – your text is kept on this computer. "));
  status.append(again);
}

// Minutes on a slow line are not spent on a file that would be refused.
function tooLarge(form) {
  for (const input of form.querySelectorAll("input[type=file][data-most]")) {
    const most = Number(input.dataset.most);
    input.parentElement.querySelector(".error.size")?.remove();
    input.removeAttribute("aria-invalid");
    const file = [...input.files].find((one) => one.size > most);
    if (!file) continue;
    const megabytes = (bytes) => `${(Math.ceil(bytes / 104857.6) / 10).toLocaleString(vi ? "vi-VN" : "en-GB")} MB`;
    const told = Object.assign(document.createElement("p"), { className: "error size", id: `${input.id}-size` });
    told.setAttribute("role", "alert");
    told.textContent = t(`Tệp ${megabytes(file.size)}, tối đa ${megabytes(most)}. Chưa gửi`, `The file is ${megabytes(file.size)}; the limit is ${megabytes(most)}. It was not sent`);
    input.before(told);
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", told.id);
    input.focus();
    return true;
  }
  return false;
}

// Browsers before Chromium 119 heed the second.
const stay = (event) => { event.preventDefault(); event.returnValue = true; };

function upload(form, body) {
  // Whoever leaves the page breaks it off.
  window.addEventListener("beforeunload", stay);
  const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
  bar.setAttribute("aria-label", t("Đang gửi tệp", "Sending the file"));
  const words = Object.assign(document.createElement("p"), { className: "told" });
  words.setAttribute("role", "status");
  form.append(bar, words);
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = event.loaded / event.total;
      words.textContent = t(`Đã gửi ${Math.round(bar.value * 100)} %`, `${Math.round(bar.value * 100)} % sent`);
    });
    const end = (answer) => { window.removeEventListener("beforeunload", stay); bar.remove(); words.remove(); done(answer); };
    request.addEventListener("load", () => used());
    request.addEventListener("load", () => end({
      status: request.status,
      redirected: new URL(request.responseURL).pathname !== new URL(form.action).pathname || request.status === 200,
      url: request.responseURL,
      text: async () => request.responseText,
    }));
    for (const failed of ["error", "abort", "timeout"]) request.addEventListener(failed, () => end(null));
    request.send(body);
  });
}

// ---- rescue of words ----------------------------------------------------------------------------------------------

const WEEK = 7 * 24 * 3600 * 1000;
// The words that mark a state secret, as the server knows them; nothing that bears one is kept anywhere.
const SECRET = /(^|[^\p{L}])MẬT([^\p{L}]|$)/u;
// Signs that show nothing, or that part the letters of a mark, do not hide it.
const secret = (value) => {
  const text = String(value).normalize("NFKC");
  return SECRET.test(text) || SECRET.test(text.replace(/[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/gu, "")) || SECRET.test(text.replace(/(\p{Lu})[.\-_* ](?=\p{Lu}([^\p{L}]|$))/gu, "$1"));
};
const never = (field) => field.tagName === "BUTTON" || field.type === "password" || field.type === "file" || field.type === "hidden" || /(passport_number|mrz)$/.test(field.name) || /^paste:/.test(field.name);
const place = () => `ngoaivu:${account}:${location.pathname}:${new URLSearchParams(location.search).get("copy") ?? ""}`;

function words(form) {
  const kept = {};
  for (const field of form.elements) {
    if (!field.name || never(field)) continue;
    if (field.type === "radio" || field.type === "checkbox") {
      if (field.checked !== field.defaultChecked) kept[`${field.name}=${field.value}`] = field.checked;
    } else if (field.tagName === "SELECT") {
      const chosen = [...field.options].find((option) => option.defaultSelected)?.value ?? field.options[0]?.value ?? "";
      if (field.value !== chosen) kept[field.name] = field.value;
    } else if ("value" in field && field.value !== field.defaultValue) kept[field.name] = field.value;
  }
  return kept;
}

let signedOut = false;

// Whoever signs out leaves no words here, whether or not the browser heeds `Clear-Site-Data`.
document.querySelector("form.sign-out")?.addEventListener("submit", () => {
  signedOut = true;
  try { localStorage.clear(); sessionStorage.clear(); } catch { /* Without storage nothing was kept. */ }
});

const versionOf = (form) => new URL(form.action).searchParams.get("version");

function keep(form) {
  if (signedOut) return;
  const kept = words(form);
  try {
    if (Object.keys(kept).length === 0) localStorage.removeItem(place());
    else if (Object.values(kept).some(secret)) {
      localStorage.removeItem(place());
      say(t("Có dấu độ mật: nội dung này không được lưu ở đâu", "There is a secrecy mark: this is kept nowhere"));
    } else {
      localStorage.setItem(place(), JSON.stringify({ at: Date.now(), version: versionOf(form), kept }));
      if (form.dataset.stored === undefined) say(t(`Đã lưu trên máy này ${clock()}`, `Kept on this computer ${clock()}`));
    }
  } catch { /* A browser without storage has nothing to rescue from. */ }
}

const clock = () => new Date().toLocaleTimeString(vi ? "vi-VN" : "en-GB", { hour: "2-digit", minute: "2-digit" });

function forget() {
  try { localStorage.removeItem(place()); } catch { /* as above */ }
}

function restore(form) {
  let found = null;
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith("ngoaivu:") && Date.now() - (JSON.parse(localStorage.getItem(name))?.at ?? 0) > WEEK) localStorage.removeItem(name);
    }
    found = JSON.parse(localStorage.getItem(place()));
  } catch { return; }
  if (!found || Object.keys(found.kept).length === 0) return;
  // The newer of both is offered: this computer keeps two seconds after the last key, the server after each answer.
  const unsent = document.querySelector("[data-unsent]");
  if (unsent && Date.parse(unsent.dataset.unsent) > found.at + 5000) return;
  unsent?.remove();
  const told = document.createElement("div");
  told.className = "notice rescue";
  const said = document.createElement("p");
  said.textContent = t("Có nội dung chưa gửi từ lần trước trên máy này.", "There is text on this computer that was not sent.");
  // What was typed over an older version is sent with that version: the server shows what others changed since.
  const older = found.version !== null && versionOf(form) !== null && found.version !== versionOf(form);
  if (older) said.textContent += t(" Hồ sơ đã thay đổi từ đó; khi gửi sẽ hỏi từng chỗ khác nhau.", " It was changed since; each difference is asked about when you send it.");
  const back = Object.assign(document.createElement("button"), { type: "button", className: "plain low", textContent: t("Khôi phục", "Restore") });
  const drop = Object.assign(document.createElement("button"), { type: "button", className: "plain low", textContent: t("Bỏ", "Discard") });
  back.addEventListener("click", () => {
    for (const [name, value] of Object.entries(found.kept)) {
      for (const field of form.elements) {
        if (typeof value === "boolean" && `${field.name}=${field.value}` === name) field.checked = value;
        else if (field.name === name && typeof value === "string" && !never(field)) field.value = value;
      }
    }
    told.remove();
    if (older) {
      const target = new URL(form.action);
      target.searchParams.set("version", found.version);
      form.action = target.href;
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
    form.querySelector("input:not([type=hidden]), textarea, select")?.focus();
  });
  drop.addEventListener("click", () => {
    forget();
    told.remove();
    if (unsent) fetched(`${location.pathname}?discard=true`, { method: "POST", body: new URLSearchParams() }).catch(() => {});
  });
  const buttons = document.createElement("div");
  buttons.className = "buttons";
  buttons.append(back, drop);
  told.append(said, buttons);
  form.prepend(told);
}

// ---- the answer of the regulation while one types -------------------------------------------------------------------

let asked = 0;
// The question that is under way: what is sent goes after it, so that what it keeps is never newer than what was sent. A form
// without a panel of answers is only kept.
let asking = Promise.resolve();

function ask(form) {
  asking = answered(form);
}

async function answered(form) {
  if (!form.dataset.rule) return;
  const mine = ++asked;
  const fields = new URLSearchParams(new FormData(form));
  let answer = null;
  try {
    answer = await fetched(form.dataset.rule, { method: "POST", body: fields });
  } catch { /* told below; the panel keeps its last answer */ }
  if (mine !== asked) return;
  delete form.dataset.stored;
  if (!answer) {
    say(t("Mất kết nối – nội dung vẫn giữ trên máy này", "No connection – your text is kept on this computer"));
    return;
  }
  if (answer.status === 401 || leftForSignIn(answer)) {
    say(t("Phiên đã hết – nội dung vẫn giữ trên máy này; khi gửi sẽ hỏi mật khẩu", "The session has ended – your text is kept on this computer; your password is asked for when you send it"));
    return;
  }
  // What the server took for keeping is not only on this computer.
  if (answer.ok) form.dataset.stored = "true";
  const kept = answer.ok ? t(`Đã lưu ${clock()}`, `Saved ${clock()}`) : t("Máy chủ từ chối – xem bên cạnh", "The server refused – see beside");
  const panel = document.querySelector("#rule");
  const fresh = panel ? parsed(await answer.text()).querySelector("#rule") : null;
  if (!fresh) {
    if (answer.ok) say(kept);
    return;
  }
  const said = fresh.querySelector(".outcome")?.textContent.trim();
  const before = panel.querySelector(".outcome")?.textContent.trim();
  panel.replaceChildren(...fresh.childNodes);
  say(answer.ok && said && said !== before ? `${said} · ${kept}` : kept);
}

// ---- lists to choose from -------------------------------------------------------------------------------------------

let countries = null;

async function offers(kind, text) {
  if (kind === "country") {
    countries ??= (await (await fetch("/api/v1/vocabulary")).json()).words.country;
    const plain = (name) => name.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();
    const wanted = plain(text);
    const name = (country) => (vi ? country.vi : country.en);
    // Names that begin with what was typed come first.
    const rank = (c) => Math.min(...[plain(c.vi), plain(c.en)].map((one) => (one.startsWith(wanted) ? 0 : one.includes(` ${wanted}`) ? 1 : one.includes(wanted) ? 2 : 3)));
    return countries.map((c) => [rank(c), c]).filter(([n]) => n < 3).sort(([a], [b]) => a - b).slice(0, 10).map(([, c]) => c).map((c) => ({ value: name(c), label: name(c) }));
  }
  const answer = await fetch(`/api/v1/${kind}?limit=10&q=${encodeURIComponent(text)}`, { credentials: "same-origin" });
  if (!answer.ok) return [];
  return (await answer.json()).items.map((item) => ({
    value: item.id,
    label: [item.full_name ?? item.name, item.post ?? item.code, item.agency?.name].filter(Boolean).join(" – "),
  }));
}

function combobox(input) {
  const list = document.createElement("ul");
  list.id = `${input.id}-list`;
  list.className = "options";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels?.[0]?.textContent.trim() ?? "");
  list.hidden = true;
  input.after(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  let at = -1;
  let found = [];
  let composing = false;
  let turn = 0;
  const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const choose = (offer) => {
    // The id is sent, the name is shown.
    input.value = offer.label;
    let hidden = input.parentElement.querySelector("input[type=hidden].chosen");
    if (input.dataset.pick !== "country") {
      hidden ??= Object.assign(document.createElement("input"), { type: "hidden", className: "chosen", name: input.name });
      hidden.value = offer.value;
      input.after(hidden);
    }
    close();
    input.form.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const draw = () => {
    list.replaceChildren(...found.map((offer, n) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${n}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", String(n === at));
      option.lang = "vi";
      option.textContent = offer.label;
      option.addEventListener("mousedown", (event) => { event.preventDefault(); choose(offer); });
      return option;
    }));
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    if (at >= 0) input.setAttribute("aria-activedescendant", `${list.id}-${at}`);
    else input.removeAttribute("aria-activedescendant");
  };
  const look = async () => {
    const text = input.value.trim();
    const mine = ++turn;
    if (composing || text.length < 2) { close(); return; }
    await wait(150);
    if (mine !== turn) return;
    try { found = await offers(input.dataset.pick, text); } catch { found = []; }
    if (mine === turn && document.activeElement === input) { at = -1; draw(); }
  };
  input.addEventListener("compositionstart", () => { composing = true; });
  input.addEventListener("compositionend", () => { composing = false; look(); });
  input.addEventListener("input", () => {
    input.parentElement.querySelector("input[type=hidden].chosen")?.remove();
    look();
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (composing || event.isComposing) return;
    if (event.key === "Escape") { close(); return; }
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : found.length + (at < 0 ? 0 : -1))) % found.length;
      draw();
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      choose(found[at]);
    }
  });
}

// The button of an act says what it does: the answer that was chosen, and of which dossier.
function inWords(button) {
  const plain = button.textContent;
  const tell = () => {
    const chosen = button.form.querySelector(`input[type=radio][name="${button.dataset.says}"]:checked`);
    button.textContent = chosen ? `${chosen.labels[0].textContent.trim()} ${t("hồ sơ", "dossier")} ${button.dataset.about}` : plain;
  };
  button.form.addEventListener("change", tell);
  tell();
}

// ---- days and long texts --------------------------------------------------------------------------------------------

const WEEKDAYS = vi ? ["Chủ nhật", "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy"] : ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const calendars = {};

// The working calendar of a year; null where nobody told it.
function calendarOf(year) {
  calendars[year] ??= fetch(`/api/v1/holidays?year=${year}`, { credentials: "same-origin" })
    .then(async (answer) => (answer.ok ? answer.json() : null))
    .catch(() => null);
  return calendars[year];
}

// The day that was typed in one of the ways that the server reads, as year, month, day.
function typedDay(text) {
  const plain = text.trim();
  const [, a, b, c] = /^(\d{2})(\d{2})(\d{4})$/.exec(plain) ?? /^(\d{1,2})[/\-.\s]+(\d{1,2})[/\-.\s]+(\d{4})$/.exec(plain) ?? [];
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(plain);
  const [year, month, day] = iso ? iso.slice(1).map(Number) : [c, b, a].map(Number);
  const at = new Date(Date.UTC(year, month - 1, day));
  return at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === day ? at : null;
}

function tellsDay(input) {
  const told = document.getElementById(`${input.id}-t`);
  if (!told) return;
  let turn = 0;
  input.addEventListener("input", async () => {
    const mine = ++turn;
    const at = typedDay(input.value);
    told.textContent = "";
    if (!at) return;
    const iso = at.toISOString().slice(0, 10);
    const words = [WEEKDAYS[at.getUTCDay()], iso.split("-").reverse().join("/")];
    const calendar = await calendarOf(at.getUTCFullYear());
    if (mine !== turn) return;
    if (calendar) {
      const off = calendar.off.includes(iso);
      const weekend = [0, 6].includes(at.getUTCDay()) && !calendar.work.includes(iso);
      words.push(off || weekend ? t("ngày nghỉ", "a day off") : t("ngày làm việc", "a working day"));
    }
    told.textContent = words.join(", ");
  });
}

// How many letters are left, once there are few.
function counts(area) {
  const most = Number(area.dataset.longest);
  const left = Object.assign(document.createElement("p"), { className: "left" });
  left.setAttribute("aria-live", "polite");
  const tell = () => {
    const rest = most - [...area.value].length;
    left.classList.toggle("over", rest < 0);
    if (rest > most / 4) left.textContent = "";
    else left.textContent = rest < 0 ? t(`Quá ${-rest} ký tự`, `${-rest} characters too many`) : t(`Còn ${rest} ký tự`, `${rest} characters left`);
  };
  area.after(left);
  area.addEventListener("input", tell);
  tell();
}

// ---- keys -----------------------------------------------------------------------------------------------------------

function keys(event) {
  const field = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog");
  if (field || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const rows = [...document.querySelectorAll("main table.blocks tbody tr")].filter((row) => row.querySelector("a.title"));
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const go = (n) => { event.preventDefault(); rows[n]?.querySelector("a.title").focus(); };
  if (event.key === "/") { event.preventDefault(); document.querySelector("#q")?.focus(); }
  else if (event.key === "?") location.assign("/help#keys");
  else if (rows.length === 0) return;
  else if (event.key === "j" || (event.key === "ArrowDown" && here >= 0)) go(Math.min(here + 1, rows.length - 1));
  else if (event.key === "k" || (event.key === "ArrowUp" && here >= 0)) go(Math.max(here - 1, 0));
  else if (event.key === "x" && here >= 0) rows[here].querySelector("input[type=checkbox]")?.click();
}

// ---- the end of the session -----------------------------------------------------------------------------------------

const IDLE = Number(document.body.dataset.idle ?? 0) * 1000;
let idle = 0;

// Every page of the same browser prolongs the session of all of them.
let others = null;

function join() {
  if (typeof BroadcastChannel === "undefined") return;
  others = new BroadcastChannel("ngoaivu-used");
  others.onmessage = () => watch();
}

join();
// A page with an open channel is not kept for going back: it would come back with another key, and what it sent could be sent twice.
window.addEventListener("pagehide", () => {
  others?.close();
  others = null;
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  join();
  watch();
});

function used() {
  watch();
  others?.postMessage(true);
}

function watch() {
  clearTimeout(idle);
  document.querySelector(".idle")?.remove();
  if (!account || IDLE === 0) return;
  idle = setTimeout(() => {
    const banner = document.createElement("div");
    banner.className = "notice idle";
    banner.setAttribute("role", "status");
    const button = Object.assign(document.createElement("button"), { type: "button", className: "plain low", textContent: t("Tiếp tục làm việc", "Go on working") });
    button.addEventListener("click", async () => { await persistent("/api/v1/me", {}); });
    banner.append(t("Phiên sắp hết trong 2 phút. ", "The session ends in 2 minutes. "), button);
    document.body.append(banner);
  }, Math.max(IDLE - 120000, 0));
}

// ---- a page -----------------------------------------------------------------------------------------------------------

function enhance(part) {
  for (const form of part.querySelectorAll("form[method=post]")) {
    if (form.dataset.ready) continue;
    form.dataset.ready = "true";
    form.timers = { saving: 0, asking: 0 };
    form.addEventListener("submit", (event) => {
      if (form.dataset.plain !== undefined) return;
      event.preventDefault();
      if (form.dataset.each === undefined) send(form, event.submitter);
      else signEach(form);
    });
    if (form.dataset.rescue === undefined) continue;
    restore(form);
    form.addEventListener("input", () => {
      clearTimeout(form.timers.saving);
      clearTimeout(form.timers.asking);
      form.timers.saving = setTimeout(() => keep(form), 2000);
      form.timers.asking = setTimeout(() => ask(form), 600);
    });
    form.addEventListener("change", () => keep(form));
  }
  for (const input of part.querySelectorAll("input[data-pick]")) combobox(input);
  for (const button of part.querySelectorAll("button[data-says]")) inWords(button);
  for (const input of part.querySelectorAll("input.day")) tellsDay(input);
  for (const area of part.querySelectorAll("textarea[data-longest]")) counts(area);
}

// A browser that did not keep the page asks for its address again: the key stands there, so that the form comes back with it.
function addressed() {
  const here = new URL(location.href);
  const forms = [...document.querySelectorAll("form[method=post]")].map((form) => new URL(form.action));
  const key = forms.find((to) => to.pathname === here.pathname && to.searchParams.has("key"))?.searchParams.get("key");
  if (!key || here.searchParams.get("key") === key) return;
  here.searchParams.set("key", key);
  history.replaceState(null, "", here);
}

enhance(document);
arrive();
addressed();
if (account) used();
// Work that goes on at the server is looked at again.
const waiting = document.querySelector("[data-refresh]");
if (waiting) setTimeout(() => location.reload(), waiting.dataset.refresh * 1000);
if (document.body.dataset.shortcuts !== undefined) document.addEventListener("keydown", keys);
window.addEventListener("offline", () => status.querySelector("button") || say(t("Mất kết nối – nội dung vẫn giữ trên máy này", "No connection – your text is kept on this computer")));
// What was offered to be tried again stays.
window.addEventListener("online", () => { if (!status.querySelector("button")) say(""); });
// The token of an activation stands in the fragment, which no log has.
const token = document.querySelector("#token");
if (token && location.hash.length > 1) {
  token.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
}
