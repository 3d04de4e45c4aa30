// A customer's side of the protocol: one socket, at most one chat, and what survives the page.

import { ChatSession } from "./chat_session.js";
import { newClientId, Outbox, usableStorage } from "./outbox.js";
import { ReliableSocket, socketUrl } from "./socket.js";

const WAITS = new Set(["too_fast", "busy"]);

/**
 * Event `change` after anything visible changed. `phase` says what to show: "connecting", "form", "chat" or "ended".
 * The token, the chat's key, what was read and the outbox are in the page's own storage, by server.
 */
export class VisitorChat extends EventTarget {
  constructor(server, { storage = usableStorage("localStorage") } = {}) {
    super();
    this.server = server;
    this.storage = storage;
    this.prefix = `switchboard:${server}`;
    this.outbox = new Outbox(storage, this.prefix);
    this.departments = [];
    this.welcomed = false;
    this.refusal = null; // {code, message, values}: why the last start was not taken
    this.unsent = ""; // words of a chat that is gone, for the next one
    this.ending = false;
    this.skipping = false;
    this.newChat = false; // this page began the chat, so it knows its key for sure
    this.session = new ChatSession({ link: this, outbox: this.outbox, own: "customer", chat: this.kept("chat") });
    this.session.addEventListener("change", () => this.#changed());
    this.socket = new ReliableSocket(socketUrl(server, "/ws/visitor"), () => this.#hello(), { reviveWhenShown: true });
    this.socket.addEventListener("frame", (event) => this.#receive(event.detail));
    this.socket.addEventListener("state", () => this.#changed());
  }

  /** A value kept over pages: "token", "epoch", "chat", "seen", "open", "name", "email". */
  kept(name) {
    return this.storage.getItem(`${this.prefix}:${name}`) ?? "";
  }

  keep(name, value) {
    try {
      this.storage.setItem(`${this.prefix}:${name}`, value);
    } catch {
      // A full storage costs the memory of this value, not the chat.
    }
  }

  open() {
    this.socket.open();
  }

  close() {
    this.socket.close();
  }

  get connection() {
    return this.socket.state;
  }

  get phase() {
    const { status } = this.session.state;
    if (status === "ended") return "ended";
    if (status !== "none" || this.#startEntry()) return "chat";
    return this.welcomed ? "form" : "connecting";
  }

  /** Agent messages that were not on screen yet. */
  get unread() {
    const seen = Number(this.kept("seen")) || 0;
    return this.session.lines.filter((line) => line.n > seen && line.sender === "agent").length;
  }

  markRead() {
    const { newest } = this.session.log;
    if (newest && String(newest.n) !== this.kept("seen")) this.keep("seen", String(newest.n));
  }

  // --- what the customer does ---

  start(values) {
    const clientId = newClientId();
    this.refusal = null;
    this.unsent = "";
    this.session.forget();
    this.session.hint = { status: "none" };
    this.#take(clientId);
    const entry = { kind: "start", client_id: clientId, chat: clientId, text: values.question, values };
    this.#sendStart(this.outbox.add({ ...entry, at: new Date().toISOString() }));
    this.#changed();
  }

  /** Ends the chat; a start that nobody has taken yet is withdrawn. */
  end() {
    this.ending = true;
    this.send({ t: "end" });
  }

  /** From the ended chat back to the form. */
  startAgain() {
    this.session.forget();
    this.session.hint = { status: "none" };
    this.#take("");
    this.#changed();
    this.socket.reconnect(); // departments may have opened or closed meanwhile
  }

  #sendStart({ client_id, values }) {
    this.send({ t: "start", client_id, ...values });
  }

  #startEntry() {
    return this.outbox.entries().find((entry) => entry.kind === "start");
  }

  /** From now on the chat with this key (the client_id of its first question) is ours. */
  #take(key) {
    if (key !== this.session.key) this.keep("seen", "0");
    this.session.key = key;
    this.keep("chat", key);
  }

  // --- the session's link ---

  send(frame) {
    return this.socket.send(frame);
  }

  revive() {
    this.socket.reconnect();
  }

  online() {
    return this.socket.state === "online";
  }

  // --- frames ---

  #hello() {
    if (this.kept("chat") !== this.session.key) {
      this.session.forget(); // another tab began a new chat meanwhile
      this.session.key = this.kept("chat");
    }
    const hello = { token: this.kept("token"), after: this.session.log.last, epoch: this.kept("epoch") };
    return Object.fromEntries(Object.entries(hello).filter(([, value]) => value));
  }

  #receive(frame) {
    switch (frame.t) {
      case "welcome":
        this.#welcome(frame);
        break;
      case "started":
        this.#started(frame);
        break;
      case "error":
        if (this.#startEntry()?.client_id === frame.client_id) this.#startRefused(frame);
        else this.session.receive(frame);
        break;
      case "line":
      case "lines":
        if (this.#isSkipped(frame)) break;
        this.session.receive(frame);
        this.#noteKey();
        break;
      default:
        this.session.receive(frame);
    }
    this.#changed();
  }

  #welcome({ epoch, token, departments, chat, reset }) {
    const another = this.kept("epoch") && this.kept("epoch") !== epoch;
    this.keep("token", token);
    this.keep("epoch", epoch);
    this.departments = departments;
    this.welcomed = true;
    const ended = this.session.state.status === "ended";
    if (another || (chat ? reset : !ended)) this.session.forget(); // an ended transcript stays until it is put away
    const start = this.#startEntry();
    // An ended chat that was put away already, or that a new start is about to follow: its lines are not shown again.
    this.skipping = chat?.status === "ended" && (start !== undefined || !this.session.key);
    if (chat && !this.skipping) this.#view(chat);
    else if (!ended) this.session.hint = { status: "none" };
    if (this.ending && chat && chat.status !== "ended") this.send({ t: "end" });
    if (start) this.#sendStart(start);
    else if (!chat && !ended) this.#rescueUnsent();
    this.session.resend();
  }

  /** Lines of the chat before: a page of them may still be on its way when the next chat has begun. */
  #isSkipped(frame) {
    if (frame.t === "line") {
      if (frame.n === 1) this.skipping = false;
      return this.skipping;
    }
    const { key, log } = this.session;
    const question = frame.lines.find((line) => line.n === 2);
    const foreign = question?.client_id && key && question.client_id !== key && this.newChat;
    return this.skipping || foreign || (frame.lines[0]?.n ?? 0) > log.last + 1;
  }

