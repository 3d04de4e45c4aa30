// One chat as a page sees it: its lines, what is not yet on disk, who has it, who is typing.
// The same for customers and for staff; `link` is what differs (visitor_chat.js, staff_connection.js).

import { LineLog, stateOfLines } from "./line_log.js";
import { newClientId } from "./outbox.js";

const GAP_PATIENCE_MS = 300; // an ack may overtake the line before it; a real gap stays
const LINES_WITHIN_MS = 3_000;
const ACK_WITHIN_MS = 10_000; // later: the connection is half-open, begin a new one
const TYPING_RENEWED_MS = 4_000;
const TYPING_FORGOTTEN_MS = 8_000;
const PERMANENT = new Set(["invalid", "too_large", "conflict", "not_found", "not_allowed", "offline"]);

/** Event `change` (detail: {lines: boolean}) after anything visible changed. */
export class ChatSession extends EventTarget {
  /**
   * link: {send(frame) -> boolean, revive(), online() -> boolean}; address: {} for customers, {chat} for staff;
   * chat: the key that tells this chat's messages in the outbox from those of others.
   */
  constructor({ link, outbox, address = {}, chat = "", own }) {
    super();
    this.link = link;
    this.outbox = outbox;
    this.address = address;
    this.key = chat;
    this.own = own; // "customer" or "agent"
    this.log = new LineLog();
    this.hint = { status: "none" }; // what the server said before the lines arrived
    this.ahead = -1;
    this.typing = "";
    this.failures = new Map(); // client_id → the refused entry with `error`
    this.loaded = false;
    this.waiting = new Map(); // client_id → timer, of what was sent on this connection
    this.lastTyped = 0;
  }

  get lines() {
    return this.log.lines;
  }

  /** Messages that are not on disk, oldest first: {client_id, text, at, state: "sending" | "failed", error?}. */
  get pending() {
    const sending = this.outbox.entries(this.key).map((entry) => ({ ...entry, state: "sending" }));
    return [...sending, ...this.failures.values()].sort(byOrder);
  }

  get state() {
    const fromLines = stateOfLines(this.log.lines);
    const known = fromLines.status === "none" ? { ...fromLines, ...this.hint } : fromLines;
    const ahead = known.status === "queued" ? this.ahead : -1;
    return { ...known, ahead, typing: this.typing };
  }

  // --- speaking ---

  say(text) {
    const entry = { kind: "say", client_id: newClientId(), chat: this.key, text, at: new Date().toISOString() };
    this.#send(this.outbox.add(entry));
    this.typed(false);
    this.changed(true);
  }

  /** Tries a refused message once more, as a new one. */
  retry(clientId) {
    const failed = this.failures.get(clientId);
    this.failures.delete(clientId);
    if (failed) this.say(failed.text);
  }

  discard(clientId) {
    this.failures.delete(clientId);
    this.outbox.remove(clientId);
    this.changed(true);
  }

  /** The person at this page typed, or stopped. */
  typed(on) {
    const now = Date.now();
    if (on && now - this.lastTyped < TYPING_RENEWED_MS) return;
    if (!on && !this.lastTyped) return;
    this.lastTyped = on ? now : 0;
    this.link.send({ t: "typing", ...this.address, on });
  }

  /** After each welcome: what was not acknowledged is sent again, in order. */
  resend() {
    for (const timer of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
    this.typing = "";
    for (const entry of this.outbox.entries(this.key)) if (entry.kind === "say") this.#send(entry);
  }

  #send(entry) {
    if (!this.link.send({ t: "say", ...this.address, client_id: entry.client_id, text: entry.text })) return;
    clearTimeout(this.waiting.get(entry.client_id));
    this.waiting.set(entry.client_id, setTimeout(() => this.link.revive(), ACK_WITHIN_MS));
  }

  // --- listening ---

  /** Takes a frame of this chat. */
  receive(frame) {
    switch (frame.t) {
      case "line":
        this.#line(frame);
        break;
      case "lines":
        this.loaded = true;
        for (const line of frame.lines) this.#line(line, false);
        if (frame.more) this.#resume();
        this.changed(true);
        break;
      case "ack":
        this.#ack(frame);
        break;
      case "error":
        this.#refused(frame);
        break;
      case "typing":
        this.#typing(frame);
        break;
      case "queue":
        this.ahead = frame.ahead;
        this.changed(false);
        break;
    }
  }

  #line(line, tell = true) {
    if (this.log.beginsAnother(line)) this.forget();
    if (!this.log.add(line)) return;
    if (line.client_id) this.#settle(line.client_id);
    if (line.kind === "message" && line.sender !== this.own) this.typing = "";
    if (line.kind === "ended") this.typing = "";
    this.#checkGap();
    if (tell) this.changed(true);
  }

  #ack({ client_id: clientId, n, at }) {
    const entry = this.outbox.find(clientId);
    this.#settle(clientId);
    if (entry?.kind === "say") {
      const line = { n, at, kind: "message", sender: this.own, text: entry.text, client_id: clientId };
      this.#line({ ...line, ...this.identity });
    }
    this.changed(true);
  }

  #settle(clientId) {
    clearTimeout(this.waiting.get(clientId));
    this.waiting.delete(clientId);
    this.failures.delete(clientId);
    this.outbox.remove(clientId);
  }

  #refused({ client_id: clientId, code, message, retry_after_s: retryAfterS = 2 }) {
    const entry = clientId && this.outbox.find(clientId);
    if (entry?.kind !== "say") return;
    clearTimeout(this.waiting.get(clientId));
    this.waiting.delete(clientId);
    if (PERMANENT.has(code)) {
      this.outbox.remove(clientId);
      this.failures.set(clientId, { ...entry, state: "failed", code, error: message });
      this.changed(true);
    } else {
      // Those that follow would be refused too or overtake it: all wait and are sent in order.
      setTimeout(() => this.link.online() && this.resend(), retryAfterS * 1000 + 200 * Math.random());
    }
  }

  #typing({ on, name }) {
    clearTimeout(this.typingTimer);
    this.typing = on ? name || "…" : "";
    if (on) {
      this.typingTimer = setTimeout(() => {
        this.typing = "";
        this.changed(false);
      }, TYPING_FORGOTTEN_MS);
    }
    this.changed(false);
  }

  /** The server has lines up to `n`: they are on their way, or asked for when they do not come. */
  expect(n) {
    this.log.expected = n;
    this.#checkGap(LINES_WITHIN_MS);
  }

  #checkGap(patienceMs = GAP_PATIENCE_MS) {
    clearTimeout(this.gapTimer);
    if (this.log.hasGap) this.gapTimer = setTimeout(() => this.log.hasGap && this.#resume(), patienceMs);
  }

  #resume() {
    this.link.send({ t: "resume", ...this.address, after: this.log.last });
  }

  /** Drops the lines: they belong to another chat or another database. */
  forget() {
    this.log.clear();
    this.loaded = false;
    this.ahead = -1;
    this.typing = "";
    this.failures.clear();
  }

  changed(lines) {
    this.dispatchEvent(new CustomEvent("change", { detail: { lines } }));
  }
}

function byOrder(a, b) {
  return a.order[0] - b.order[0] || a.order[1] - b.order[1];
}
