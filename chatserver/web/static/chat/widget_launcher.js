// The widget on a site's page: the round button, the panel above it, what survives the page. The panel's modules are
// fetched when somebody opens it, or when a chat is going on.

import { h, icon, readableOn, sheet, textOn } from "./dom.js";
import { usableStorage } from "./outbox.js";
import { loadWords } from "./strings.js";
import { TOKENS } from "./theme.js";

const FULL_SCREEN = "(max-width: 520px), (max-height: 430px)";

const styles = sheet(`${TOKENS}
:host { position: static; }
.launcher, .panel { position: fixed; z-index: 2147483000; }
.launcher { inset-block-end: 20px; inset-inline-end: 20px; inline-size: 60px; block-size: 60px; border-radius: 50%; background: var(--accent); color: var(--on-accent);
  display: grid; place-items: center; font-size: 22px; box-shadow: 0 2px 6px hsl(var(--shade) / .18), 0 10px 28px hsl(var(--shade) / .24); transition: transform .18s cubic-bezier(.2, .7, .3, 1.4), box-shadow .18s; }
.launcher:hover { transform: translateY(-2px) scale(1.03); }
.launcher:active { transform: scale(.96); }
.launcher:focus-visible { outline: 3px solid var(--link); outline-offset: 3px; }
.launcher .icon { grid-area: 1 / 1; transition: transform .2s, opacity .2s; }
.launcher .icon:last-of-type, .open .launcher .icon:first-of-type { opacity: 0; transform: rotate(-45deg) scale(.6); }
.open .launcher .icon:last-of-type { opacity: 1; transform: none; }
.badge { position: absolute; inset-block-start: -3px; inset-inline-end: -3px; min-inline-size: 22px; block-size: 22px; padding: 0 6px; border-radius: 11px; background: #c62828; color: #fff; font-size: 12.5px; font-weight: 700; line-height: 22px; text-align: center; box-shadow: 0 0 0 2px var(--surface); animation: pop .3s cubic-bezier(.2, .8, .3, 1.5); }
.panel { inset-block-end: 94px; inset-inline-end: 20px; inline-size: 388px; block-size: min(640px, calc(100dvh - 118px)); border-radius: 22px; background: var(--surface);
  box-shadow: 0 0 0 1px hsl(var(--shade) / .06), 0 4px 12px hsl(var(--shade) / .08), 0 24px 64px hsl(var(--shade) / .26); animation: open .24s cubic-bezier(.2, .7, .2, 1); transform-origin: 100% 100%; }
.start-side .launcher, .start-side .panel { inset-inline: 20px auto; }
@media ${FULL_SCREEN} {
  .panel { inset: 0; inline-size: auto; block-size: var(--visible-height, 100dvh); border-radius: 0; box-shadow: none; }
  .start-side .panel { inset: 0; }
  .open .launcher { display: none; }
}
@media print { .root { display: none; } }
@keyframes open { from { opacity: 0; transform: translateY(16px) scale(.97); } }
@keyframes pop { from { transform: scale(0); } }
`);

/** A colour in any form that CSS knows, as "#rrggbb"; '' when it is none. */
function hexOf(colour) {
  const probe = document.createElement("canvas").getContext("2d");
  if (!probe || !CSS.supports("color", colour)) return "";
  probe.fillStyle = colour;
  return /^#[0-9a-f]{6}$/.test(probe.fillStyle) ? probe.fillStyle : "";
}

export class Widget {
  /** options: {department, color, theme, lang, position, title, intro, name, email}, from the script tag's data-… */
  constructor(server, options) {
    Object.assign(this, { server, options });
    this.full = matchMedia(FULL_SCREEN);
    this.stored = usableStorage("localStorage");
    this.opened = false;
    this.strings = Object.fromEntries(["title", "intro"].filter((key) => options[key]).map((key) => [key, options[key]]));
  }

