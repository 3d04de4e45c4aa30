// <switchboard-visitor server="…" department="…">: the customer's chat as a part of a page, as the portal shows it.

import { VisitorChat } from "./visitor_chat.js";
import { loadWords } from "./strings.js";
import { panelStyles } from "./panel_styles.js";
import { VisitorPanel } from "./visitor_panel.js";

class SwitchboardVisitor extends HTMLElement {
  async connectedCallback() {
    if (this.panel) return;
    const server = (this.getAttribute("server") || location.origin).replace(/\/+$/, "");
    const words = await loadWords(this.getAttribute("lang"));
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [panelStyles];
    const chat = new VisitorChat(server);
    const preset = { department: this.getAttribute("department") ?? undefined };
    this.panel = new VisitorPanel({ chat, words, preset });
    this.panel.node.classList.add("root");
    this.panel.theme = this.getAttribute("theme");
    root.append(this.panel.node);
    chat.addEventListener("change", () => !document.hidden && chat.markRead());
    chat.open();
  }
}

if (!customElements.get("switchboard-visitor")) customElements.define("switchboard-visitor", SwitchboardVisitor);
