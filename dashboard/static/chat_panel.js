// The open chat: who it is with, the shared chat window, the customer's facts, and articles that fit.

export function render({ model: source }) {
  const model = connect(source);
  const panel = new ChatPanel(model);
  model.on("shown", () => panel.draw());
  model.on("msg:custom", (message) => panel.receive(message));
  model.on("remove", () => panel.stop());
  return panel.root;
}

const TURNS = 12; // as many as suggestions look at

class ChatPanel {
  constructor(model) {
    this.model = model;
    this.top = element("header.top");
    this.window = element("div.window");
    this.side = element("aside.side", { "aria-label": "Customer and suggestions" });
    this.facts = element("dl.facts");
    this.suggestions = element("section.suggestions", { "aria-label": "Suggested articles", "aria-live": "polite" });
    this.credit = element("a.credit", { text: "Place: IP geolocation by DB-IP", href: "https://db-ip.com", target: "_blank", rel: "noopener noreferrer" });
    this.side.append(element("h2", { text: "Customer" }), this.facts, this.credit, element("h2", { text: "Suggestions" }), this.suggestions);
    this.root = element("div.panel", { role: "region", "aria-label": "Open chat" }, this.top, element("div.both", {}, this.window, this.side));
    this.root.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && this.send("close"));
    this.stopTicking = tickAll(this.root);
    this.draw();
  }

  stop() {
    this.stopTicking();
  }

  send(type, more = {}) {
    this.model.send_msg({ type, ...more });
  }

  async makeWindow(server) {
    try {
      await import(`${server}/chat.js`);
    } catch {
      this.window.replaceChildren(element("p.waiting", { text: "The chat server does not answer; trying again …" }));
      setTimeout(() => this.makeWindow(server), 3000);
      return;
    }
    const chat = document.createElement("switchboard-chat");
    chat.setAttribute("mode", "staff");
    chat.setAttribute("server", server);
    chat.addEventListener("sb-lines", ({ detail }) => this.linesChanged(detail));
    this.chat = chat;
    this.window.replaceChildren(chat);
    this.draw();
  }

  linesChanged({ chat, lines }) {
    const turns = lines.filter(({ kind }) => kind === "message").slice(-TURNS).map(({ sender, text }) => ({ sender, text: text.slice(0, 1000) }));
    const key = JSON.stringify([chat, turns]);
    if (key === this.told) return;
    this.told = key;
    this.send("turns", { chat: Number(chat), turns });
  }

  receive({ type, text }) {
    if (type === "insert") this.chat?.insertText(text);
  }

  draw() {
    const { chat, server, dark, row, facts, suggestions, now, lines } = this.model.shown;
    learnClock(now);
    if (!chat) return;
    if (!this.asked) {
      this.asked = true;
      this.makeWindow(server);
    }
    if (this.chat) {
      const ended = Boolean(lines);
      const key = ended ? `ended ${chat}` : "";
      if (key !== this.mode) {
        this.mode = key;
        this.chat.setAttribute("mode", ended ? "transcript" : "staff");
        if (ended) this.chat.lines = lines;
      }
      if (this.chat.getAttribute("chat") !== String(chat)) this.chat.setAttribute("chat", chat);
      this.chat.setAttribute("theme", dark ? "dark" : "light");
    }
    this.drawTop(row);
    this.drawFacts(facts);
    this.drawSuggestions(suggestions);
  }

  drawTop(row) {
    const key = JSON.stringify(row);
    if (key === this.topDrawn) return;
    this.topDrawn = key;
    const since = element("span.since");
    setSince(since, row.start, row.end);
    const live = row.status !== "ended";
    const button = (name, label, mark) => element("button.button.square.quiet", { type: "button", title: label, "aria-label": label, onclick: () => this.send("action", { name, chat: this.model.shown.chat }) }, icon(mark));
    this.top.replaceChildren(
      element("span.face", { text: initials(row.name), "aria-hidden": true }),
      element("div.who", {}, element("strong", { text: row.name || `Chat ${row.id}` }), element("span.muted", { text: [row.department, row.agent].filter(Boolean).join(" · ") })),
      element(`span.chip.${row.status}`, { text: { queued: "Queued", active: "Active", ended: row.why || "Ended" }[row.status] ?? row.status, title: row.why }),
      since,
      element("span.space"),
      ...(live && row.can_take ? [button("take", "Take this chat", "take")] : []),
      ...(live ? [button("transfer", "Transfer this chat", "transfer"), button("end", "End this chat", "end")] : []),
      element("button.button.square.quiet", { type: "button", title: "Close (Esc)", "aria-label": "Close the chat window", onclick: () => this.send("close") }, icon("close")),
    );
  }

  drawFacts(facts) {
    const key = JSON.stringify(facts);
    if (key === this.factsDrawn) return;
    this.factsDrawn = key;
    this.facts.replaceChildren(
      ...facts.flatMap(({ label, text, link }) => [
        element("dt", { text: label }),
        element("dd", { title: text }, link ? element("a", { href: link, target: "_blank", rel: "noopener noreferrer nofollow", text }) : text),
      ]),
    );
  }

  drawSuggestions(suggestions) {
    const key = JSON.stringify(suggestions);
    if (key === this.suggestionsDrawn) return;
    this.suggestionsDrawn = key;
    this.suggestions.previousElementSibling.hidden = this.suggestions.hidden = this.model.shown.row.status === "ended";
    if (!suggestions.length) {
      this.suggestions.replaceChildren(element("p.muted", { text: "Articles that fit appear here as the customer says what they need." }));
      return;
    }
    this.suggestions.replaceChildren(
      ...suggestions.map(({ slug, title, excerpt, url, folder }) =>
        element(
          "article",
          { "data-article": slug },
          element("h3", { text: title }),
          element("p.muted", { text: excerpt, title: folder }),
          element(
            "div.choices",
            {},
            element("a.button.quiet", { href: url, target: "_blank", rel: "noopener" }, icon("open"), "Open"),
            element("button.button.quiet", { type: "button", onclick: () => this.chat?.insertText(`${title}: ${url}`) }, icon("insert"), "Insert"),
          ),
        ),
      ),
    );
  }
}
