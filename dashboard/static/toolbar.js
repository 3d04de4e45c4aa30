// Above the table: which part of the view, search and filters, and what can be done with the selected chats.

export function render({ model: source }) {
  const model = connect(source);
  const toolbar = new Toolbar(model);
  model.on("shown", () => toolbar.draw());
  return toolbar.root;
}

const PARTS = [["active", "Active"], ["queued", "Queue"], ["ended", "Inactive"]];
const SEARCH_PAUSE_MS = 200;

class Toolbar {
  constructor(model) {
    this.model = model;
    this.title = element("h1");
    this.tabs = element("div.tabs", { role: "tablist", "aria-label": "Part of the view" });
    this.search = element("input", { type: "search", placeholder: "Search", "aria-label": "Search all chats of this list", spellcheck: "false" });
    this.search.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.send("search", { text: this.search.value }), SEARCH_PAUSE_MS);
    });
    this.filters = element("div.filters");
    this.actions = element("div.actions", { role: "toolbar", "aria-label": "Actions" });
    this.root = element(
      "div.toolbar",
      {},
      element("div.line", {}, this.title, this.tabs, element("span.space"), element("label.search", {}, icon("search", 15), this.search), this.filters),
      element("div.line.second", {}, this.actions),
    );
    this.draw();
  }

  send(type, more = {}) {
    this.model.send_msg({ type, ...more });
  }

  draw() {
    const { title, status, counts, search } = this.model.shown;
    this.title.textContent = title;
    this.tabs.replaceChildren(
      ...PARTS.map(([part, label]) => {
        const tab = element("button", { type: "button", role: "tab", "aria-selected": String(part === status), onclick: () => this.send("part", { part }) }, label);
        if (counts[part] !== undefined) tab.append(element("span.count", { text: counts[part] }));
        return tab;
      }),
    );
    if (this.search.getRootNode().activeElement !== this.search && this.search.value !== search) this.search.value = search;
    this.drawFilters();
    this.drawActions();
  }

  drawFilters() {
    const { filters } = this.model.shown;
    const key = JSON.stringify(filters);
    if (key === this.filtersDrawn) return;
    this.filtersDrawn = key;
    this.filters.replaceChildren(
      ...filters.map(({ key: name, label, value, choices }) => {
        const select = element(`select${value === null ? "" : ".chosen"}`, { "aria-label": `Filter by ${label.toLowerCase()}` });
        select.append(element("option", { value: "*", text: label }), ...choices.map(([code, text]) => element("option", { value: `=${code}`, text })));
        select.value = value === null ? "*" : `=${value}`;
        select.addEventListener("change", () => this.send("filter", { key: name, value: select.value === "*" ? null : select.value.slice(1) }));
        return select;
      }),
    );
  }

  drawActions() {
    const { selected, actions, waiting, density, status, total } = this.model.shown;
    const key = JSON.stringify([selected, actions, waiting, density, status, total]);
    if (key === this.actionsDrawn) return;
    this.actionsDrawn = key;
    const focused = this.actions.getRootNode().activeElement?.dataset?.action;
    const act = (name, label, mark, hint, { enabled = true, primary = false } = {}) =>
      element(`button.button${primary ? ".primary" : ""}`, { type: "button", "data-action": name, title: hint, disabled: !enabled, onclick: () => this.send("action", { name }) }, icon(mark), element("span", { text: label }));
    const chats = selected === 1 ? "1 chat" : `${selected} chats`;
    const count = element("span.selected", { text: selected ? `${chats} selected` : `${total} ${total === 1 ? "chat" : "chats"}` });
    const view = element("button.button.quiet", { type: "button", "aria-haspopup": "menu", "data-action": "view", onclick: () => this.openView(view) }, icon("rows"), element("span", { text: "View" }), icon("down", 12));
    const live = status !== "ended";
    this.actions.replaceChildren(
      act("get", waiting ? `Get From Queue (${waiting})` : "Get From Queue", "queue", "Gives you the chat that was started longest ago", { enabled: actions.get, primary: actions.get && waiting > 0 }),
      act("take", "Take", "take", `Move ${chats} to you`, { enabled: live && selected > 0 && actions.take }),
      act("transfer", "Transfer", "transfer", `Give ${chats} to a group or an agent`, { enabled: live && selected > 0 && actions.transfer }),
      act("end", "End", "end", `End ${chats}`, { enabled: live && selected > 0 && actions.end }),
      count,
      ...(selected ? [element("button.button.quiet", { type: "button", onclick: () => this.send("clear") }, "Clear")] : []),
      element("span.space"),
      element("span.anchor", {}, view),
    );
    if (focused) this.actions.querySelector(`[data-action="${focused}"]`)?.focus();
  }

  openView(anchor) {
    const { density } = this.model.shown;
    openMenu(anchor, [
      { label: "Refresh", icon: "refresh", choose: () => this.send("refresh") },
      { label: "Visible Fields …", icon: "fields", choose: () => this.send("fields") },
      "-",
      { heading: "Density" },
      { label: "Comfortable", checked: density === "comfortable", choose: () => this.send("density", { density: "comfortable" }) },
      { label: "Compact", checked: density === "compact", choose: () => this.send("density", { density: "compact" }) },
    ]);
  }
}
