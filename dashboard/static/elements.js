// Elements with text that is never read as HTML, and the icons of the console.

/**
 * A part's line to its Python side: `shown` is the latest of what it shows. State goes one way, by messages: a synchronised
 * property would come back from the browser, and could overwrite what has changed meanwhile.
 */
function connect(source) {
  const listeners = { shown: [], "msg:custom": [], remove: [] };
  const tell = (name, detail) => listeners[name].forEach((listener) => listener(detail));
  const link = { shown: source.shown, send_msg: (message) => source.send_msg(message), on: (name, listener) => listeners[name].push(listener) };
  source.on("msg:custom", (message) => {
    if (message.type === "shown") {
      link.shown = message.shown;
      tell("shown");
    } else tell("msg:custom", message);
  });
  source.on("remove", () => tell("remove"));
  queueMicrotask(() => source.send_msg({ type: "ready" })); // whatever was told before there was anybody to hear it
  return link;
}

/** element("button.quiet", {title: "…", onclick}, child, "text") */
function element(kind, attributes = {}, ...children) {
  const [tag, ...classes] = kind.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "text") node.textContent = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const ICONS = {
  chats: "M4 5.5h16v10H10l-4.5 3.5v-3.5H4z",
  globe: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.8 12h16.4M12 3.5c2.6 2.5 3.7 5.3 3.7 8.5s-1.100 6-3.700 8.500c-2.600-2.500-3.700-5.300-3.700-8.500s1.100-6 3.700-8.500z",
  board: "M4 20V10h4v10zM10 20V4h4v16zM16 20v-7h4v7z",
  search: "M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.500 15.500L20 20",
  close: "M6 6l12 12M18 6L6 18",
  transfer: "M4 8h13M13.500 4.500L17 8l-3.500 3.500M20 16H7M10.500 12.500L7 16l3.500 3.500",
  take: "M12 4v11M7.500 10.500L12 15l4.500-4.500M5 20h14",
  queue: "M5 6h14M5 12h9M5 18h5M18 13v7M15 17l3 3 3-3",
  end: "M7 7h10v10H7z",
  refresh: "M19 12a7 7 0 1 1-2-5M19 4v4h-4",
  fields: "M4 6h16M4 12h16M4 18h16M9 4v4M15 10v4M7 16v4",
  rows: "M4 6h16M4 10h16M4 14h16M4 18h16",
  up: "M6 14.500l6-6 6 6",
  down: "M6 9.500l6 6 6-6",
  check: "M5 12.500l4.500 4.500L19 7.500",
  insert: "M12 5v14M5 12h14",
  open: "M13 5h6v6M19 5l-8 8M17 14v5H5V7h5",
  person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.500 20c.8-3.800 3.700-5.500 7.500-5.500s6.700 1.700 7.500 5.500",
  out: "M10 5H5v14h5M14 8l4 4-4 4M9 12h9",
  warning: "M12 4l9 16H3zM12 10v5M12 17.500v.5",
};

function icon(name, size = 16) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("width", size);
  svg.setAttribute("height", size);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** Two letters for a face that we do not have. */
function initials(name) {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  return words.length ? [words[0], ...words.slice(1).slice(-1)].map((word) => [...word][0]).join("").toUpperCase() : "?";
}

/** A menu below `anchor`; `items`: [{label, icon, hint, disabled, checked, choose}] or "-". Closes by itself. */
function openMenu(anchor, items) {
  const root = anchor.getRootNode();
  root.querySelector(".menu")?.remove();
  const menu = element("div.menu", { role: "menu" });
  const close = () => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    anchor.setAttribute("aria-expanded", "false");
  };
  const outside = (event) => {
    if (!event.composedPath().includes(menu) && !event.composedPath().includes(anchor)) close();
  };
  for (const item of items) {
    if (item === "-") {
      menu.append(element("div.rule"));
      continue;
    }
    if (item.heading) {
      menu.append(element("div.heading", { text: item.heading }));
      continue;
    }
    const choose = () => {
      close();
      anchor.focus();
      item.choose();
    };
    const role = item.checked === undefined ? "menuitem" : "menuitemcheckbox";
    const button = element("button.item", { type: "button", role, disabled: item.disabled, onclick: choose, title: item.hint });
    if (item.checked !== undefined) button.setAttribute("aria-checked", item.checked);
    button.append(
      item.checked !== undefined ? (item.checked ? icon("check") : element("span.icon")) : item.icon ? icon(item.icon) : "",
      element("span.label", { text: item.label }),
      element("span.count", { text: item.count ?? "" }),
    );
    menu.append(button);
  }
  menu.addEventListener("keydown", (event) => {
    const buttons = [...menu.querySelectorAll("button:not(:disabled)")];
    const at = buttons.indexOf(root.activeElement);
    if (event.key === "Escape") {
      close();
      anchor.focus();
    } else if (event.key === "ArrowDown") buttons[(at + 1) % buttons.length]?.focus();
    else if (event.key === "ArrowUp") buttons[(at + buttons.length - 1) % buttons.length]?.focus();
    else return;
    event.preventDefault();
  });
  anchor.after(menu);
  const box = anchor.getBoundingClientRect();
  if (box.left + menu.offsetWidth > window.innerWidth - 8) menu.classList.add("to-left");
  anchor.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  menu.querySelector("button:not(:disabled)")?.focus();
}
