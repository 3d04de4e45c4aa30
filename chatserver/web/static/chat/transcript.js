// The transcript: lines and unsent messages as rows, days between them, always in order, never rebuilt without need.

import { avatar, h, icon } from "./dom.js";
import { nodesOf } from "./message_text.js";

const GROUP_WITHIN_MS = 5 * 60_000;
const NEAR_BOTTOM_PX = 60;

export class Transcript {
  /** `words`: see strings.js. `mode`: whose eyes see it. `actions`: {retry, discard} for refused messages. */
  constructor({ words, mode, actions }) {
    this.words = words;
    this.mode = mode;
    this.own = mode === "visitor" ? "customer" : "agent";
    this.actions = actions;
    this.rows = new Map(); // key → {node, signature}
    this.settled = false; // rows of the first showing do not move in
    this.log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": words.say("conversation") });
    this.scroll = h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": words.say("conversation") }, this.log);
    this.pill = h("button", { class: "pill", type: "button", hidden: true, onclick: () => this.toBottom(true) });
    this.pill.append(icon("down"), words.say("new_messages"));
    this.scroll.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.resized = new ResizeObserver(() => this.stuck && this.toBottom());
    this.resized.observe(this.scroll);
    this.stuck = true;
    this.known = 0;
  }

  /** Shows what is held. `loading`: nothing has come yet. */
  show({ lines, pending, customer, loading, canWrite }) {
    this.canWrite = canWrite;
    const rows = this.#rows(lines, pending, customer);
    if (loading && rows.length === 0) rows.push({ key: "skeleton", signature: "", make: skeleton });
    this.#reconcile(rows);
    const newest = lines[lines.length - 1]?.n ?? 0;
    const spoke = lines.some((line) => line.n > this.known && line.sender && line.sender !== this.own);
    const sentNow = pending.length > (this.pendingShown ?? 0);
    this.pendingShown = pending.length;
    if (this.stuck || sentNow || newest < this.known) this.toBottom();
    else if (spoke) this.pill.hidden = false;
    this.known = newest;
    this.settled = this.settled || lines.length > 0 || pending.length > 0;
  }

  toBottom(smooth = false) {
    this.stuck = true;
    this.pill.hidden = true;
    this.scroll.scrollTo({ top: this.scroll.scrollHeight, behavior: smooth ? "smooth" : "auto" });
  }

