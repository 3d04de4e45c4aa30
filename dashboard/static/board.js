// The live board: what waits where, on whom it can fall, and how the last hour went. Every number opens its chats.

export function render({ model: source }) {
  const model = connect(source);
  const board = new Board(model);
  model.on("shown", () => board.draw());
  model.on("remove", () => board.stop());
  return board.root;
}

const STEPS = [1, 4, 10, 25]; // chats from which a country gets the next darker colour
const SVG = "http://www.w3.org/2000/svg";

class Board {
  constructor(model) {
    this.model = model;
    this.cards = element("div.cards");
    this.tables = element("div.tables");
    this.map = element("div.map", { "aria-label": "Open chats by country" });
    this.hint = element("div.hint", { hidden: true });
    this.legend = element("div.legend");
    this.countries = element("div.countries");
    this.root = element(
      "div.board",
      {},
      element("header", {}, element("h1", { text: "Live board" }), (this.scope = element("span.muted"))),
      this.cards,
      this.tables,
      element("section.card.world", {}, element("h2", { text: "By country" }), element("div.globe", {}, element("div.frame", {}, this.map, this.hint, this.legend), this.countries)),
    );
    this.stopTicking = tickAll(this.root);
    this.loadMap();
    this.draw();
  }

  stop() {
    this.stopTicking();
  }

  open(status, filter) {
    this.model.send_msg({ type: "open", status, ...filter });
  }

  async loadMap() {
    const answer = await fetch("/world.svg").catch(() => null);
    if (!answer?.ok) {
      this.map.replaceChildren(element("p.muted", { text: "The map could not be loaded. The table beside it shows the same numbers." }));
      return;
    }
    const svg = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
    this.shapes = new Map([...svg.querySelectorAll("[data-code]")].map((shape) => [shape.dataset.code, shape]));
    this.bubbles = document.createElementNS(SVG, "g");
    svg.append(this.bubbles);
    svg.addEventListener("pointermove", (event) => this.pointed(event));
    svg.addEventListener("pointerleave", () => (this.hint.hidden = true));
    svg.addEventListener("click", (event) => {
      const code = event.target.dataset?.code;
      if (this.loads?.has(code)) this.open(this.loads.get(code).waiting ? "queued" : "active", { country: code });
    });
    this.map.replaceChildren(svg);
    this.drawMap();
  }

  draw() {
    const { total, departments, languages, countries, now, scope } = this.model.shown;
    learnClock(now);
    this.scope.textContent = scope;
    this.drawCards(total);
    this.drawTables(departments, languages);
    this.loads = new Map(countries.map((load) => [load.key, load]));
    this.drawCountries(countries);
    this.drawMap();
  }

  drawCards(total) {
    const card = (label, value, { note, alert, choose, since } = {}) => {
      const number = element("span.number");
      if (since !== undefined) since ? setSince(number, since, 0) : (number.textContent = "–");
      else number.textContent = value;
      const inner = [element("span.label", { text: label }), number, element("span.note", { text: note ?? "" })];
      return choose ? element(`button.card.figure${alert ? ".alert" : ""}`, { type: "button", onclick: choose }, ...inner) : element("div.card.figure", {}, ...inner);
    };
    keepFocus(this.cards, () =>
      this.cards.replaceChildren(
        card("Waiting", total.waiting, { alert: total.waiting > 0, choose: () => this.open("queued", {}), note: total.waiting ? "in the queue now" : "nobody waits" }),
        card("Longest wait", "", { since: total.oldest, alert: total.oldest > 0, choose: () => this.open("queued", {}), note: "since the chat began" }),
        card("Active", total.active, { choose: () => this.open("active", {}), note: "chats with an agent" }),
        card("Receiving", total.receiving, { note: `agents, with ${total.free} free ${total.free === 1 ? "place" : "places"}` }),
        card("Service level", percent(total.service_level), { note: `answered within 60 s · last hour, ${total.settled} chats` }),
        card("Abandonment", percent(total.abandonment), { note: `gave up unanswered · last hour, ${total.settled} chats` }),
      ),
    );
  }

  drawTables(departments, languages) {
    keepFocus(this.tables, () => this.tables.replaceChildren(this.table("By department", "Department", departments, "department"), this.table("By language", "Language", languages, "language")));
  }

