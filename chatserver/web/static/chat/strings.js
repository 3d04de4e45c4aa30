// The words that people see, in their language. A language is fetched only when somebody needs it.

import en from "./strings/en.js";

export const LANGUAGES = ["en", "de", "fr", "es", "pt", "it", "nl", "pl", "ja", "ar"];
const RIGHT_TO_LEFT = new Set(["ar"]);

/** The first language of the wish list that we have; "en" when there is none. */
export function pickLanguage(wished = navigator.languages ?? [navigator.language]) {
  for (const tag of wished) {
    const primary = String(tag).toLowerCase().split("-")[0];
    if (LANGUAGES.includes(primary)) return primary;
  }
  return "en";
}

/** English at once, for what must be shown before a language has arrived. */
export function english(overrides = {}) {
  return new Words("en", { ...en, ...overrides });
}

/** The words in a language. When it cannot be fetched, English. */
export async function loadWords(language, overrides = {}) {
  const wished = LANGUAGES.includes(language) ? language : pickLanguage(language ? [language] : undefined);
  if (wished === "en") return english(overrides);
  try {
    const { default: texts } = await import(`./strings/${wished}.js`);
    return new Words(wished, { ...en, ...texts, ...overrides });
  } catch {
    return english(overrides);
  }
}

export class Words {
  constructor(language, texts) {
    this.language = language;
    this.direction = RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
    this.texts = texts;
    this.plurals = new Intl.PluralRules(language);
    const locale = navigator.languages?.find((tag) => tag.toLowerCase().startsWith(language)) ?? language; // en-GB: 18:30
    this.times = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
    this.days = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
  }

  /** A text; `{name}` becomes the value. With `n`, the form for that number ("zero" is for exactly 0). */
  say(key, values = {}) {
    let text = this.texts[key] ?? key;
    if (typeof text === "object") {
      text = (values.n === 0 && text.zero) || (text[this.plurals.select(values.n)] ?? text.other);
    }
    return text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? this.#isolated(values[name]) : all));
  }

  /** A name in another script must not turn the sentence around it. */
  #isolated(value) {
    return this.direction === "rtl" && typeof value === "string" ? `\u2068${value}\u2069` : value;
  }

  time(date) {
    return this.times.format(date);
  }

  /** "Today", "Yesterday" or the day's name. */
  day(date, now = new Date()) {
    const midnight = (day) => new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
    const ago = Math.round((midnight(now) - midnight(date)) / 86_400_000);
    if (ago === 0) return this.say("today");
    if (ago === 1) return this.say("yesterday");
    return this.days.format(date);
  }
}
