// How the transcript and the composer look.

import { sheet } from "./dom.js";
import { TOKENS } from "./theme.js";

export const chatStyles = sheet(`${TOKENS}
:host { display: flex; flex-direction: column; min-block-size: 0; block-size: 100%; background: var(--surface); position: relative; }
.view { position: relative; flex: 1; min-block-size: 0; display: flex; flex-direction: column; }
.scroll { flex: 1; min-block-size: 0; overflow-y: auto; overscroll-behavior: contain; padding: 16px 16px 6px; scrollbar-width: thin;
  scrollbar-color: color-mix(in srgb, var(--muted) 45%, transparent) transparent; outline-offset: -3px; }
.log { display: flex; flex-direction: column; min-block-size: 100%; justify-content: flex-end; }
.day { display: flex; align-items: center; gap: 12px; margin: 14px 0 12px; color: var(--muted); font-size: 12px; font-weight: 550; }
.day::before, .day::after { content: ""; flex: 1; block-size: 1px; background: var(--border); }
.system { align-self: center; max-inline-size: 90%; margin: 8px 0; padding: 0 4px; color: var(--muted); font-size: 12.5px; text-align: center; text-wrap: balance; overflow-wrap: anywhere; }
.system .note { display: block; margin-block-start: 5px; padding: 6px 11px; border-radius: 10px; background: var(--note); color: var(--text);
  text-align: start; white-space: pre-wrap; }
.system .note b { display: block; font-size: 11px; font-weight: 600; color: var(--muted); }
.message { display: flex; gap: 8px; align-items: flex-end; max-inline-size: 86%; margin-block-start: 3px; align-self: flex-start; }
.message.first { margin-block-start: 12px; }
.message.own { align-self: flex-end; flex-direction: row-reverse; }
.message.fresh { animation: rise .22s cubic-bezier(.2, .7, .3, 1); }
.message .avatar { margin-block-end: 1px; }
.message:not(.last) .avatar { visibility: hidden; }
.message.last:has(.meta) .avatar { margin-block-end: 20px; }
.stack { display: flex; flex-direction: column; align-items: flex-start; min-inline-size: 0; }
.own .stack { align-items: flex-end; }
.name { margin: 0 0 3px 12px; margin-inline: 12px; font-size: 12px; font-weight: 600; color: var(--muted); overflow-wrap: anywhere; }
.bubble { padding: 9px 13px; border-radius: var(--radius); background: var(--bubble); color: var(--text); white-space: pre-wrap;
  overflow-wrap: anywhere; max-inline-size: 100%; unicode-bidi: plaintext; }
.own .bubble { background: var(--accent); color: var(--on-accent); }
.message:not(.own):not(.last) .bubble { border-end-start-radius: 6px; }
.message:not(.own):not(.first) .bubble { border-start-start-radius: 6px; }
.message:not(.own).last .bubble { border-end-start-radius: 6px; }
.message.own:not(.last) .bubble, .message.own.last .bubble { border-end-end-radius: 6px; }
.message.own:not(.first) .bubble { border-start-end-radius: 6px; }
.bubble a { color: var(--link); text-decoration: underline; text-underline-offset: 2px; text-decoration-thickness: 1px; unicode-bidi: isolate; }
.own .bubble a { color: inherit; }
.own .bubble a:focus-visible { outline-color: currentColor; }
.waiting .bubble { opacity: .72; }
.failed .bubble { background: var(--wrong-surface); color: var(--text); box-shadow: inset 0 0 0 1px var(--wrong); }
.meta { display: inline-flex; flex-wrap: wrap; align-items: center; gap: 2px 8px; margin: 3px 5px 0; font-size: 11.5px; line-height: 16px; color: var(--muted); }
.meta .tick { display: inline-flex; align-items: center; gap: 3px; }
.meta .icon { width: 13px; height: 13px; stroke-width: 2.6; }
.failed .meta { color: var(--wrong); justify-content: flex-end; }
.meta button { font-weight: 600; text-decoration: underline; text-underline-offset: 2px; padding: 4px 2px; border-radius: 4px; min-block-size: 24px; }
.typing { display: flex; align-items: center; gap: 8px; block-size: 26px; padding: 0 20px; color: var(--muted); font-size: 12.5px; opacity: 0; transition: opacity .15s; flex: none; overflow: hidden; white-space: nowrap; }
.typing.on { opacity: 1; }
.dots { display: inline-flex; gap: 3px; }
.dots i { inline-size: 6px; block-size: 6px; border-radius: 50%; background: currentColor; animation: beat 1.2s infinite ease-in-out; }
.dots i:nth-child(2) { animation-delay: .15s; } .dots i:nth-child(3) { animation-delay: .3s; }
.pill { position: absolute; inset-block-end: 30px; inset-inline: 0; margin-inline: auto; inline-size: max-content; display: flex; align-items: center; gap: 6px;
  padding: 7px 14px 7px 12px; border-radius: 99px; background: var(--text); color: var(--surface); font-size: 12.5px; font-weight: 600;
  box-shadow: 0 6px 20px hsl(var(--shade) / .25); animation: rise .2s; z-index: 1; }
.pill .icon { width: 15px; height: 15px; stroke-width: 2.5; }
.connection { display: flex; align-items: center; justify-content: center; gap: 8px; padding: 6px 14px; font-size: 12.5px; background: var(--bubble); color: var(--muted); flex: none; }
.connection::before { content: ""; inline-size: 8px; block-size: 8px; border-radius: 50%; background: #e09a1a; animation: beat 1.4s infinite; }
.composer { flex: none; padding: 0 12px 12px; }
.box { display: flex; align-items: flex-end; gap: 6px; padding: 5px 5px 5px 15px; padding-inline: 15px 5px; border: 1px solid var(--field); border-radius: 23px; background: var(--surface); transition: border-color .15s, box-shadow .15s; }
.box:focus-within { border-color: var(--link); box-shadow: 0 0 0 3px color-mix(in srgb, var(--link) 20%, transparent); }
textarea { flex: 1; min-inline-size: 0; border: 0; background: none; resize: none; padding: 6px 0; line-height: 1.45; max-block-size: 132px; overflow-y: auto; font-size: 15px; scrollbar-width: thin; }
textarea:focus-visible { outline: none; }
textarea::placeholder { color: var(--muted); opacity: 1; }
.send { display: grid; place-items: center; inline-size: 34px; block-size: 34px; border-radius: 50%; color: var(--muted); transition: background .15s, color .15s, transform .1s; flex: none; }
.send.ready { background: var(--accent); color: var(--on-accent); }
.send.ready:active { transform: scale(.93); }
[dir="rtl"] .send .icon { transform: scaleX(-1); }
.count { margin: 5px 14px 0; font-size: 12px; color: var(--wrong); }
.bar { flex: none; padding: 13px 18px; border-block-start: 1px solid var(--border); color: var(--muted); font-size: 13.5px; text-align: center; }
.skeleton { display: grid; gap: 10px; padding: 20px 4px; }
.skeleton i { block-size: 38px; border-radius: var(--radius); background: var(--bubble); inline-size: 58%; animation: beat 1.6s infinite ease-in-out; }
.skeleton i:nth-child(2) { inline-size: 44%; justify-self: end; animation-delay: .2s; }
@media (pointer: coarse) { textarea { font-size: 16px; } .send { inline-size: 40px; block-size: 40px; } .box { border-radius: 26px; } textarea { padding-block: 9px; } }
@media (forced-colors: active) { .bubble { border: 1px solid CanvasText; } .send { border: 1px solid ButtonText; } }
@keyframes rise { from { opacity: 0; transform: translateY(6px); } }
@keyframes beat { 0%, 60%, 100% { opacity: .35; } 30% { opacity: 1; } }
`);
