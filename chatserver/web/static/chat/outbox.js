// Messages that the server has not yet put on disk. They outlive the page: each is an item of its own in the
// storage, so that two tabs can add and remove at the same time without undoing each other. Pure but for the storage.

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-";

/** A random id that no other message has: 132 bits. */
export function newClientId(random = (bytes) => crypto.getRandomValues(bytes)) {
  return Array.from(random(new Uint8Array(22)), (byte) => ALPHABET[byte & 63]).join("");
}

/** Storage that forgets, for pages where the browser's is switched off. */
export class MemoryStorage {
  constructor() {
    this.items = new Map();
  }
  get length() {
    return this.items.size;
  }
  key(index) {
    return [...this.items.keys()][index] ?? null;
  }
  getItem(key) {
    return this.items.get(key) ?? null;
  }
  setItem(key, value) {
    this.items.set(key, String(value));
  }
  removeItem(key) {
    this.items.delete(key);
  }
}

/** `wanted` ("localStorage" | "sessionStorage") when it can be written to, else one that lasts as long as the page. */
export function usableStorage(wanted, page = globalThis) {
  try {
    const storage = page[wanted];
    storage.setItem("switchboard:probe", "1");
    storage.removeItem("switchboard:probe");
    return storage;
  } catch {
    return new MemoryStorage();
  }
}

/** The outbox of one owner (`prefix`). Entries: {client_id, chat, order, ...what is to be sent}. */
export class Outbox {
  constructor(storage, prefix, clock = () => Date.now()) {
    this.storage = storage;
    this.prefix = `${prefix}:out:`;
    this.clock = clock;
    this.count = 0;
    this.unstorable = new Map(); // a full storage must not keep anybody from talking
  }

  /** Keeps an entry until `remove`. `chat` says to which chat it belongs. */
  add(entry) {
    this.count += 1;
    const kept = { ...entry, order: [this.clock(), this.count] };
    this.#write(kept);
    return kept;
  }

  update(entry) {
    this.#write(entry);
  }

  remove(clientId) {
    this.unstorable.delete(clientId);
    this.storage.removeItem(this.prefix + clientId);
  }

  find(clientId) {
    return this.unstorable.get(clientId) ?? parseEntry(this.storage.getItem(this.prefix + clientId));
  }

  /** Entries of a chat (all, without an argument), in the order in which they were added. */
  entries(chat = undefined) {
    const found = [...this.unstorable.values()];
    for (let index = 0; index < this.storage.length; index += 1) {
      const key = this.storage.key(index);
      if (key?.startsWith(this.prefix)) {
        const entry = parseEntry(this.storage.getItem(key));
        if (entry) found.push(entry);
      }
    }
    return found
      .filter((entry) => chat === undefined || entry.chat === chat)
      .sort((a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1]);
  }

  #write(entry) {
    try {
      this.storage.setItem(this.prefix + entry.client_id, JSON.stringify(entry));
    } catch {
      this.unstorable.set(entry.client_id, entry);
    }
  }
}

function parseEntry(raw) {
  try {
    const entry = JSON.parse(raw);
    return entry && typeof entry.client_id === "string" && Array.isArray(entry.order) ? entry : null;
  } catch {
    return null; // somebody else wrote under our name; it is not a message
  }
}
