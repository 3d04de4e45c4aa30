// Elements without markup: everything a stranger wrote becomes a text node.

const SVG = "http://www.w3.org/2000/svg";

/** An element. `props`: `class`, `on…` listeners, `dataset`, other attributes; children: nodes or text. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const PATHS = {
  send: "M4.4 19.3 20 12.7a.8.8 0 0 0 0-1.4L4.4 4.7a.8.8 0 0 0-1.1 1L5.4 11l7.6 1-7.6 1-2.1 5.3a.8.8 0 0 0 1.1 1Z",
  chat: "M12 3.2c-5 0-9 3.5-9 7.9 0 2.5 1.3 4.7 3.4 6.1-.1 1-.5 2.1-1.2 3-.2.3 0 .7.4.7 1.8-.1 3.3-.7 4.5-1.6.6.1 1.3.2 1.9.2 5 0 9-3.7 9-8.1S17 3.2 12 3.2Z",
  down: "m6 9.5 6 6 6-6",
  close: "m6.5 6.5 11 11m0-11-11 11",
  check: "m5 12.5 4.5 4.5L19 7.5",
  leave: "M10 5H6.5A1.5 1.5 0 0 0 5 6.5v11A1.5 1.5 0 0 0 6.5 19H10m4.5-3.5L18 12l-3.5-3.5M18 12H9.5",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z",
};

/** An icon of 24 × 24 units, hidden from screen readers: its button has the name. */
export function icon(name, { filled = false } = {}) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", class: filled ? "icon filled" : "icon", "aria-hidden": "true" })) {
    svg.setAttribute(key, value);
  }
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A stylesheet that needs no <style> element, so that a strict Content-Security-Policy does not matter. */
export function sheet(css) {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}

/** A person's initials in a circle. `look` is "MK #2f6f4f", either part of it, or '': the rest comes from the name. */
export function avatar(name, look, extra = "") {
  const [, given, colour] = /^\s*([^\s#]{1,3})?\s*(#[0-9a-f]{6})?\s*$/i.exec(look ?? "") ?? [];
  const circle = h("span", { class: `avatar ${extra}`, "aria-hidden": "true" }, given ?? initials(name));
  circle.style.backgroundColor = colour ?? `hsl(${hueOf(name)} 48% 38%)`;
  if (colour) circle.style.color = textOn(colour);
  return circle;
}

export function initials(name) {
  const words = (name ?? "").trim().split(/\s+/).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return picked.map((word) => [...word][0].toLocaleUpperCase()).join("") || "•";
}

function hueOf(name) {
  let hash = 7;
  for (const letter of name ?? "") hash = (hash * 31 + letter.codePointAt(0)) % 3600;
  return hash / 10;
}

// --- colours: whatever accent a site chooses, text on it and in it stays readable (WCAG 2.2, 1.4.3) ---

function channels(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

function luminance(rgb) {
  const [r, g, b] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const LIGHT = [255, 255, 255];
const DARK = [0, 0, 0]; // one of the two has at least 4.58 to 1 on any colour

/** White or black, whichever is easier to read on the colour. */
export function textOn(hex) {
  const rgb = channels(hex);
  return contrast(rgb, LIGHT) >= 4.5 || contrast(rgb, LIGHT) > contrast(rgb, DARK) ? "#ffffff" : "#000000";
}

/** The colour, moved towards `towards` until it can be read as text on `surface`. All are "#rrggbb". */
export function readableOn(hex, surface, towards) {
  const [from, to, behind] = [hex, towards, surface].map(channels);
  for (let share = 0; share <= 1; share += 0.05) {
    const mixed = from.map((value, index) => Math.round(value + (to[index] - value) * share));
    if (contrast(mixed, behind) >= 4.6) return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
  }
  return towards;
}
