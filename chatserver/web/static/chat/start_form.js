// What is asked before a chat: name, e-mail, department, question. Says which departments are away.

import { h } from "./dom.js";

const MAX_NAME_CHARS = 80; // as wire/limits.py
const MAX_EMAIL_CHARS = 254;
const MAX_QUESTION_CHARS = 4_000;

export class StartForm {
  /** `onStart(values)`; `preset`: {department, name, email, question}; `own`: an element of the page that comes first. */
  constructor({ words, onStart, preset = {} }) {
    this.words = words;
    this.onStart = onStart;
    this.preset = preset;
    this.departments = [];
    this.name = this.#field("name_label", h("input", { type: "text", autocomplete: "name", maxlength: MAX_NAME_CHARS, required: true }));
    this.email = this.#field(
      "email_label",
      h("input", { type: "email", autocomplete: "email", maxlength: MAX_EMAIL_CHARS, inputmode: "email", dir: "ltr" }),
      true,
    );
    this.department = this.#field("department_label", h("select", { onchange: () => this.#showOpen() }));
    this.question = this.#field("question_label", h("textarea", { rows: "3", maxlength: MAX_QUESTION_CHARS, required: true }));
    for (const key of ["name", "email", "question"]) this[key].input.value = preset[key] ?? "";
    this.away = h("div", { class: "away", role: "status", hidden: true });
    this.problem = h("div", { class: "problem", role: "alert", hidden: true });
    this.button = h("button", { class: "primary", type: "submit" }, words.say("start"));
    const fields = [this.name, this.email, this.department, this.question].map((field) => field.node);
    const intro = h("p", { class: "intro" }, words.say("intro"));
    this.node = h("form", { class: "start", novalidate: true, onsubmit: (event) => this.#submit(event) }, intro, this.away, ...fields, this.problem, this.button);
  }

  /** Shows the departments as they are now, and why the last try was refused. */
  show({ departments, refusal, unsent }) {
    if (JSON.stringify(departments) !== JSON.stringify(this.departments)) this.#showDepartments(departments);
    this.department.node.hidden = departments.length < 2;
    this.problem.hidden = !refusal;
    this.problem.textContent = refusal?.message ?? "";
    if (unsent && !this.question.input.value) this.question.input.value = unsent;
    this.#showOpen();
  }

  focus() {
    const empty = [this.name, this.question].find(({ input }) => !input.value) ?? this.name;
    empty.input.focus({ preventScroll: true });
  }

  #showDepartments(departments) {
    const chosen = this.department.input.value || this.preset.department;
    this.departments = departments;
    const options = departments.map(({ id, name, open }) =>
      h("option", { value: id }, open ? name : `${name} (${this.words.say("away")})`),
    );
    this.department.input.replaceChildren(...options);
    const first = departments.find(({ id }) => id === chosen) ?? departments.find(({ open }) => open) ?? departments[0];
    if (first) this.department.input.value = first.id;
  }

  get #chosen() {
    return this.departments.find(({ id }) => id === this.department.input.value);
  }

  #showOpen() {
    const { words, departments } = this;
    const away = !this.#chosen?.open;
    this.away.hidden = !away;
    this.button.disabled = away;
    if (!away) return;
    const all = departments.every(({ open }) => !open);
    const text = all ? words.say("offline_all") : words.say("offline_one", { name: this.#chosen.name });
    if (this.away.textContent !== words.say("offline_title") + text) {
      this.away.replaceChildren(h("strong", {}, words.say("offline_title")), h("span", {}, text));
    }
  }

  #field(label, input, optional = false) {
    const id = `switchboard-${label}`;
    input.id = id;
    input.setAttribute("aria-describedby", `${id}-problem`);
    const follow = () => {
      if (input.matches("[type=text], textarea")) input.dir = input.value ? "auto" : this.words.direction;
    };
    follow();
    input.addEventListener("input", () => {
      follow();
      this.#mark(field, "");
    });
    const hint = optional && h("span", { class: "optional" }, this.words.say("optional"));
    const problem = h("span", { class: "missing", id: `${id}-problem` });
    const node = h("div", { class: "field" }, h("label", { for: id }, this.words.say(label), hint), input, problem);
    const field = { node, input, problem };
    return field;
  }

  #mark(field, text) {
    field.problem.textContent = text;
    if (text) field.input.setAttribute("aria-invalid", "true");
    else field.input.removeAttribute("aria-invalid");
  }

  #submit(event) {
    event.preventDefault();
    const { words } = this;
    const wrong = [];
    for (const field of [this.name, this.question]) {
      const missing = !field.input.value.trim();
      this.#mark(field, missing ? words.say("missing") : "");
      if (missing) wrong.push(field);
    }
    const email = this.email.input.value.trim();
    const badEmail = email !== "" && !/^[^\s@]+@[^\s@]+$/.test(email);
    this.#mark(this.email, badEmail ? words.say("bad_email") : "");
    if (badEmail) wrong.splice(wrong.indexOf(this.name) + 1, 0, this.email);
    if (wrong.length > 0) {
      wrong[0].input.focus();
      return;
    }
    if (!this.#chosen?.open) return;
    this.onStart({
      department: this.#chosen.id,
      name: this.name.input.value.trim(),
      email,
      question: this.question.input.value.trim(),
    });
  }
}
