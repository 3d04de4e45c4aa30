// Where one writes: grows with the text, Enter sends, Shift+Enter breaks the line.

import { h, icon } from "./dom.js";

const MAX_CHARS = 4_000; // as wire/limits.py: MAX_TEXT_CHARS
const STILL_TYPING_MS = 5_000;

export class Composer {
  /** `onSend(text)`, `onTyping(on)`; `keepDraft(text)` is called as the text changes. */
  constructor({ words, onSend, onTyping, draft = "", keepDraft = () => {} }) {
    this.words = words;
    this.onSend = onSend;
    this.onTyping = onTyping;
    this.keepDraft = keepDraft;
    const write = words.say("write");
    this.input = h("textarea", {
      rows: "1", placeholder: write, "aria-label": write, autocomplete: "off", enterkeyhint: "send",
      oninput: () => this.#changed(true),
      onkeydown: (event) => this.#key(event),
      onblur: () => this.onTyping(false),
    });
    this.button = h("button", { class: "send", type: "button", "aria-label": words.say("send"), onclick: () => this.#send() });
    this.button.append(icon("send", { filled: true }));
    this.count = h("div", { class: "count", role: "status", hidden: true });
    this.node = h("div", { class: "composer" }, h("div", { class: "box", onclick: () => this.input.focus() }, this.input, this.button), this.count);
    this.input.value = draft;
    this.#changed(false);
  }

  focus() {
    this.input.focus({ preventScroll: true });
  }

  /** Puts text at the cursor. */
  insert(text) {
    const { input } = this;
    const before = input.value.slice(0, input.selectionStart);
    const gap = before && !/\s$/.test(before) ? " " : "";
    input.setRangeText(gap + text, input.selectionStart, input.selectionEnd, "end");
    this.#changed(true);
    this.focus();
  }

  setDraft(text) {
    this.input.value = text;
    this.#changed(false);
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return; // 229: an IME is choosing
    event.preventDefault();
    this.#send();
  }

  #send() {
    const text = this.input.value.trim();
    if (!text || this.#tooMany() > 0) return;
    this.input.value = "";
    this.#changed(false);
    this.onSend(text);
    this.focus();
  }

  #tooMany() {
    return [...this.input.value.trim()].length - MAX_CHARS;
  }

  #changed(typed) {
    const { input } = this;
    input.dir = input.value ? "auto" : this.words.direction; // the placeholder is ours, what follows is theirs
    input.style.height = "auto";
    if (input.value) input.style.height = `${input.scrollHeight}px`;
    const tooMany = this.#tooMany();
    this.count.hidden = tooMany <= 0;
    this.count.textContent = tooMany > 0 ? this.words.say("too_long", { n: tooMany }) : "";
    this.button.classList.toggle("ready", input.value.trim() !== "" && tooMany <= 0);
    this.keepDraft(input.value);
    clearTimeout(this.timer);
    if (typed && input.value) {
      this.onTyping(true);
      this.timer = setTimeout(() => this.onTyping(false), STILL_TYPING_MS);
    } else {
      this.onTyping(false);
    }
  }
}
