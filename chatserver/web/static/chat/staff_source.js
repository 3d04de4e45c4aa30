// A chat of the console, as <switchboard-chat> needs it: over the page's one staff socket.

import { connectPresence } from "./staff_connection.js";

export class StaffSource {
  constructor({ server, getToken, chat }) {
    this.shared = connectPresence({ server, getToken });
    this.chat = chat;
    this.session = this.shared.attach(chat);
    this.name = "staff";
  }

  get connection() {
    return this.shared.state;
  }

  get ownName() {
    return this.shared.chatName;
  }

  get isGone() {
    return this.shared.isGone(this.chat);
  }

  get canWrite() {
    const { status, person } = this.session.state;
    return status === "active" && person !== "" && person === this.shared.person && !this.isGone;
  }

  /** Why one cannot write: {key, ...values} of a text. */
  get bar() {
    if (this.isGone) return { key: "gone" };
    const { status, agent } = this.session.state;
    if (status === "queued") return { key: "take_to_answer" };
    if (status === "active") return { key: "with_another", name: agent };
    return status === "ended" ? { key: "ended" } : null;
  }

  watch(listener, signal) {
    this.session.addEventListener("change", listener, { signal });
  }

  release() {
    this.shared.detach(this.chat);
  }
}
