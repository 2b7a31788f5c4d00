// The watch: flagged payments with their reasons, and the owner's answer to each.

import { call, get } from "./api.js";
import { $, h, say } from "./dom.js";
import { day, money } from "./money.js";
import { reasons } from "./panels.js";

const SHOWN_MAX = 10;
const PAGES_MAX = 5;
const waiting = new Map(); // id → row

/** Read what is flagged and not answered yet. An answer "not mine" keeps a row flagged, so look on. */
export async function readFlagged() {
  const found = new Map();
  let path = "/api/transactions/flagged?limit=100";
  for (let page = 0; path && page < PAGES_MAX && found.size < SHOWN_MAX; page++) {
    const { results, next } = await get(path);
    results.filter((row) => !row.review).forEach((row) => found.set(row.id, row));
    path = next && `/api/transactions/flagged?limit=100&cursor=${encodeURIComponent(next)}`;
  }
  waiting.clear();
  found.forEach((row, id) => waiting.set(id, row));
  draw();
}

/** A row that came or changed. */
export function putFlagged(row) {
  const isWaiting = row.flagged && !row.review;
  if (!isWaiting && !waiting.has(row.id)) return;
  if (isWaiting) waiting.set(row.id, row);
  else waiting.delete(row.id);
  draw();
}

export function dropFlagged(id) {
  if (waiting.delete(id)) draw();
}

export function clearFlagged() {
  waiting.clear();
  draw();
}

function draw() {
  const rows = [...waiting.values()].sort((a, b) => (a.created_at < b.created_at ? 1 : -1)).slice(0, SHOWN_MAX);
  const focused = document.activeElement?.closest?.("[data-flagged]")?.dataset.flagged;
  const known = new Map([...$("flagged").children].map((item) => [item.dataset.flagged, item]));
  $("flagged").replaceChildren(...rows.map((row) => {
    const before = known.get(row.id);
    return before && Number(before.dataset.seq) === row.seq ? before : card(row);
  }));
  $("watch-count").textContent = waiting.size ? String(waiting.size) : "";
  $("watch-calm").hidden = waiting.size > 0;
  $("watch-note").hidden = waiting.size === 0;
  $("watch").classList.toggle("calm", waiting.size === 0);
  document.title = waiting.size ? `(${waiting.size}) Household books` : "Household books";
  // The card under the keyboard is gone: go on with the next one, or with the heading.
  if (focused && !waiting.has(focused)) ($("flagged").querySelector("button") ?? $("watch-title")).focus();
}

function card(row) {
  const { score, level } = row.risk;
  const about = `${row.payee || "Without a payee"}, ${money(row.amount, row.currency)}`;
  return h("li", { class: `card flag ${level}`, "data-flagged": row.id, "data-seq": row.seq },
    h("div", { class: "score" }, h("b", {}, String(score)), h("span", {}, level)),
    h("div", { class: "what" },
      h("h3", {}, row.payee || "Without a payee", " ", h("span", {}, money(row.amount, row.currency))),
      h("p", { class: "hint" }, [day(row.posted_on), row.account_name, row.category_name].filter(Boolean).join(" · ")),
      reasons(row.risk)),
    h("div", { class: "verdict" },
      h("button", { type: "button", "aria-label": `Mine: ${about}`, onclick: answer(row, "legitimate") }, "Mine"),
      h("button", { type: "button", class: "danger", "aria-label": `Not mine: ${about}`, onclick: answer(row, "fraud") }, "Not mine")));
}

const answer = (row, verdict) => async ({ currentTarget }) => {
  if (currentTarget.ariaDisabled) return; // on its way already
  const buttons = currentTarget.parentElement.querySelectorAll("button");
  buttons.forEach((button) => button.setAttribute("aria-disabled", "true"));
  try {
    putFlagged(await call("PATCH", `/api/transactions/${row.id}/review`, { body: { verdict } }));
    say(verdict === "fraud"
      ? "Recorded as not yours. Call your bank: this program cannot stop a payment."
      : "Recorded as yours. The watch learns from it.");
  } catch (refused) {
    buttons.forEach((button) => button.removeAttribute("aria-disabled"));
    if (refused.code !== "gone") say(refused.message);
  }
};
