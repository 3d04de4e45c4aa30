// Visible Fields: which columns a table shows, and in which order. Buttons move a column; so does dragging.

export function render({ model: source }) {
  const model = connect(source);
  const list = element("ul", { "aria-label": "Columns in their order" });
  const send = () => model.send_msg({ type: "columns", keys: [...list.querySelectorAll("input:checked")].map(({ value }) => value) });
  const move = (item, by) => {
    const other = by < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (by < 0) other.before(item);
    else other.after(item);
    item.querySelector(by < 0 ? ".up" : ".down").focus();
    send();
  };
  const draw = () => {
    list.replaceChildren(
      ...model.shown.columns.map(({ key, title, visible }) => {
        const box = element("input", { type: "checkbox", value: key, checked: visible, onchange: send });
        const item = element(
          "li",
          { draggable: "true" },
          element("span.grip", { "aria-hidden": true, text: "⠿" }),
          element("label", {}, box, element("span", { text: title })),
          element("button.button.square.quiet.up", { type: "button", "aria-label": `Move ${title} up`, onclick: () => move(item, -1) }, icon("up", 14)),
          element("button.button.square.quiet.down", { type: "button", "aria-label": `Move ${title} down`, onclick: () => move(item, 1) }, icon("down", 14)),
        );
        item.addEventListener("dragstart", () => item.classList.add("dragged"));
        item.addEventListener("dragend", () => {
          item.classList.remove("dragged");
          send();
        });
        item.addEventListener("dragover", (event) => {
          event.preventDefault();
          const dragged = list.querySelector(".dragged");
          if (!dragged || dragged === item) return;
          const box = item.getBoundingClientRect();
          if (event.clientY < box.top + box.height / 2) item.before(dragged);
          else item.after(dragged);
        });
        return item;
      }),
    );
  };
  model.on("shown", draw);
  draw();
  return list;
}
