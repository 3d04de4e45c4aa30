// Times that tick in the browser: the server sends when something began, never how long ago that is.

const clock = { skew: 0 }; // the server's clock minus ours, in ms

function learnClock(serverNow) {
  if (serverNow) clock.skew = serverNow - Date.now();
}

/** '0:42', '12:05', '1:02:11', '2d 3h'. */
function durationText(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  if (s >= 86400) return `${Math.floor(s / 86400)}d ${Math.floor((s % 86400) / 3600)}h`;
  if (s >= 3600) return `${Math.floor(s / 3600)}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
  return `${Math.floor(s / 60)}:${two(s % 60)}`;
}

/** Shows in `node` the time from `since` to `end` (0: to now). */
function setSince(node, since, end) {
  node.dataset.since = since || "";
  node.dataset.end = end || "";
  tick(node);
}

function tick(node) {
  const since = Number(node.dataset.since);
  const end = Number(node.dataset.end) || Date.now() + clock.skew;
  const text = since ? durationText(end - since) : "–";
  if (node.textContent !== text) node.textContent = text;
}

/** Ticks every node with data-since below `root` once a second, until the function returned is called. */
function tickAll(root) {
  const timer = setInterval(() => {
    if (document.hidden) return;
    for (const node of root.querySelectorAll("[data-since]")) if (!node.dataset.end) tick(node);
  }, 1000);
  return () => clearInterval(timer);
}
