// Colours, type and measures that the chat window and the widget share. Sites override them with --sb-… properties.

const LIGHT = `
  --surface: var(--sb-surface, #ffffff); --text: var(--sb-text, #161b26); --muted: var(--sb-muted, #5a6475);
  --bubble: var(--sb-bubble, #f0f2f6); --border: var(--sb-border, #e2e6ed); --field: #8a93a3; --link: var(--accent-on-light, #2f54d1);
  --wrong: #b3261e; --wrong-surface: #fdf0ef; --good: #1a7f4b; --note: #fff8e6; --shade: 222 28% 14%; color-scheme: light;`;
const DARK = `
  --surface: var(--sb-surface, #161a21); --text: var(--sb-text, #edf0f5); --muted: var(--sb-muted, #9ea8b8);
  --bubble: var(--sb-bubble, #242a35); --border: var(--sb-border, #2e3541); --field: #707b8d; --link: var(--accent-on-dark, #9db2ff);
  --wrong: #ff9a92; --wrong-surface: #3a2224; --good: #6fd3a0; --note: #34301f; --shade: 222 40% 4%; color-scheme: dark;`;

export const TOKENS = `
:host {
  ${LIGHT}
  --accent: var(--sb-accent, #3b5bdb); --on-accent: var(--sb-on-accent, #ffffff); --radius: var(--sb-radius, 18px);
  --font: var(--sb-font, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif);
}
:host, .root { font: 400 15px/1.45 var(--font); color: var(--text); letter-spacing: normal; word-spacing: normal; text-align: start;
  text-transform: none; text-indent: 0; white-space: normal; -webkit-text-size-adjust: 100%; -webkit-font-smoothing: antialiased; }
@media (prefers-color-scheme: dark) { :host(:not([theme="light"])) { ${DARK} } }
:host([theme="dark"]) { ${DARK} }
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
button, input, select, textarea { font: inherit; color: inherit; letter-spacing: inherit; margin: 0; }
button { cursor: pointer; border: 0; background: none; padding: 0; -webkit-tap-highlight-color: transparent; }
button:disabled { cursor: default; }
:focus { outline: none; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.icon { width: 1.25em; height: 1.25em; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; flex: none; display: block; }
.icon.filled { fill: currentColor; stroke: none; }
.avatar { display: inline-grid; place-items: center; flex: none; inline-size: 28px; block-size: 28px; border-radius: 50%;
  color: #fff; font-size: 11px; font-weight: 650; letter-spacing: .02em; user-select: none; }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-reduced-motion: reduce) { *, *::before, *::after { animation: none !important; transition: none !important; scroll-behavior: auto !important; } }
`;
