// <switchboard-chat>: transcript, composer and delivery state. docs/chat-element.md tells how pages use it.

import { chatStyles } from "./chat_styles.js";
import { Composer } from "./composer.js";
import { h } from "./dom.js";
import { usableStorage } from "./outbox.js";
import { english, loadWords, pickLanguage } from "./strings.js";
import { Transcript } from "./transcript.js";

/** What the element needs of whoever carries the frames: see `VisitorSource` and staff_source.js. */
export class VisitorSource {
  constructor(chat) {
    this.chat = chat; // a VisitorChat
    this.session = chat.session;
    this.name = "visitor";
  }
  get connection() {
    return this.chat.connection;
  }
  get canWrite() {
    return this.chat.phase === "chat";
  }
  get bar() {
    return null; // the widget says itself what comes after the end
  }
  watch(listener, signal) {
    this.chat.addEventListener("change", listener, { signal });
  }
  release() {}
}

export class SwitchboardChat extends HTMLElement {
  static observedAttributes = ["chat", "server", "mode", "token", "lang", "readonly"];

  #source = null;
  #watching = null;
  #words = english();
  #overrides = {};
  #staticLines = [];
  #held = "";
  #focusWanted = false;

  constructor() {
    super();
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [chatStyles];
    this.getToken = null;
  }

  get mode() {
    return this.getAttribute("mode") ?? "transcript";
  }
  get chat() {
    return Number(this.getAttribute("chat")) || 0;
  }
  get lines() {
    return this.#source?.session.lines ?? this.#staticLines;
  }
  set lines(lines) {
    this.#staticLines = [...lines];
    this.#render();
  }
  set strings(overrides) {
    this.#overrides = overrides;
    if (this.isConnected) this.#begin();
  }
  /** Where frames come from in mode "visitor" (a VisitorSource). */
  set source(source) {
    this.#given = source;
    if (this.isConnected) this.#begin();
  }
  #given = null;

  get state() {
    const source = this.#source;
    if (!source) return { connection: "closed", status: "none", pending: [], canWrite: false };
    const { session } = source;
    const status = source.isGone ? "gone" : session.state.status === "none" && !session.loaded ? "loading" : session.state.status;
    const { connection, canWrite } = source;
    return { ...session.state, status, connection, canWrite: canWrite && !this.hasAttribute("readonly"), pending: session.pending };
  }

  insertText(text) {
    this.composer?.insert(text);
  }

  focusComposer() {
    this.composer?.focus();
    this.#focusWanted = !this.composer; // it is being built
  }

  connectedCallback() {
    this.#begin();
  }

  disconnectedCallback() {
    this.#release();
  }

  attributeChangedCallback(name, before, after) {
    if (this.isConnected && before !== after) this.#begin();
  }

  async #begin() {
    this.#release();
    const begun = (this.#watching = new AbortController());
    const language = this.getAttribute("lang") || pickLanguage();
    if (language !== "en" || Object.keys(this.#overrides).length) {
      this.#words = await loadWords(language, this.#overrides);
    }
    const source = await this.#makeSource();
    if (begun !== this.#watching) {
      source?.release();
      return;
    }
    this.#source = source;
    this.#build();
    source?.watch((event) => this.#changed(event), begun.signal);
    this.#changed();
    if (this.#focusWanted) this.focusComposer();
  }

  async #makeSource() {
    if (this.mode === "visitor") return this.#given;
    if (this.mode !== "staff" || !this.chat || !this.getAttribute("server")) return null;
    const { StaffSource } = await import("./staff_source.js");
    const token = this.getAttribute("token");
    const getToken = this.getToken ?? (token ? async () => token : undefined);
    return new StaffSource({ server: this.getAttribute("server"), getToken, chat: this.chat });
  }

  #release() {
    this.#watching?.abort();
    this.#watching = null;
    this.#source?.release();
    this.#source = null;
  }

  #build() {
    const words = this.#words;
    const session = this.#source?.session;
    this.transcript?.resized.disconnect();
    this.transcript = new Transcript({
      words,
      mode: this.mode,
      actions: { retry: (id) => session.retry(id), discard: (id) => session.discard(id) },
    });
    this.typingRow = h("div", { class: "typing" });
    this.connectionRow = h("div", { class: "connection", role: "status", hidden: true });
    const view = h("div", { class: "view" }, this.connectionRow, this.transcript.scroll, this.typingRow, this.transcript.pill);
    this.bar = h("div", { class: "bar", role: "status", hidden: true });
    const root = h("div", { class: "root view", dir: words.direction, lang: words.language }, view, this.bar);
    this.composer = null;
    if (session) {
      const drafts = usableStorage("sessionStorage");
      const key = `switchboard:draft:${this.#source.name}:${session.address.chat ?? ""}`;
      this.composer = new Composer({
        words,
        onSend: (text) => session.say(text),
        onTyping: (on) => session.typed(on),
        draft: drafts.getItem(key) ?? "",
        keepDraft: (text) => (text ? drafts.setItem(key, text) : drafts.removeItem(key)),
      });
      root.append(this.composer.node);
    }
    this.shadowRoot.replaceChildren(root);
  }

  #changed(event) {
    this.#render();
    const { lines, chat } = this;
    const held = `${lines.length}/${lines[lines.length - 1]?.n}`;
    if (held !== this.#held) {
      this.#held = held;
      this.#tell("sb-lines", { chat, lines, last: lines[lines.length - 1] ?? null });
    }
    if (event?.type !== undefined || this.#source) this.#tell("sb-state", { chat, ...this.state });
  }

  #render() {
    if (!this.transcript) return;
    const words = this.#words;
    const state = this.state;
    const started = this.lines.find((line) => line.kind === "started");
    const customer = this.mode === "visitor" ? words.say("you") : started?.name || words.say("customer");
    this.transcript.ownName = this.#source?.ownName ?? "";
    this.transcript.show({ lines: this.lines, pending: state.pending, customer, canWrite: state.canWrite, loading: state.status === "loading" });
    this.#showTyping(state, customer);
    const lost = state.connection === "offline" || state.connection === "signed-out";
    this.connectionRow.hidden = !lost;
    this.connectionRow.textContent = lost ? words.say(state.connection === "signed-out" ? "signed_out" : "reconnecting") : "";
    if (this.composer) this.composer.node.hidden = !state.canWrite;
    const bar = state.canWrite ? null : this.#source?.bar;
    this.bar.hidden = !bar;
    this.bar.textContent = bar ? words.say(bar.key, bar) : "";
  }

  #showTyping({ typing }, customer) {
    const text = typing && this.#words.say("typing", { name: typing === "…" ? customer : typing });
    this.typingRow.classList.toggle("on", Boolean(text));
    if (text && this.typingText !== text) {
      const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
      this.typingRow.replaceChildren(dots, h("span", {}, text));
    }
    this.typingText = text;
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

if (!customElements.get("switchboard-chat")) customElements.define("switchboard-chat", SwitchboardChat);
