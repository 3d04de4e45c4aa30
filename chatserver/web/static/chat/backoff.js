// When to come back after a lost connection. Pure: randomness comes in.

export const FIRST_MS = 500;
export const LONGEST_MS = 15_000;
const JITTER = 0.4; // of the delay: a thousand pages that lost the same server do not come back at once

/** The wait before attempt `attempt` (0 is the first): 0.5 s, 1 s, 2 s … 15 s, each up to 40 % longer. */
export function backoffMs(attempt, random = Math.random) {
  const base = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(base * (1 + JITTER * random()));
}

/** The wait that a `bye` asks for, plus jitter. */
export function byeMs(retryMs, random = Math.random) {
  return Math.round(retryMs + Math.min(1000, retryMs * JITTER + 100) * random());
}
