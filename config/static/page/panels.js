// The panels that list things: balances, budgets, transactions, what happened.

import { $, h } from "./dom.js";
import { day, isNegative, minor, moment, money, percent } from "./money.js";

const LATEST = 12;
const HAPPENED_MAX = 8;
const PACE = { on_track: "on track", at_risk: "may not last", over: "overspent", overspent: "overspent" };

export function showBalances({ currency, on, total_balance: total, results, warnings, ...month }) {
  $("total").textContent = total === null ? "…" : money(total, currency);
  const missing = warnings.length ? " Some accounts are left out: an exchange rate is missing." : "";
  $("total-note").textContent = `All accounts in ${currency} on ${day(on)}.${missing}`;
  const figure = (word, text, kind) => h("div", {},
    h("dt", {}, word), h("dd", { class: kind }, text === null ? "–" : money(text, currency)));
  $("month").replaceChildren(
    figure("In this month", month.month_income, "income"), figure("Out this month", month.month_expense, "expense"),
    figure("Left this month", month.month_net, "net"));
  $("accounts").replaceChildren(...results.filter((account) => !account.closed).map(balance(currency)));
}

const balance = (home) => ({ id, name, type, currency, balance: text, home_balance: atHome, available }) =>
  h("li", { "data-account": id },
    h("span", { class: "name" }, name, h("small", {}, `${type.replaceAll("_", " ")}${currency === home ? "" : ` · ${currency}`}`)),
    h("span", { class: `amount${isNegative(text) ? " owed" : ""}` }, h("b", {}, money(text, currency)),
      currency !== home && atHome !== null && minor(text) !== 0n ? h("small", {}, `≈ ${money(atHome, home)}`) : null,
      currency === home && available !== text ? h("small", {}, `${money(available, currency)} available`) : null));

export function showBudgets({ budgets, totals, period }) {
  if (!budgets.length) {
    $("budgets").replaceChildren(h("li", { class: "hint" }, "No budgets yet. The API makes them: POST /api/budgets."));
    return;
  }
  $("budgets").replaceChildren(...budgets.map((budget) => {
    const spent = budget.percent ?? (isNegative(budget.left) ? 100 : 0);
    const state = isNegative(budget.left) ? "over" : budget.pace.status === "at_risk" ? "tight" : "fine";
    const bar = h("div", { class: "meter" }, h("i"));
    bar.firstChild.style.setProperty("--part", Math.max(0, Math.min(spent, 100)) / 100);
    const left = isNegative(budget.left)
      ? `${money(budget.left.slice(1), budget.currency)} over` : `${money(budget.left, budget.currency)} left`;
    return h("li", { class: state },
      h("span", { class: "name" }, budget.name),
      h("span", { class: "amount" }, left),
      bar,
      h("small", {}, `${money(budget.spent, budget.currency)} of ${money(budget.available, budget.currency)}`
        + ` · ${percent(spent)} · ${PACE[budget.pace.status] ?? budget.pace.status.replaceAll("_", " ")}`));
  }));
}

/** The rows shown now, newest first; how they are ordered is the API's order. */
export class Rows {
  constructor(list, more) {
    [this.list, this.more, this.rows, this.next] = [list, more, new Map(), null];
  }

  load({ results, next }, { append = false } = {}) {
    if (!append) this.rows.clear();
    results.forEach((row) => this.rows.set(row.id, row));
    this.next = next;
    this.draw();
  }

  /** A row that came or changed: shown if it belongs to the part of the list that is here. */
  put(row) {
    const known = this.rows.get(row.id);
    if (known && known.seq >= row.seq) return;
    const last = this.sorted().at(-1);
    if (known || !this.next || !last || this.order(row, last) < 0) this.rows.set(row.id, row);
    this.draw(known ? null : row.id);
  }

  drop(id) {
    if (this.rows.delete(id)) this.draw();
  }

  order(a, b) {
    const key = (row) => row.posted_on + row.id;
    return key(a) < key(b) ? 1 : key(a) > key(b) ? -1 : 0;
  }

  sorted() {
    return [...this.rows.values()].sort(this.order);
  }

  payees() {
    return [...new Set(this.sorted().map((row) => row.payee).filter(Boolean))];
  }

  draw(fresh = null) {
    const open = new Set([...this.list.querySelectorAll("details[open]")].map((each) => each.closest("li").dataset.row));
    this.list.replaceChildren(...this.sorted().map((row) => {
      const item = transaction(row);
      if (row.id === fresh) item.classList.add("fresh");
      if (open.has(row.id)) item.querySelector("details")?.setAttribute("open", "");
      return item;
    }));
    if (!this.rows.size) this.list.append(h("li", { class: "hint" }, "Nothing is booked yet."));
    this.more.hidden = !this.next;
  }
}

const RECENT = { day: "numeric", month: "short" };
const OLD = { ...RECENT, year: "2-digit" };

/** Of another year than this one, which then has to be said. */
const isOld = (text) => !text.startsWith(String(new Date().getFullYear()));

function transaction(row) {
  const about = [row.category_name, row.account_name, row.transfer && "transfer", row.status === "pending" && "pending"].filter(Boolean);
  return h("li", { "data-row": row.id },
    h("time", { datetime: row.posted_on }, day(row.posted_on, isOld(row.posted_on) ? OLD : RECENT)),
    h("span", { class: "name" }, row.payee || row.memo || row.statement_text || "Without a payee", verdictTag(row),
      h("small", {}, about.join(" · "))),
    h("span", { class: `amount ${isNegative(row.amount) ? "out" : "in"}` }, money(row.amount, row.currency, { sign: true })),
    row.risk?.reasons?.length
      ? h("details", {}, h("summary", {}, `Why risk ${row.risk.score} of 100`), reasons(row.risk)) : null);
}

function verdictTag({ review, flagged, risk }) {
  if (review?.verdict === "fraud") return h("em", { class: "tag danger" }, "not mine");
  if (review?.verdict === "legitimate") return h("em", { class: "tag" }, "mine");
  if (flagged) return h("em", { class: "tag danger" }, `flagged ${risk.score}`);
  return null;
}

/** The reasons of a score, the strongest first, each with what it adds. */
export const reasons = ({ reasons: found }) => h("ul", { class: "reasons" }, found.map(({ code, contribution, message }) =>
  h("li", { "data-code": code }, h("span", { class: "adds" }, contribution > 0 ? `+${Math.round(contribution)}` : "·"), message)));

export function showHappened(entries, timeZone) {
  $("happened").replaceChildren(...entries.slice(0, HAPPENED_MAX).map(({ at, text, alert }) =>
    h("li", { class: alert ? "alert" : null }, h("time", { datetime: at }, moment(at, timeZone)), " ", text)));
  $("happened-none").hidden = entries.length > 0;
}

export const FIRST_PAGE = `/api/transactions?limit=${LATEST}`;
