// The table of chats: a window of rows by chat id, patched in place. Selection, focus and scroll survive every update.

const HEIGHT = { comfortable: 40, compact: 30 };
const NARROW_PX = 640; // below it a row is two lines: name, and where it is
const NARROW_HEIGHT = 56;
const ENDED = { "Ended by agent": "By agent", "Ended by customer": "Customer", Abandoned: "Abandoned", "Timed out": "Timed out", "Converted to ticket": "Ticket" };
const MARGIN_ROWS = 30; // held above and below what is seen

export function render({ model: source }) {
  const model = connect(source);
  const table = new ChatTable(model);
  model.on("shown", () => table.configure());
  model.on("msg:custom", (message) => table.receive(message));
  model.on("remove", () => table.stop());
  return table.root;
}

class ChatTable {
  constructor(model) {
    this.model = model;
    this.rows = new Map(); // id → cells
    this.nodes = new Map(); // id → row element
    this.selected = new Set();
    this.order = [];
    this.start = this.total = 0;
    this.focused = 0;
    this.head = element("div.row.head", { role: "row" });
    this.body = element("div.body", { role: "rowgroup" });
    this.empty = element("div.empty", { role: "status" });
    this.root = element("div.table", { role: "grid", "aria-multiselectable": "true", "aria-label": "Chats" }, this.head, this.body, this.empty);
    this.root.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.body.addEventListener("click", (event) => this.clicked(event));
    this.body.addEventListener("keydown", (event) => this.key(event));
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(this.root);
    this.stopTicking = tickAll(this.body);
    this.configure();
  }

  stop() {
    this.observer.disconnect();
    this.stopTicking();
  }

  get rowHeight() {
    return this.narrow ? NARROW_HEIGHT : HEIGHT[this.model.shown.density];
  }

  resized() {
    const narrow = this.root.clientWidth < NARROW_PX;
    if (narrow !== this.narrow) {
      this.narrow = narrow;
      this.configure();
    }
    this.scrolled();
  }

  configure() {
    const { columns, sort, descending, empty, selectable } = this.model.shown;
    this.root.classList.toggle("fixed", !selectable);
    this.columns = this.narrow ? columns.filter(({ key }) => ["name", "status", "idle"].includes(key)) : columns;
    if (!this.columns.length) this.columns = columns.slice(0, 1);
    const tracks = this.columns.map(({ width, grow }) => (grow ? `minmax(${this.narrow ? 0 : width}px, ${grow}fr)` : `${width}px`));
    const least = this.columns.reduce((sum, { width, grow }) => sum + (this.narrow && grow ? 0 : width), 38 + 8);
    this.root.style.setProperty("--columns", `38px ${tracks.join(" ")}`);
    this.root.style.setProperty("--least", `${least}px`);
    this.root.style.setProperty("--row", `${this.rowHeight}px`);
    this.root.classList.toggle("narrow", Boolean(this.narrow));
    const all = element("input", { type: "checkbox", "aria-label": "Select all chats of this list" });
    all.addEventListener("change", () => this.model.send_msg({ type: "select_all", on: all.checked }));
    this.all = all;
    this.head.replaceChildren(
      element("label.cell.pick", { role: "columnheader" }, all),
      ...this.columns.map(({ key, title, kind }) => {
        const sorted = key === sort;
        const button = element("button", { type: "button", onclick: () => this.model.send_msg({ type: "sort", column: key }) }, element("span", { text: title }));
        if (sorted) button.append(icon(descending ? "down" : "up", 12));
        return element(`div.cell.${kind}`, { role: "columnheader", "aria-sort": sorted ? (descending ? "descending" : "ascending") : "none" }, button);
      }),
    );
    this.empty.textContent = empty;
    for (const node of this.nodes.values()) node.remove();
    this.nodes.clear();
    this.draw();
  }

  receive(message) {
    learnClock(message.now);
    if (message.type === "selection") this.selected = new Set(message.ids);
    if (message.type === "rows") this.takeRows(message);
    this.draw();
  }

  takeRows({ fresh, total, start, order, rows, top }) {
    const anchorAt = Math.floor(this.root.scrollTop / this.rowHeight);
    const anchor = this.order[anchorAt - this.start];
    const flashing = [];
    const cells = Object.fromEntries(rows.map((row) => [row.id, row]));
    if (fresh) this.rows.clear();
    for (const [id, row] of Object.entries(cells)) {
      const known = this.rows.get(Number(id));
      if (!fresh) flashing.push([Number(id), known]);
      this.rows.set(Number(id), row);
    }
    const kept = new Set(order);
    for (const id of this.rows.keys()) if (!kept.has(id)) this.rows.delete(id);
    Object.assign(this, { total, start, order });
    this.root.setAttribute("aria-rowcount", total + 1);
    this.body.style.height = `${total * this.rowHeight}px`;
    if (top) this.root.scrollTop = 0;
    else if (anchor !== undefined && this.root.scrollTop > 4) {
      // Rows that came or went above shall not move what is being read.
      const now = order.indexOf(anchor);
      if (now >= 0 && now + start !== anchorAt) this.root.scrollTop += (now + start - anchorAt) * this.rowHeight;
    }
    this.draw();
    for (const [id, known] of flashing) this.flash(id, known);
    this.scrolled();
  }

