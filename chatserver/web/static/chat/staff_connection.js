// The one staff socket of a page: presence, the lines of all chats that are shown, and commands.

import { ChatSession } from "./chat_session.js";
import { Outbox, usableStorage } from "./outbox.js";
import { ReliableSocket, socketUrl } from "./socket.js";

const KEEP_AFTER_DETACH_MS = 5_000; // a page that moves an element about does not fetch its lines again
const SHARED = Symbol.for("switchboard.staff"); // kept at the document: two copies of the module still share the socket

/** The page's connection to `server`, made at the first call. docs/chat-element.md tells its members. */
export function connectPresence({ server, getToken }) {
  const connections = (document[SHARED] ??= new Map());
  const base = server.replace(/\/+$/, "");
  let connection = connections.get(base);
  if (!connection) {
    connection = new StaffConnection(base, getToken ?? tokenFrom(base), () => connections.delete(base));
    connections.set(base, connection);
    connection.socket.open();
  }
  return connection;
}

/** A `getToken` that asks the chat server with the sign-in cookie. */
export function tokenFrom(server) {
  return async () => {
    const answer = await fetch(`${server}/api/v1/console-token`, { method: "POST", credentials: "include" });
    if (answer.status === 401 || answer.status === 403) throw failure("unauthenticated", "Please sign in again.");
    if (!answer.ok) throw failure("busy", `The chat server answered ${answer.status}.`);
    return (await answer.json()).token;
  };
}

export class StaffConnection extends EventTarget {
  constructor(server, getToken, onClose = () => {}) {
    super();
    this.server = server;
    this.getToken = getToken;
    this.onClose = onClose;
    this.storage = usableStorage("sessionStorage");
    this.person = "";
    this.chatName = "";
    this.available = true;
    this.epoch = "";
    this.mine = new Map();
    this.views = new Map(); // chat → {session, holders, gone, timer}
    this.commands = new Map(); // id → {resolve, reject}
    this.commandCount = 0;
    this.#ownBy("");
    this.socket = new ReliableSocket(socketUrl(server, "/ws/agent"), (ask) => this.#hello(ask));
    this.socket.addEventListener("frame", (event) => this.#receive(event.detail));
    this.socket.addEventListener("state", (event) => this.#stateChanged(event.detail));
  }

  get state() {
    return this.socket.state;
  }

  close() {
    this.socket.close();
    this.onClose();
  }

  /** Carries out a command frame; resolves with the `done` frame, rejects with an Error that has `code`. */
  command(frame) {
    this.commandCount += 1;
    const id = `c${this.commandCount}`;
    return new Promise((resolve, reject) => {
      if (!this.socket.send({ ...frame, id })) {
        reject(failure("connection_lost", "There is no connection to the chat server."));
        return;
      }
      this.commands.set(id, { resolve, reject });
    });
  }

  // --- chats that are shown ---

  /** The session of a chat; each `attach` needs its `detach`. */
  attach(chat) {
    const view = this.#view(chat);
    clearTimeout(view.timer);
    view.holders += 1;
    if (view.holders === 1) this.#open(chat, view);
    return view.session;
  }

  detach(chat) {
    const view = this.views.get(chat);
    if (!view) return;
    view.holders -= 1;
    if (view.holders > 0) return;
    view.timer = setTimeout(() => {
      this.socket.send({ t: "close", chat });
      this.views.delete(chat);
    }, KEEP_AFTER_DETACH_MS);
  }

  isGone(chat) {
    return this.views.get(chat)?.gone ?? false;
  }

  #view(chat) {
    let view = this.views.get(chat);
    if (!view) {
      const { outbox } = this;
      const session = new ChatSession({ link: this, outbox, address: { chat }, chat: String(chat), own: "agent" });
      session.identity = { name: this.chatName, person: this.person };
      view = { session, holders: 0, gone: false, timer: 0 };
      this.views.set(chat, view);
    }
    return view;
  }

  #open(chat, view) {
    view.gone = false;
    this.socket.send({ t: "open", chat, after: view.session.log.last });
  }

  // --- the sessions' link ---

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

  async #hello({ fresh }) {
    const token = await this.getToken({ fresh });
    if (!token) throw failure("unauthenticated", "Please sign in again.");
    return this.epoch ? { token, epoch: this.epoch } : { token };
  }

  #receive(frame) {
    switch (frame.t) {
      case "welcome":
        this.#welcome(frame);
        break;
      case "done":
        this.#settle(frame.id, (command) => command.resolve(frame));
        break;
      case "error":
        this.#error(frame);
        break;
      case "line":
        this.#line(frame);
        break;
      case "typing":
        this.views.get(frame.chat)?.session.receive(frame);
        this.#tell("typing", { chat: frame.chat, on: frame.on });
        break;
      default: // lines and acks; those of a chat that is no longer shown are of no use
        this.views.get(frame.chat)?.session.receive(frame);
    }
  }

  #welcome(frame) {
    const another = frame.reset || (this.epoch && frame.epoch !== this.epoch) || (this.person && frame.person !== this.person);
    if (another) for (const { session } of this.views.values()) session.forget();
    if (frame.person !== this.person) this.#ownBy(frame.person);
    this.epoch = frame.epoch;
    this.chatName = frame.chat_name;
    this.available = frame.available;
    this.mine = new Map(frame.mine.map((chat) => [chat.chat, chat]));
    for (const { chat } of this.outbox.entries()) this.#view(Number(chat)); // of before a reload: shown or not, they go out
    for (const [chat, view] of this.views) {
      view.session.identity = { name: this.chatName, person: this.person };
      if (view.holders > 0) this.#open(chat, view);
      view.session.resend();
      view.session.changed(true);
    }
    this.#tell("welcome", frame);
  }

  #ownBy(person) {
    this.person = person;
    this.outbox = new Outbox(this.storage, `switchboard:${this.server}:${person}`);
    for (const view of this.views.values()) view.session.outbox = this.outbox;
  }

  #line(frame) {
    const view = this.views.get(frame.chat);
    if (view?.holders > 0) view.session.receive(frame);
    if (frame.kind === "assigned" && frame.person === this.person) {
      this.mine.set(frame.chat, { chat: frame.chat, n: frame.n, name: "", ...this.mine.get(frame.chat) });
    } else if (["assigned", "queued", "transferred", "ended"].includes(frame.kind)) {
      this.mine.delete(frame.chat);
    }
    this.#tell("line", frame);
  }

  #error(frame) {
    if (frame.client_id) {
      const entry = this.outbox.find(frame.client_id);
      if (entry) this.views.get(Number(entry.chat))?.session.receive(frame);
    } else if (this.commands.has(frame.id)) {
      this.#settle(frame.id, (command) => command.reject(failure(frame.code, frame.message)));
    } else if (frame.id) {
      const view = this.views.get(Number(frame.id)); // the answer to an `open`
      if (view) {
        view.gone = true;
        view.session.changed(true);
      }
    }
  }

  #settle(id, how) {
    const command = this.commands.get(id);
    this.commands.delete(id);
    if (command) how(command);
  }

  #stateChanged(state) {
    if (state !== "online") {
      const lost = failure("connection_lost", "The connection was lost before the answer came.");
      for (const { reject } of this.commands.values()) reject(lost);
      this.commands.clear();
    }
    for (const { session } of this.views.values()) session.changed(false);
    this.#tell("state", { state });
    if (state === "signed-out") this.#tell("signed-out", {});
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function failure(code, message) {
  return Object.assign(new Error(message), { code });
}
