// How the customer's panel looks: header, form, place in the queue, end.

import { sheet } from "./dom.js";
import { TOKENS } from "./theme.js";

export const panelStyles = sheet(`${TOKENS}
.sheet { position: relative; display: flex; flex-direction: column; min-block-size: 0; block-size: 100%; inline-size: 100%; background: var(--surface); overflow: hidden; border-radius: inherit; }
.header { display: flex; align-items: center; gap: 12px; padding: 14px 12px 14px 18px; padding-inline: 18px 12px; min-block-size: 68px; flex: none; border-block-end: 1px solid var(--border); }
.sheet[data-phase="form"] .header, .sheet[data-phase="connecting"] .header { background: var(--accent); color: var(--on-accent); border-color: transparent; padding-block: 20px; }
.face { display: flex; flex: none; }
.avatar.big { inline-size: 40px; block-size: 40px; font-size: 14.5px; position: relative; }
.here::after { content: ""; position: absolute; inset-block-end: 0; inset-inline-end: 0; inline-size: 11px; block-size: 11px; border-radius: 50%; background: #22a565; box-shadow: 0 0 0 2.5px var(--surface); }
.mark { position: relative; display: grid; place-items: center; inline-size: 40px; block-size: 40px; border-radius: 50%; background: color-mix(in srgb, currentColor 14%, transparent); font-size: 17px; }
.heads { flex: 1; min-inline-size: 0; }
.title, .subtitle { text-align: -webkit-match-parent; text-align: match-parent; }
.title { font-size: 16.5px; font-weight: 650; line-height: 1.3; letter-spacing: -.01em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.sheet[data-phase="form"] .title { font-size: 19px; white-space: normal; }
.subtitle { font-size: 13px; color: var(--muted); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.tool { display: grid; place-items: center; inline-size: 40px; block-size: 40px; border-radius: 12px; color: inherit; flex: none; transition: background .15s; font-size: 16px; }
.tool:hover { background: color-mix(in srgb, currentColor 10%, transparent); }
.sheet[data-phase="form"] .tool:focus-visible, .sheet[data-phase="connecting"] .tool:focus-visible { outline-color: currentColor; }
.tool + .tool { margin-inline-start: -10px; }
[dir="rtl"] .tool.labelled .icon { transform: scaleX(-1); }
.body { flex: 1; min-block-size: 0; display: flex; flex-direction: column; position: relative; }
.body > switchboard-chat { flex: 1; min-block-size: 0; }
.place { display: flex; gap: 14px; align-items: center; margin: 12px 14px 0; padding: 13px 15px; border-radius: 14px; flex: none; font-size: 13px;
  background: color-mix(in srgb, var(--accent) 9%, var(--surface)); color: var(--muted); }
.place strong { display: block; font-size: 14.5px; font-weight: 650; color: var(--text); }
.lost { flex: none; padding: 7px 18px; background: var(--bubble); color: var(--muted); font-size: 13px; text-align: center; }
.ring { inline-size: 26px; block-size: 26px; border-radius: 50%; border: 3px solid color-mix(in srgb, var(--link) 22%, transparent); border-block-start-color: var(--link); animation: turn 1.6s linear infinite; flex: none; }
.start { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 18px 20px 20px; display: flex; flex-direction: column; gap: 14px; scrollbar-width: thin; }
.intro { margin: 0; color: var(--muted); font-size: 14px; text-wrap: pretty; }
.field { display: flex; flex-direction: column; gap: 5px; }
label { font-size: 13px; font-weight: 600; }
.optional { margin-inline-start: 6px; font-weight: 400; color: var(--muted); }
.field input, .field select, .field textarea { inline-size: 100%; padding: 10px 13px; min-block-size: 44px; border: 1px solid var(--field); border-radius: 12px; background: var(--surface); color: var(--text); font-size: 15px; transition: border-color .15s, box-shadow .15s; }
.field:has(textarea) { flex: 1; }
.field textarea { flex: 1; resize: none; min-block-size: 88px; line-height: 1.45; }
.field :is(input, select, textarea):focus-visible { outline: none; border-color: var(--link); box-shadow: 0 0 0 3px color-mix(in srgb, var(--link) 22%, transparent); }
.field select { appearance: none; padding-inline-end: 38px; background-image: linear-gradient(45deg, transparent 50%, var(--muted) 50%), linear-gradient(-45deg, transparent 50%, var(--muted) 50%);
  background-size: 6px 6px; background-position: calc(100% - 22px) 55%, calc(100% - 16px) 55%; background-repeat: no-repeat; }
[dir="rtl"] .field select { background-position: 16px 55%, 22px 55%; }
[aria-invalid="true"] { border-color: var(--wrong) !important; }
.missing { font-size: 12.5px; color: var(--wrong); }
.missing:empty { display: none; }
.problem { padding: 11px 14px; border-radius: 12px; background: var(--wrong-surface); color: var(--text); font-size: 13.5px; }
.away { padding: 13px 15px; border-radius: 14px; background: var(--note); font-size: 13.5px; }
.away strong { display: block; font-weight: 650; font-size: 14.5px; margin-block-end: 2px; }
.primary, .secondary, .danger { min-block-size: 46px; padding: 10px 18px; border-radius: 14px; font-weight: 650; font-size: 15px; transition: filter .15s, transform .1s, opacity .15s; }
.primary { background: var(--accent); color: var(--on-accent); }
.primary:hover:enabled { filter: brightness(1.07); }
.primary:active:enabled { transform: scale(.985); }
.primary:disabled { background: var(--bubble); color: var(--muted); }
.secondary { background: var(--bubble); color: var(--text); }
.danger { background: #b3261e; color: #fff; }
.over { flex: none; display: grid; gap: 10px; padding: 14px 20px 18px; border-block-start: 1px solid var(--border); text-align: center; color: var(--muted); font-size: 14px; }
.over p { margin: 0; }
.veil { position: absolute; inset: 0; display: flex; align-items: flex-end; background: hsl(var(--shade) / .38); z-index: 2; animation: show .15s; }
.ask { flex: 1; margin: 12px; padding: 20px; border-radius: 18px; background: var(--surface); box-shadow: 0 12px 40px hsl(var(--shade) / .3); animation: up .2s cubic-bezier(.2, .7, .3, 1); }
.ask p { margin: 0 0 16px; font-weight: 650; font-size: 16px; text-align: center; }
.choices { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; }
.bones { display: grid; gap: 14px; padding: 24px 20px; }
.bones i { block-size: 44px; border-radius: 12px; background: var(--bubble); animation: pulse 1.6s infinite ease-in-out; }
.bones i:last-child { block-size: 92px; }
@media (pointer: coarse) { .field input, .field select, .field textarea { font-size: 16px; } }
@keyframes turn { to { transform: rotate(1turn); } }
@keyframes up { from { transform: translateY(14px); opacity: 0; } }
@keyframes show { from { opacity: 0; } }
@keyframes pulse { 50% { opacity: .5; } }
`);
