// The views of the console, each with how many chats it holds now.

const begun = new WeakSet(); // pages whose menu has had its first turn
const NARROW_PX = 900; // the menu lies over the page and closes when something was chosen

export function render({ model: source, view }) {
  const model = connect(source);
  const root = element("nav", { "aria-label": "Views" });
  const closeMenu = () => {
    // At the page's own model: it knows at once, and tells the server.
    const page = [...view.model.document.all_models].find(({ data }) => data && "sidebar_open" in (data.attributes ?? {}));
    if (page && window.innerWidth < NARROW_PX) page.data.sidebar_open = false;
  };
  const go = (view, status) => () => {
    closeMenu();
    model.send_msg({ type: "go", view, status });
  };
  const draw = () => {
    const { view, status, counts, may_see_board: board } = model.shown;
    const entry = (label, of, part, mark, count, alert) => {
      const here = of === view && (!part || part === status);
      return element(
        `button.entry${part ? ".part" : ""}${alert ? ".alert" : ""}`,
        { type: "button", onclick: go(of, part ?? "active"), "aria-current": here ? "page" : undefined },
        mark ? icon(mark, 17) : null,
        element("span.label", { text: label }),
        count === undefined ? null : element("span.count", { text: count }),
      );
    };
    root.replaceChildren(
      ...["my", "global"].flatMap((of) => [
        element("div.group", {}, icon(of === "my" ? "chats" : "globe", 16), element("span", { text: of === "my" ? "My Live Chats" : "Global Live Chats" })),
        entry("Active", of, "active", null, counts[`${of}_active`]),
        entry("Queue", of, "queued", null, counts[`${of}_queued`], counts[`${of}_queued`] > 0),
        entry("Inactive", of, "ended", null),
      ]),
      ...(board ? [element("div.group", {}, icon("board", 16), element("span", { text: "Boards" })), entry("Live board", "board", "active")] : []),
    );
  };
  model.on("shown", draw);
  if (!begun.has(view.model)) setTimeout(closeMenu); // at the page's start only: on a phone each opening renders anew
  begun.add(view.model);
  draw();
  return root;
}
