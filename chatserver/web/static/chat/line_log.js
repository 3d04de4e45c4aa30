// The lines of one chat, in the order of their numbers. Pure: no socket, no page.

/** Lines by `n`: repeats are dropped, gaps are known, what is shown is always in order. */
export class LineLog {
  constructor() {
    this.clear();
  }

  clear() {
    this.byNumber = new Map();
    this.last = 0; // every line up to here is held
    this.expected = 0; // the server said that there are lines up to here
    this.sorted = [];
  }

  /** Adds a line. True when it is new. */
  add(line) {
    if (!Number.isInteger(line.n) || line.n < 1 || this.byNumber.has(line.n)) return false;
    this.byNumber.set(line.n, line);
    while (this.byNumber.has(this.last + 1)) this.last += 1;
    const tail = this.sorted[this.sorted.length - 1];
    this.sorted.push(line);
    if (tail && tail.n > line.n) this.sorted.sort((a, b) => a.n - b.n);
    return true;
  }

  get lines() {
    return this.sorted;
  }

  /** Is a line missing that must exist? */
  get hasGap() {
    return Math.max(this.expected, this.newest?.n ?? 0) > this.last;
  }

  get newest() {
    return this.sorted[this.sorted.length - 1] ?? null;
  }

  /** Does this line begin another chat than the one held? Line 1 is `started`, and its time is that chat's. */
  beginsAnother(line) {
    const first = this.byNumber.get(1);
    return line.n === 1 && first !== undefined && first.at !== line.at;
  }
}

/** What the lines say about the chat. `agent` and `avatar` are '' while nobody has it. */
export function stateOfLines(lines) {
  const state = { status: "none", agent: "", avatar: "", person: "", department: "", reason: "" };
  for (const line of lines) {
    switch (line.kind) {
      case "started":
        Object.assign(state, { status: "queued", department: line.name ?? "" });
        break;
      case "queued":
        Object.assign(state, { status: "queued", agent: "", avatar: "", person: "" });
        break;
      case "assigned":
        Object.assign(state, {
          status: "active", agent: line.name ?? "", avatar: line.avatar ?? "", person: line.person ?? "",
        });
        break;
      case "transferred":
        Object.assign(state, { status: "queued", agent: "", avatar: "", person: "", department: line.name ?? "" });
        break;
      case "ended":
        Object.assign(state, { status: "ended", reason: line.reason ?? "" });
        break;
    }
  }
  return state;
}