  draw() {
    const height = this.rowHeight;
    const kept = new Set(this.order);
    for (const [id, node] of this.nodes) {
      if (kept.has(id)) continue;
      if (node.contains(node.getRootNode().activeElement)) this.focused = 0;
      node.remove();
      this.nodes.delete(id);
    }
    this.order.forEach((id, at) => {
      const row = this.rows.get(id);
      if (!row) return;
      let node = this.nodes.get(id);
      if (!node) {
        node = this.makeRow(id);
        this.nodes.set(id, node);
        this.body.append(node);
      }
      node.style.transform = `translateY(${(this.start + at) * height}px)`;
      node.setAttribute("aria-rowindex", this.start + at + 2);
      this.fill(node, row);
    });
    this.empty.hidden = this.total > 0;
    const picked = this.selected.size;
    this.all.checked = picked > 0 && picked >= this.total;
    this.all.indeterminate = picked > 0 && picked < this.total;
    if (!this.nodes.has(this.focused)) this.nodes.get(this.order[0])?.setAttribute("tabindex", "0");
  }

  makeRow(id) {
    const box = element("input", { type: "checkbox", tabindex: "-1" });
    const node = element("div.row", { role: "row", tabindex: "-1", "data-chat": id }, element("label.cell.pick", { role: "gridcell" }, box));
    node.cells = {};
    for (const { key, kind } of this.columns) {
      const cell = element(`div.cell.${kind}`, { role: "gridcell", "data-column": key });
      node.cells[key] = cell;
      if (kind === "status") cell.append(element("span.chip"));
      if (key === "name") cell.append(element("span.name"), ...(this.narrow ? [element("span.where")] : []));
      node.append(cell);
    }
    return node;
  }

  fill(node, row) {
    const selected = this.selected.has(row.id);
    const box = node.firstChild.firstChild;
    box.checked = selected;
    box.setAttribute("aria-label", `Select the chat of ${row.name || "a customer"}`);
    node.setAttribute("aria-selected", selected);
    node.classList.toggle("open", row.id === this.model.shown.open);
    if (node.row === row) return;
    node.row = row;
    for (const { key, kind } of this.columns) {
      const cell = node.cells[key];
      if (kind === "since") setSince(cell, key === "idle" ? row.idle : row.start, row.end);
      else if (kind === "status") {
        cell.firstChild.className = `chip ${row.status}`;
        cell.firstChild.textContent = { queued: "Queued", active: "Active", ended: ENDED[row.why] ?? "Ended" }[row.status] ?? row.status;
        cell.firstChild.title = row.why;
      } else if (key === "name") {
        cell.firstChild.textContent = row.name || `Chat ${row.id}`;
        if (cell.lastChild !== cell.firstChild) cell.lastChild.textContent = [row.department, row.agent].filter(Boolean).join(" · ");
      } else {
        cell.textContent = row[key];
        if (kind === "text" && row[key]) cell.title = row[key];
      }
    }
  }

  flash(id, known) {
    const node = this.nodes.get(id);
    if (!node) return;
    const row = this.rows.get(id);
    const shown = known ? this.columns.map(({ key }) => key).filter((key) => (key === "duration" ? known.end !== row.end : known[key] !== row[key])) : [];
    for (const target of known ? shown.map((key) => node.cells[key]) : [node]) {
      target.animate([{ backgroundColor: "var(--c-flash)" }, { backgroundColor: "transparent" }], { duration: 1400, easing: "ease-out" });
    }
  }

  scrolled() {
    if (this.waiting) return;
    this.waiting = true;
    setTimeout(() => {
      this.waiting = false;
      const first = Math.floor(this.root.scrollTop / this.rowHeight);
      const seen = Math.ceil(this.root.clientHeight / this.rowHeight) + 1;
      const last = Math.min(this.total, first + seen);
      if (first >= this.start && last <= this.start + this.order.length && this.asked >= seen) return;
      this.asked = Math.max(seen, this.asked ?? 0);
      this.model.send_msg({ type: "window", start: Math.max(0, first - MARGIN_ROWS), count: seen + 2 * MARGIN_ROWS });
    }, 60);
  }

  pick(id, on) {
    if (on) this.selected.add(id);
    else this.selected.delete(id);
    this.model.send_msg({ type: "selection", ids: [...this.selected] });
    this.draw();
  }

  clicked(event) {
    const node = event.target.closest(".row");
    if (!node) return;
    const id = Number(node.dataset.chat);
    this.focus(id, false);
    if (event.target.closest(".pick")) {
      if (event.target.tagName === "INPUT") this.pickUpTo(id, event.target.checked, event.shiftKey);
    } else this.model.send_msg({ type: "open", id });
  }

  pickUpTo(id, on, range) {
    const from = this.order.indexOf(this.lastPicked);
    const to = this.order.indexOf(id);
    if (range && from >= 0 && to >= 0) {
      for (const each of this.order.slice(Math.min(from, to), Math.max(from, to) + 1)) this.selected[on ? "add" : "delete"](each);
    }
    this.lastPicked = id;
    this.pick(id, on);
  }

  focus(id, move = true) {
    this.nodes.get(this.focused)?.setAttribute("tabindex", "-1");
    this.focused = id;
    const node = this.nodes.get(id);
    node?.setAttribute("tabindex", "0");
    if (move) node?.focus({ preventScroll: false });
  }

  key(event) {
    const node = event.target.closest(".row");
    if (!node) return;
    const id = Number(node.dataset.chat);
    const at = this.order.indexOf(id);
    if (event.key === "ArrowDown" && at + 1 < this.order.length) this.focus(this.order[at + 1]);
    else if (event.key === "ArrowUp" && at > 0) this.focus(this.order[at - 1]);
    else if (event.key === "Enter") this.model.send_msg({ type: "open", id });
    else if (event.key === " ") this.pick(id, !this.selected.has(id));
    else return;
    event.preventDefault();
  }
}
