// All that a customer sees of a chat: form, place in the queue, conversation, end. In the widget and in the portal.

import { SwitchboardChat, VisitorSource } from "./chat_element.js";
import { avatar, h, icon } from "./dom.js";
import { StartForm } from "./start_form.js";

const MAX_ADDRESS_CHARS = 2_000; // as wire/limits.py: MAX_URL_CHARS

export class VisitorPanel {
  /** `chat`: a VisitorChat; `preset`: for the form; `onMinimise`: absent where the panel is part of a page. */
  constructor({ chat, words, preset = {}, strings = {}, onMinimise = null }) {
    Object.assign(this, { chat, words, preset, strings, onMinimise });
    this.title = h("div", { class: "title", dir: "auto" });
    this.subtitle = h("div", { class: "subtitle", dir: "auto" });
    this.face = h("span", { class: "face" });
    this.endButton = this.#button("leave", "end", () => this.#askEnd(), "labelled");
    const minimise = onMinimise && this.#button("down", "minimise", onMinimise);
    const heads = h("div", { class: "heads" }, this.title, this.subtitle);
    this.header = h("div", { class: "header" }, this.face, heads, this.endButton, minimise);
    this.place = h("div", { class: "place", role: "status", hidden: true });
    this.lost = h("div", { class: "lost", role: "status", hidden: true }); // the conversation has one of its own
    this.body = h("div", { class: "body" });
    this.confirm = this.#confirmation();
    this.node = h("div", { class: "sheet", dir: words.direction, lang: words.language }, this.header, this.place, this.lost, this.body, this.confirm);
    this.node.addEventListener("keydown", (event) => this.#key(event));
    chat.addEventListener("change", () => this.show());
    this.show();
  }

  /** Puts the focus where the customer goes on. */
  focus() {
    if (this.phase === "form") this.form.focus();
    else if (this.phase === "chat") this.conversation.focusComposer();
    else if (this.phase === "ended") this.again.focus();
    else this.node.querySelector("button:not([hidden])")?.focus();
  }

  show() {
    const { chat } = this;
    const { phase } = chat;
    if (phase !== this.phase) this.#turnTo(phase);
    if (phase === "form") this.form.show(chat);
    const state = chat.session.state;
    this.#showHeader(phase, state);
    const waiting = phase === "chat" && state.status === "queued" && state.ahead >= 0;
    this.place.hidden = !waiting;
    if (waiting) this.#showPlace(state.ahead);
    if (phase !== "chat") this.confirm.hidden = true;
    const lost = chat.connection === "offline" && (phase === "form" || phase === "connecting");
    this.lost.hidden = !lost;
    this.lost.textContent = lost ? this.words.say("reconnecting") : "";
  }

  #turnTo(phase) {
    const { words } = this;
    const before = this.phase;
    const hadFocus = this.node.getRootNode().activeElement && this.node.contains(this.node.getRootNode().activeElement);
    this.phase = phase;
    this.node.dataset.phase = phase;
    if (phase === "form") {
      const kept = { name: this.chat.kept("name"), email: this.chat.kept("email") };
      const preset = { ...kept, ...this.preset, ...this.chat.refusal?.values };
      this.form = new StartForm({ words, preset, onStart: (values) => this.#start(values) });
      this.body.replaceChildren(this.form.node);
    } else if (phase === "connecting") {
      const bones = h("div", { class: "bones", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
      this.body.replaceChildren(bones, h("p", { class: "unseen", role: "status" }, words.say("connecting")));
    } else {
      if (before !== "chat" && before !== "ended") this.#converse();
      this.again?.parentNode.remove();
      this.again = null;
      if (phase === "ended") {
        this.again = h("button", { class: "primary", type: "button", onclick: () => this.chat.startAgain() }, words.say("start_again"));
        this.body.append(h("div", { class: "over" }, h("p", {}, words.say("ended")), this.again));
      }
    }
    if (hadFocus) this.focus();
  }

  #converse() {
    this.conversation = new SwitchboardChat();
    this.conversation.setAttribute("mode", "visitor");
    this.conversation.setAttribute("lang", this.words.language);
    this.conversation.strings = this.strings;
    this.conversation.source = new VisitorSource(this.chat);
    this.#theme();
    this.body.replaceChildren(this.conversation);
  }

  /** The element inside follows the theme of the host around it. */
  #theme() {
    const theme = this.theme ?? this.node.getRootNode().host?.getAttribute("theme");
    if (theme) this.conversation.setAttribute("theme", theme);
  }

  #showHeader(phase, state) {
    const { words } = this;
    const talking = phase === "chat" || phase === "ended";
    const look = JSON.stringify([phase, state.agent, state.avatar, state.department, state.status]);
    this.endButton.hidden = phase !== "chat";
    if (look === this.look) return;
    this.look = look;
    const face = talking && state.agent ? avatar(state.agent, state.avatar, "big") : h("span", { class: "mark" }, icon("chat", { filled: true }));
    face.classList.toggle("here", phase === "chat" && state.status === "active");
    this.face.replaceChildren(face);
    const waitingTitle = state.status === "active" || phase === "ended" ? words.say("chat") : words.say("waiting");
    this.title.textContent = talking ? state.agent || waitingTitle : words.say("title");
    this.subtitle.textContent = talking ? state.department ?? "" : "";
    this.subtitle.hidden = !this.subtitle.textContent;
  }

  #showPlace(ahead) {
    const text = this.words.say("ahead", { n: ahead });
    if (this.place.dataset.text === text) return;
    this.place.dataset.text = text;
    const dots = h("span", { class: "ring", "aria-hidden": "true" });
    const texts = h("span", {}, h("strong", {}, text), h("span", {}, this.words.say("waiting_hint")));
    this.place.replaceChildren(dots, texts);
  }

  #start(values) {
    this.chat.keep("name", values.name);
    this.chat.keep("email", values.email);
    const page = location.href.slice(0, MAX_ADDRESS_CHARS);
    const referrer = document.referrer.slice(0, MAX_ADDRESS_CHARS);
    this.chat.start({ ...values, page, referrer });
    this.conversation?.focusComposer();
  }

  // --- ending ---

  #confirmation() {
    const { words } = this;
    const keep = h("button", { type: "button", class: "secondary", onclick: () => this.#keepChatting() }, words.say("keep_chatting"));
    const end = h("button", { type: "button", class: "danger", onclick: () => this.#end() }, words.say("end"));
    const box = h("div", { class: "ask", role: "alertdialog", "aria-modal": "true", "aria-label": words.say("end_question") });
    box.append(h("p", {}, words.say("end_question")), h("div", { class: "choices" }, keep, end));
    this.keepButton = keep;
    this.finalButton = end;
    return h("div", { class: "veil", hidden: true }, box);
  }

  #askEnd() {
    this.confirm.hidden = false;
    this.keepButton.focus();
  }

  #keepChatting() {
    this.confirm.hidden = true;
    this.endButton.focus();
  }

  #end() {
    this.confirm.hidden = true;
    this.endButton.focus();
    this.chat.end();
  }

  #key(event) {
    if (this.confirm.hidden) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      this.#keepChatting();
    } else if (event.key === "Tab") {
      event.preventDefault(); // two buttons: the focus goes to and fro
      const other = this.node.getRootNode().activeElement === this.keepButton ? this.finalButton : this.keepButton;
      other.focus();
    }
  }

  #button(name, key, onclick, extra = "") {
    const label = this.words.say(key);
    return h("button", { class: `tool ${extra}`, type: "button", "aria-label": label, title: label, onclick }, icon(name));
  }
}
