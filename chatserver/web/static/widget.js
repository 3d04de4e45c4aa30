// Switchboard's chat widget: <script src="https://…/widget.js" async data-department="…" data-color="#…"></script>
// Makes one global, `Switchboard` with open() and close(). All else is docs/guide-website.md.
(() => {
  "use strict";
  if (window.Switchboard) return;
  const script = document.currentScript;
  const server = script.src.replace(/\/widget\.js.*$/, "");
  const started = new Promise((resolve, reject) => {
    const start = async () => {
      try {
        const { Widget } = await import(`${server}/static/chat/widget_launcher.js`);
        const widget = new Widget(server, { ...script.dataset });
        await widget.start();
        resolve(widget);
      } catch (error) {
        reject(error);
      }
    };
    if (document.body) start();
    else addEventListener("DOMContentLoaded", start, { once: true });
  });
  started.catch((error) => console.warn("Switchboard: the chat could not be loaded.", error));
  window.Switchboard = Object.freeze({
    open: () => started.then((widget) => widget.open()),
    close: () => started.then((widget) => widget.close()),
  });
})();
