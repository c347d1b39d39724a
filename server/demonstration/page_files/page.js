// Keeps the demonstration's page up to date. Text only: nothing that arrives is ever markup.

const STEP_MS = 30_000;
const LETTERS_MS = 2_000;
const at = new Intl.DateTimeFormat("fr-FR", { dateStyle: "full", timeStyle: "short" });
const el = (id) => document.getElementById(id);

let until = 0;
let known = -1;

function make(tag, look, ...children) {
  const node = document.createElement(tag);
  if (look !== "") node.className = look;
  node.append(...children);
  return node;
}

function copyable(value, look) {
  const button = make("button", `copy ${look}`, value);
  button.type = "button";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.firstChild.data);
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 1500);
  });
  return button;
}

function rows(pairs) {
  return make("dl", "", ...pairs.flatMap(([name, node]) => [make("dt", "", name), make("dd", "", node)]));
}

function card(person) {
  const code = copyable(person.code, "code");
  code.dataset.email = person.email;
  return make(
    "article",
    "card",
    make("h3", "", `${person.name}, ${person.says}`),
    make("p", "soft", person.why),
    rows([
      ["Adresse", copyable(person.email, "mono")],
      ["Mot de passe", copyable(person.password, "mono")],
      ["Code à usage unique", code],
      ["Code de récupération", copyable(person.recovery, "mono")],
    ]),
  );
}

function invited({ name, says, link, until: last, welcome }) {
  const open = make("a", "mono", link);
  open.href = link;
  open.target = "_blank";
  open.rel = "noopener";
  return make(
    "article",
    "card",
    make("h3", "", `${name}, ${says}`),
    make("p", "soft", `Invitation à suivre une seule fois, jusqu'au ${at.format(new Date(last))}. ${welcome}.`),
    open,
  );
}

async function people() {
  const told = await (await fetch("/people")).json();
  until = Date.now() + told.left_ms;
  el("open").href = told.server;
  if (el("people").childElementCount === 0) {
    el("people").append(...told.people.map(card));
    el("invitation").append(invited(told.invitation));
    return;
  }
  for (const person of told.people) {
    const code = document.querySelector(`[data-email="${CSS.escape(person.email)}"]`);
    code.firstChild.data = person.code;
  }
}

function linked(text) {
  return text.split(/(https?:\/\/localhost:\d+\/[^\s]+)/u).map((piece, index) => {
    if (index % 2 === 0) return piece;
    const link = make("a", "", piece);
    link.href = piece;
    link.target = "_blank";
    link.rel = "noopener";
    return link;
  });
}

function letter(one) {
  const sms = one.medium === "sms";
  const head = make(
    "p",
    "head",
    make("span", sms ? "tag sms" : "tag", sms ? "SMS" : "Courriel"),
    at.format(new Date(one.at)),
    make("span", "", `à ${one.to}`),
  );
  const parts = one.parts.length > 0 ? [make("p", "soft", `en plusieurs formes : ${one.parts.join(", ")}`)] : [];
  const subject = one.subject === "" ? [] : [make("h3", "", one.subject)];
  return make("li", "card", head, ...subject, make("p", "text", ...linked(one.text)), ...parts);
}

async function letters() {
  const told = await (await fetch("/letters")).json();
  if (told.length === known) return;
  if (known >= 0) el("news").textContent = "Un nouvel envoi est arrivé.";
  known = told.length;
  el("count").textContent = String(known);
  el("letters").replaceChildren(...told.map(letter));
}

// One-time codes of a key (RFC 6238), for whoever has no authenticator at hand.
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function bytesOf(key) {
  const bits = [...key.toUpperCase()]
    .map((sign) => BASE32.indexOf(sign))
    .filter((value) => value >= 0)
    .map((value) => value.toString(2).padStart(5, "0"))
    .join("");
  return Uint8Array.from(bits.match(/.{8}/gu) ?? [], (byte) => Number.parseInt(byte, 2));
}

async function codeOf(key) {
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(Math.floor(Date.now() / STEP_MS)));
  const algorithm = { name: "HMAC", hash: "SHA-1" };
  const secret = await crypto.subtle.importKey("raw", bytesOf(key), algorithm, false, ["sign"]);
  const tag = new DataView(await crypto.subtle.sign("HMAC", secret, counter));
  const place = tag.getUint8(19) & 0xf;
  return String((tag.getUint32(place) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

let shownCode = "";

async function showCode() {
  const key = el("key").value;
  const code = bytesOf(key).length < 16 ? "" : await codeOf(key);
  if (code === shownCode) return;
  shownCode = code;
  el("key-code").replaceChildren(...(code === "" ? [] : [copyable(code, "code")]));
}

function tick() {
  void showCode();
  const left = Math.max(0, until - Date.now());
  el("left").textContent = `Nouveaux codes dans ${Math.ceil(left / 1000)} s`;
  el("meter").style.setProperty("inline-size", `${(100 * left) / STEP_MS}%`);
}

async function again(work, every) {
  for (;;) {
    try {
      await work();
      document.body.removeAttribute("aria-busy");
    } catch {
      el("left").textContent = "La démonstration est arrêtée.";
    }
    await new Promise((done) => setTimeout(done, every()));
  }
}

el("key").addEventListener("input", () => void showCode());
setInterval(tick, 1000);
void again(people, () => Math.max(500, until - Date.now() + 50));
void again(letters, () => LETTERS_MS);