  async start() {
    this.words = await loadWords(this.options.lang, this.strings);
    this.#build();
    if (this.#kept("open") === "1") await this.open({ focus: false });
    else if (this.#kept("chat")) await this.#load(); // a chat goes on: news are shown on the button
  }

  async open({ focus = true } = {}) {
    if (this.opened) return;
    this.opened = true;
    this.#keep("open", "1");
    this.root.classList.add("open");
    const panel = await this.#load();
    if (!this.opened) return;
    this.frame.hidden = false;
    this.#showState();
    this.#fit();
    this.chat.markRead();
    this.#showUnread();
    if (focus) panel.focus();
  }

  close() {
    if (!this.opened) return;
    const hadFocus = this.shadow.activeElement;
    this.opened = false;
    this.#keep("open", "");
    this.root.classList.remove("open");
    if (this.frame) this.frame.hidden = true;
    this.#showState();
    this.#fit();
    if (hadFocus) this.launcher.focus();
  }

  #build() {
    const { words, options } = this;
    const host = document.createElement("switchboard-widget");
    this.host = host;
    if (options.theme) host.setAttribute("theme", options.theme);
    this.#paint(options.color);
    this.shadow = host.attachShadow({ mode: "open" });
    this.shadow.adoptedStyleSheets = [styles];
    this.badge = h("span", { class: "badge", "aria-hidden": "true", hidden: true });
    this.launcher = h("button", {
      class: "launcher", type: "button", "aria-haspopup": "dialog", onclick: () => (this.opened ? this.close() : this.open()),
    });
    this.launcher.append(icon("chat", { filled: true }), icon("down"), this.badge);
    this.news = h("span", { class: "unseen", role: "status" });
    const side = options.position === "left" ? " start-side" : "";
    this.root = h("div", { class: `root${side}`, lang: words.language }, this.launcher, this.news);
    this.shadow.append(this.root);
    this.root.addEventListener("keydown", (event) => event.key === "Escape" && this.opened && (event.stopPropagation(), this.close()));
    this.full.addEventListener("change", () => this.#fit());
    visualViewport?.addEventListener("resize", () => this.#fit());
    this.#showState();
    document.body.append(host);
  }

  #paint(colour) {
    const hex = colour && hexOf(colour);
    if (!hex) return;
    const paints = {
      "--sb-accent": hex,
      "--sb-on-accent": textOn(hex),
      "--accent-on-light": readableOn(hex, "#f0f2f6", "#10141c"),
      "--accent-on-dark": readableOn(hex, "#242a35", "#ffffff"),
    };
    for (const [name, value] of Object.entries(paints)) this.host.style.setProperty(name, value);
  }

  /** Fetches and builds the panel, once. */
  #load() {
    this.loading ??= this.#loadPanel();
    return this.loading;
  }

  async #loadPanel() {
    const [{ VisitorChat }, { VisitorPanel }, { panelStyles }] = await Promise.all([
      import("./visitor_chat.js"), import("./visitor_panel.js"), import("./panel_styles.js"),
    ]);
    const { words, options, strings } = this;
    this.shadow.adoptedStyleSheets = [panelStyles, styles];
    this.chat = new VisitorChat(this.server);
    const wished = ["department", "name", "email"].filter((key) => options[key]).map((key) => [key, options[key]]);
    this.panel = new VisitorPanel({ chat: this.chat, words, strings, preset: Object.fromEntries(wished), onMinimise: () => this.close() });
    this.panel.theme = options.theme;
    const guard = (where) => h("span", { tabindex: "0", "aria-hidden": "true", onfocus: () => this.#wrap(where) });
    this.guards = [guard("start"), guard("end")];
    this.frame = h("div", { class: "panel", id: "switchboard-panel", role: "dialog", "aria-label": words.say("chat"), hidden: true });
    this.frame.append(this.guards[0], this.panel.node, this.guards[1]);
    this.root.prepend(this.frame);
    this.launcher.setAttribute("aria-controls", "switchboard-panel");
    this.chat.addEventListener("change", () => this.#noticed());
    document.addEventListener("visibilitychange", () => this.#noticed());
    this.chat.open();
    return this.panel;
  }

  #noticed() {
    if (this.opened && !document.hidden) this.chat.markRead();
    this.#showUnread();
  }

  #showUnread() {
    const unread = this.opened ? 0 : this.chat.unread;
    this.badge.hidden = unread === 0;
    this.badge.textContent = unread > 9 ? "9+" : String(unread);
    const text = unread ? this.words.say("unread", { n: unread }) : "";
    if (this.news.textContent !== text) this.news.textContent = text;
    this.#showState();
  }

  #showState() {
    const { words } = this;
    const label = [words.say(this.opened ? "minimise" : "open"), this.news.textContent].filter(Boolean).join(", ");
    this.launcher.setAttribute("aria-label", label);
    this.launcher.setAttribute("aria-expanded", String(this.opened));
  }

  /** Full-screen: a modal dialog that follows the visible height above a phone's keyboard; else a part of the page. */
  #fit() {
    const modal = this.opened && this.full.matches;
    for (const guard of this.guards ?? []) guard.hidden = !modal;
    if (modal) this.frame?.setAttribute("aria-modal", "true");
    else this.frame?.removeAttribute("aria-modal");
    if (visualViewport) this.host.style.setProperty("--visible-height", `${visualViewport.height}px`);
    const page = document.documentElement;
    if (modal && this.pageOverflow === undefined) {
      this.pageOverflow = page.style.overflow;
      page.style.overflow = "hidden";
    } else if (!modal && this.pageOverflow !== undefined) {
      page.style.overflow = this.pageOverflow;
      this.pageOverflow = undefined;
    }
  }

  #wrap(where) {
    if (where === "start") this.panel.focus();
    else this.frame.querySelector("button:not([hidden])").focus();
  }

  #kept(name) {
    return this.stored.getItem(`switchboard:${this.server}:${name}`) ?? "";
  }

  #keep(name, value) {
    try {
      this.stored.setItem(`switchboard:${this.server}:${name}`, value);
    } catch {
      // Then the next page begins closed.
    }
  }
}
