// One WebSocket that is always coming back: hello first, back-off with jitter, bye, half-open connections.

import { backoffMs, byeMs, LONGEST_MS } from "./backoff.js";

const WELCOME_WITHIN_MS = 12_000;
const STALE_AFTER_HIDDEN_MS = 30_000; // a phone that slept has often lost its socket without noticing

/** The WebSocket address for a path of the server. */
export function socketUrl(server, path) {
  return server.replace(/^http/, "ws") + path;
}

/**
 * Events: `frame` (detail: each frame but bye), `state` (detail: "connecting" | "online" | "offline" | "signed-out").
 * `makeHello({fresh})` gives the hello's fields and may be asynchronous; when it throws with `code` "unauthenticated",
 * the socket stays closed.
 */
export class ReliableSocket extends EventTarget {
  constructor(url, makeHello, { reviveWhenShown = false } = {}) {
    super();
    this.url = url;
    this.makeHello = makeHello;
    this.reviveWhenShown = reviveWhenShown;
    this.state = "closed";
    this.attempt = 0;
    this.socket = null;
    this.timer = 0;
    this.needsFreshToken = false;
    this.hiddenSince = 0;
    this.listeners = null;
  }

  open() {
    if (this.listeners) return;
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    addEventListener("online", () => this.reconnect(), { signal });
    addEventListener("offline", () => this.#lost(backoffMs(this.attempt)), { signal });
    addEventListener("pageshow", (event) => event.persisted && this.reconnect(), { signal });
    document.addEventListener("visibilitychange", () => this.#visibility(), { signal });
    this.#connect();
  }

  close() {
    this.listeners?.abort();
    this.listeners = null;
    clearTimeout(this.timer);
    this.#drop();
    this.#become("closed");
  }

  /** Sends a frame; false when there is no connection (the caller keeps what matters). */
  send(frame) {
    if (this.state !== "online" || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** Gives the present connection up and tries again at once. */
  reconnect() {
    if (!this.listeners || this.state === "signed-out") return;
    this.attempt = 0;
    clearTimeout(this.timer);
    this.#connect();
  }

  async #connect() {
    this.#drop();
    if (this.state !== "offline") this.#become("connecting"); // while coming back it stays "offline" until it is back
    const attempt = (this.current = {});
    let hello;
    try {
      hello = await this.makeHello({ fresh: this.needsFreshToken });
    } catch (error) {
      if (attempt !== this.current) return;
      if (error?.code === "unauthenticated") this.#signOut();
      else this.#lost(this.#nextDelay());
      return;
    }
    if (attempt !== this.current || !this.listeners) return;
    const socket = (this.socket = new WebSocket(this.url));
    const giveUp = setTimeout(() => socket === this.socket && this.#lost(this.#nextDelay()), WELCOME_WITHIN_MS);
    socket.onopen = () => socket.send(JSON.stringify({ t: "hello", v: 1, ...hello }));
    socket.onmessage = (event) => socket === this.socket && this.#receive(event.data, giveUp);
    socket.onclose = () => {
      clearTimeout(giveUp);
      if (socket === this.socket) this.#lost(this.#nextDelay());
    };
  }

  #receive(data, giveUp) {
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      this.#lost(this.#nextDelay()); // a frame that was cut: what it held is asked for again
      return;
    }
    if (frame.t === "bye") {
      this.#bye(frame);
      return;
    }
    if (frame.t === "error" && frame.code === "unauthenticated") this.needsFreshToken = true;
    if (frame.t === "welcome") {
      clearTimeout(giveUp);
      this.attempt = 0;
      this.needsFreshToken = false;
      this.#become("online");
    }
    this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
  }

  #bye({ reason, retry_ms: retryMs = 0 }) {
    if (reason === "unauthenticated") {
      if (!retryMs) {
        this.#signOut();
        return;
      }
      this.needsFreshToken = true;
    }
    this.attempt += 1;
    this.#lost(byeMs(retryMs || LONGEST_MS));
  }

  #nextDelay() {
    const delay = backoffMs(this.attempt);
    this.attempt += 1;
    return delay;
  }

  #lost(delay) {
    if (!this.listeners) return;
    this.#drop();
    this.#become("offline");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#connect(), delay);
  }

  #signOut() {
    this.#drop();
    clearTimeout(this.timer);
    this.#become("signed-out");
  }

  #drop() {
    const socket = this.socket;
    this.socket = null;
    this.current = null;
    if (socket && socket.readyState <= WebSocket.OPEN) socket.close();
  }

  #visibility() {
    if (document.hidden) {
      this.hiddenSince = performance.now();
    } else if (this.state === "offline") {
      this.reconnect();
    } else if (this.reviveWhenShown && performance.now() - this.hiddenSince > STALE_AFTER_HIDDEN_MS) {
      this.reconnect();
    }
  }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }
}
