// The right end of the header: presence, availability, who is signed in; and the banner when a connection is lost.
// Presence is this page's own socket to the chat server (chat.js), never Panel's.

export function render({ model: source, view }) {
  const model = connect(source);
  const header = new Header(model);
  header.watchPanel(view.model.document);
  model.on("shown", () => header.draw());
  model.on("msg:custom", (message) => header.receive(message));
  model.on("remove", () => header.stop());
  header.connect();
  return header.root;
}

const RELOAD_PAUSE_MS = 4_000; // between questions whether a console that is gone has come back

class Header {
  constructor(model) {
    this.model = model;
    this.presence = null;
    this.tokens = element("style", {}, model.shown.tokens);
    document.head.append(this.tokens);
    this.availability = element("button.button.availability", { type: "button", "aria-haspopup": "menu", onclick: () => this.openAvailability() });
    this.person = element("button.button.quiet.person", { type: "button", "aria-haspopup": "menu", onclick: () => this.openPerson() });
    this.banner = element("div.banner", { role: "alert", hidden: true });
    this.toasts = element("div.toasts", { role: "status", "aria-live": "polite" });
    this.root = element(
      "div.header",
      {},
      element("span.anchor", {}, this.availability),
      element("span.anchor", {}, this.person),
      this.banner,
      this.toasts,
    );
    this.timer = setInterval(() => this.draw(), 1000);
    this.heard = Date.now();
    this.draw();
  }

  stop() {
    clearInterval(this.timer);
    this.tokens.remove();
  }

  async connect() {
    const { server } = this.model.shown;
    try {
      const { connectPresence, tokenFrom } = await import(`${server}/chat.js`);
      this.presence = connectPresence({ server, getToken: tokenFrom(server) });
    } catch {
      setTimeout(() => this.connect(), 3000 + 2000 * Math.random()); // the chat server is away; it comes back
      return;
    }
    this.presence.addEventListener("state", () => this.draw());
    this.presence.addEventListener("welcome", () => this.draw());
    this.presence.addEventListener("signed-out", () => location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`));
    this.draw();
  }


  /** Bokeh says when the page's own connection is lost; when it gives up, the page starts anew as soon as it can. */
  watchPanel(shownDocument) {
    shownDocument?.on_event("connection_lost", (_, { timeout }) => {
      this.panelLost = true;
      this.draw();
      if (timeout === null || timeout === undefined) this.reloadWhenBack();
    });
    shownDocument?.on_event("client_reconnected", () => {
      this.panelLost = false;
      this.draw();
    });
  }

  async reloadWhenBack() {
    const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
    if (answer?.ok) location.reload();
    else setTimeout(() => this.reloadWhenBack(), RELOAD_PAUSE_MS * (0.75 + Math.random() / 2));
  }

  receive({ type, text, kind }) {
    if (type === "reload") location.reload();
    if (type === "sign_in") location.assign("/sign-in?next=/");
    if (type === "toast") this.toast(text, kind);
  }

  toast(text, kind = "") {
    const toast = element(`div.toast${kind ? `.${kind}` : ""}`, {}, icon(kind === "wrong" ? "warning" : "check"), element("span", { text }));
    this.toasts.append(toast);
    while (this.toasts.children.length > 4) this.toasts.firstChild.remove();
    setTimeout(() => toast.remove(), kind === "wrong" ? 9000 : 5000);
  }

  draw() {
    const { name, available, feed, dark } = this.model.shown;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    const online = this.presence?.state === "online";
    const word = !online ? "Connecting" : available ? "Available" : "Away";
    const key = JSON.stringify([word, name, feed, this.presence?.state, this.panelLost]);
    if (key === this.drawn) return;
    this.drawn = key;
    this.availability.className = `button availability ${!online ? "offline" : available ? "on" : "away"}`;
    this.availability.replaceChildren(element("span.dot"), element("span.word", { text: word }), icon("down", 12));
    this.person.replaceChildren(element("span.face", { text: initials(name), "aria-hidden": true }), element("span.word", { text: name }));
    const offline = this.presence && !online && this.presence.state !== "connecting";
    this.showBanner(
      this.panelLost
        ? "The console is reconnecting. Open chats go on; tables and boards may be old until it is back."
      : feed === "lost"
        ? "The chat server does not answer. What you see may be old; the console is reconnecting by itself."
        : offline
          ? "Your connection to the chat server is lost. It is being restored; messages you write are kept until then."
          : "",
    );
  }

  showBanner(text) {
    clearTimeout(this.bannerTimer);
    if (!text) {
      this.banner.hidden = true;
      return;
    }
    this.bannerTimer = setTimeout(() => {
      this.banner.replaceChildren(icon("warning"), element("span", { text }));
      this.banner.hidden = false;
    }, 1200); // a restart within a second is nobody's business
  }

  async command(frame) {
    try {
      await this.presence.command(frame);
    } catch (error) {
      this.toast(error.message || "That did not work. Try again.", "wrong");
    }
  }

  openAvailability() {
    const { available, groups } = this.model.shown;
    const set = (on) => () => this.command({ t: "set_available", available: on });
    openMenu(this.availability, [
      { heading: "New chats" },
      { label: "Available", checked: available, choose: set(true) },
      { label: "Away", checked: !available, choose: set(false), hint: "You keep your chats, but get no new ones" },
      ...(groups.length ? ["-", { heading: "Active in groups" }] : []),
      ...groups.map(({ id, name, active }) => ({
        label: name,
        checked: active,
        choose: () => this.command({ t: "set_active", group: id, active: !active }),
      })),
    ]);
  }

  openPerson() {
    const { name, roles, server } = this.model.shown;
    openMenu(this.person, [
      { heading: `${name} · ${roles}` },
      { label: "Sign out", icon: "out", choose: () => this.signOut(server) },
    ]);
  }

  signOut(server) {
    this.presence?.close();
    const form = element("form", { method: "post", action: `${server}/logout` });
    document.body.append(form);
    form.submit();
  }
}