  table(title, first, loads, filter) {
    const heads = [first, "Waiting", "Longest", "Active", "Receiving", "Free", "Service", "Abandoned"];
    const body = loads.map((load) => {
      const longest = element("span");
      if (load.oldest) setSince(longest, load.oldest, 0);
      const go = (status, value) => this.number(value, `${load.name}: ${status === "queued" ? "waiting" : "active"} chats`, () => this.open(status, { [filter]: load.key }), status === "queued");
      return element(
        "tr",
        {},
        element("th", { scope: "row", text: load.name, title: load.name }),
        element("td", {}, go("queued", load.waiting)),
        element("td", {}, longest),
        element("td", {}, go("active", load.active)),
        element("td", { text: load.receiving || "–" }),
        element("td", { text: load.free || "–" }),
        element("td", {}, meter(load.service_level)),
        element("td", { text: percent(load.abandonment) }),
      );
    });
    const table = element("table", {}, element("thead", {}, element("tr", {}, ...heads.map((text) => element("th", { scope: "col", text })))), element("tbody", {}, ...body));
    return element("section.card", {}, element("h2", { text: title }), body.length ? element("div.scroll", {}, table) : element("p.muted", { text: "Nothing to show yet." }));
  }

  number(value, label, choose, alert) {
    return element(`button.link${alert && value ? ".alert" : ""}${value ? "" : ".none"}`, { type: "button", "aria-label": `${value} · ${label}`, onclick: choose, text: value });
  }

  drawCountries(countries) {
    const rows = countries.slice(0, 14).map((load) =>
      element(
        "tr",
        {},
        element("th", { scope: "row", text: load.name, title: load.name }),
        element("td", {}, this.number(load.waiting, `${load.name}: waiting chats`, () => this.open("queued", { country: load.key }), true)),
        element("td", {}, this.number(load.active, `${load.name}: active chats`, () => this.open("active", { country: load.key }))),
      ),
    );
    const heads = ["Country", "Waiting", "Active"].map((text) => element("th", { scope: "col", text }));
    keepFocus(this.countries, () => this.countries.replaceChildren(element("table", {}, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows))));
  }

  drawMap() {
    if (!this.shapes || !this.loads) return;
    for (const [code, shape] of this.shapes) {
      const load = this.loads.get(code);
      const open = load ? load.waiting + load.active : 0;
      const step = STEPS.filter((from) => open >= from).length;
      shape.setAttribute("class", step ? `step-${step}` : "");
    }
    this.bubbles.replaceChildren(
      ...[...this.loads.values()].filter(({ key, waiting }) => waiting && this.shapes.has(key)).map(({ key, waiting }) => {
        const { x, y } = this.shapes.get(key).dataset;
        const dot = document.createElementNS(SVG, "circle");
        for (const [name, value] of Object.entries({ cx: x, cy: y, r: Math.min(22, 5 + 3 * Math.sqrt(waiting)), class: "waits", "data-code": key })) dot.setAttribute(name, value);
        const text = document.createElementNS(SVG, "text");
        for (const [name, value] of Object.entries({ x, y, dy: "0.35em", class: "waits-number" })) text.setAttribute(name, value);
        text.textContent = waiting;
        const group = document.createElementNS(SVG, "g");
        group.append(dot, text);
        return group;
      }),
    );
    const steps = STEPS.map((from, at) => element("span", {}, element(`i.step-${at + 1}`), `${from}${STEPS[at + 1] ? (STEPS[at + 1] - 1 > from ? `–${STEPS[at + 1] - 1}` : "") : "+"}`));
    this.legend.replaceChildren(element("span.muted", { text: "Open chats" }), ...steps, element("span", {}, element("i.waits"), "waiting"), element("span.muted", {}, "Map: Natural Earth · ", element("a", { text: "IP geolocation by DB-IP", href: "https://db-ip.com", target: "_blank", rel: "noopener noreferrer" })));
  }

  pointed(event) {
    const code = event.target.dataset?.code;
    const shape = code && this.shapes.get(code);
    this.hint.hidden = !shape;
    if (!shape) return;
    const load = this.loads.get(code);
    this.hint.replaceChildren(element("strong", { text: shape.dataset.name }), element("span", { text: load ? `${load.waiting} waiting · ${load.active} active` : "no chats" }));
    const box = this.map.getBoundingClientRect();
    this.hint.style.left = `${Math.min(box.width - 150, event.clientX - box.left + 12)}px`;
    this.hint.style.top = `${event.clientY - box.top + 14}px`;
  }
}

function percent(share) {
  return share === null || share === undefined ? "–" : `${Math.round(share * 100)} %`;
}

function meter(share) {
  if (share === null || share === undefined) return element("span.muted", { text: "–" });
  const bar = element("i");
  bar.style.setProperty("--share", `${Math.round(share * 100)}%`);
  return element("span.meter", {}, bar, element("span", { text: percent(share) }));
}

/** Redraws without taking the keyboard's place away: the button at the same position gets it back. */
function keepFocus(node, redraw) {
  const active = node.getRootNode().activeElement;
  const at = active && node.contains(active) ? [...node.querySelectorAll("button")].indexOf(active) : -1;
  redraw();
  if (at >= 0) node.querySelectorAll("button")[at]?.focus();
}