  #view(chat) {
    this.session.hint = { ...chat };
    if (chat.ahead !== undefined) this.session.ahead = chat.ahead;
    this.session.expect(chat.n);
  }

  #started({ client_id: clientId, chat }) {
    this.outbox.remove(clientId);
    this.#take(clientId);
    this.skipping = false;
    this.newChat = true;
    this.ending = false;
    this.#view(chat);
    this.session.resend();
  }

  #startRefused(frame) {
    const entry = this.#startEntry();
    if (WAITS.has(frame.code)) {
      setTimeout(() => this.#startEntry() && this.#sendStart(entry), (frame.retry_after_s ?? 2) * 1000);
      return;
    }
    this.outbox.remove(entry.client_id);
    this.#take("");
    this.refusal = { code: frame.code, message: frame.message, values: entry.values };
    this.socket.reconnect(); // the departments as they are now, or the chat that is open in another tab
  }

  /** The first question's id names the chat: a page that came later learns it from line 2. */
  #noteKey() {
    const question = this.session.log.byNumber.get(2);
    if (question?.client_id && question.client_id !== this.session.key) this.#take(question.client_id);
    if (this.session.state.status === "ended") this.ending = false;
  }

  /** Messages of a chat that no longer exists anywhere: their words are offered as the next question. */
  #rescueUnsent() {
    const entries = this.outbox.entries();
    this.unsent = entries.map((entry) => entry.text).join("\n");
    for (const entry of entries) this.outbox.remove(entry.client_id);
    if (this.session.key) this.#take("");
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}
