// What a stranger wrote, as text nodes and safe links. Nothing here ever parses markup.

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`\u0000-\u001f]+/gi;
const TRAILING = /[.,;:!?)\]}»”’]+$/;

/** The parts of a text: {text} and, for http and https only, {text, href}. */
export function partsOf(text) {
  const parts = [];
  let done = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const shown = match[0].replace(TRAILING, "");
    const href = safeAddress(shown);
    if (!href) continue;
    if (match.index > done) parts.push({ text: text.slice(done, match.index) });
    parts.push({ text: shown, href });
    done = match.index + shown.length;
  }
  if (done < text.length) parts.push({ text: text.slice(done) });
  return parts;
}

/** The address when it is one of the web, else ''. */
export function safeAddress(raw) {
  try {
    const url = new URL(raw);
    return (url.protocol === "https:" || url.protocol === "http:") && url.hostname ? url.href : "";
  } catch {
    return "";
  }
}

/** Nodes for a message. */
export function nodesOf(text) {
  return partsOf(text).map(({ text: shown, href }) => {
    if (!href) return document.createTextNode(shown);
    const link = document.createElement("a");
    link.href = href;
    link.rel = "noopener noreferrer nofollow ugc";
    link.target = "_blank";
    link.textContent = shown;
    return link;
  });
}