  #scrolled() {
    const { scrollTop, clientHeight, scrollHeight } = this.scroll;
    this.stuck = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX;
    if (this.stuck) this.pill.hidden = true;
  }

  // --- rows ---

  #rows(lines, pending, customer) {
    const shown = [
      ...lines.filter((line) => line.kind === "message" || this.#systemText(line) !== "").map((line) => this.#entry(line, customer)),
      ...pending.map((message) => this.#pendingEntry(message)),
    ];
    const lastOwn = shown.findLast?.((entry) => entry.own && entry.state === "sent");
    const rows = [];
    shown.forEach((entry, index) => {
      const day = entry.at.toDateString();
      if (day !== shown[index - 1]?.at.toDateString()) {
        const text = this.words.day(entry.at);
        rows.push({ key: `day ${day}`, signature: text, make: () => h("div", { class: "day" }, text) });
      }
      if (!entry.message) {
        rows.push({ key: entry.key, signature: entry.text, make: () => this.#system(entry) });
        return;
      }
      const first = !sameGroup(shown[index - 1], entry);
      const last = !sameGroup(entry, shown[index + 1]);
      const ticked = entry === lastOwn;
      const signature = JSON.stringify([entry.state, first, last, ticked, entry.text, entry.error, entry.error && this.canWrite]);
      rows.push({ key: entry.key, signature, make: () => this.#message(entry, { first, last, ticked }) });
    });
    return rows;
  }

  #entry(line, customer) {
    const message = line.kind === "message";
    const own = message && line.sender === this.own;
    const name = line.sender === "customer" ? customer : line.name ?? "";
    const text = message ? line.text : this.#systemText(line);
    // The key of an own message is that of its unsent self: the bubble stays, only its state changes.
    const key = line.client_id && own ? line.client_id : `line ${line.n}`;
    return { key, message, own, name, avatar: line.avatar, text, at: new Date(line.at), state: "sent", comment: line.comment };
  }

  #pendingEntry({ client_id: key, text, at, state, error }) {
    return { key, message: true, own: true, name: this.ownName ?? "", text, at: new Date(at), state, error };
  }

  #systemText(line) {
    const { words } = this;
    const staff = this.mode !== "visitor";
    const name = line.name || (staff ? words.say("customer") : "");
    if (line.kind === "ended") return words.say(`${staff ? "staff_" : ""}${line.reason || "ended_by_agent"}`);
    if (!staff) {
      // What they know anyway has no text: that they started, left or returned. Their place stands above the transcript.
      return words.texts[line.kind] ? words.say(line.kind, { name }) : "";
    }
    const key = `staff_${line.kind}`;
    const precise = `${key}_${line.reason}`;
    return words.texts[precise] || words.texts[key] ? words.say(words.texts[precise] ? precise : key, { name }) : "";
  }

  #system({ text, comment }) {
    const row = h("div", { class: "system" }, text);
    if (comment) {
      row.append(h("span", { class: "note", dir: "auto" }, h("b", {}, this.words.say("staff_comment")), comment));
    }
    return row;
  }

  #message(entry, { first, last, ticked }) {
    const { words } = this;
    const { own, name, state } = entry;
    const classes = ["message", own && "own", first && "first", last && "last"];
    classes.push(state === "sending" && "waiting", state === "failed" && "failed");
    const stack = h("div", { class: "stack" });
    const shownName = own && this.mode === "visitor" ? words.say("you") : name;
    stack.append(h("span", { class: first && !own ? "name" : "unseen", dir: "auto" }, shownName));
    stack.append(h("div", { class: "bubble", dir: "auto" }, ...nodesOf(entry.text)));
    const meta = this.#meta(entry, { last, ticked });
    if (meta) stack.append(meta);
    const row = h("div", { class: classes.filter(Boolean).join(" ") });
    if (!own) row.append(avatar(name, entry.avatar));
    row.append(stack);
    return row;
  }

  #meta(entry, { last, ticked }) {
    const { words, actions } = this;
    if (entry.state === "failed") {
      return h(
        "div", { class: "meta", role: "alert" },
        `${words.say("not_sent")} ${entry.error ?? ""}`,
        this.canWrite && h("button", { type: "button", onclick: () => actions.retry(entry.key) }, words.say("try_again")),
        h("button", { type: "button", onclick: () => actions.discard(entry.key) }, words.say("discard")),
      );
    }
    if (entry.state === "sending") return h("div", { class: "meta" }, words.say("sending"));
    if (!last && !ticked) return null;
    const time = h("time", { datetime: entry.at.toISOString() }, words.time(entry.at));
    const tick = ticked && h("span", { class: "tick" }, icon("check"), words.say("sent"));
    return h("div", { class: "meta" }, time, tick);
  }

  /** Makes the log's children those of `rows`, keeping every node that has not changed: screen readers hear only news. */
  #reconcile(rows) {
    const wanted = new Set(rows.map((row) => row.key));
    for (const [key, { node }] of this.rows) {
      if (!wanted.has(key)) {
        node.remove();
        this.rows.delete(key);
      }
    }
    let before = this.log.firstChild;
    for (const { key, signature, make } of rows) {
      let row = this.rows.get(key);
      if (!row || row.signature !== signature) {
        const node = make();
        if (row) row.node.replaceWith(node);
        else if (this.settled) node.classList.add("fresh");
        if (row && before === row.node) before = node;
        row = { node, signature };
        this.rows.set(key, row);
      }
      if (row.node === before) before = before.nextSibling;
      else this.log.insertBefore(row.node, before);
    }
  }
}

function sameGroup(a, b) {
  if (!a?.message || !b?.message || a.own !== b.own || a.name !== b.name) return false;
  if (a.at.toDateString() !== b.at.toDateString()) return false;
  return Math.abs(b.at - a.at) < GROUP_WITHIN_MS;
}

function skeleton() {
  return h("div", { class: "skeleton", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
}
