// Events of the stream as sentences.

import { money, percent } from "./money.js";

const ALERTS = {
  new_device: () => "A new device signed in. If it was not you, change your password.",
  login_limited: () => "Too many wrong passwords were tried for your login.",
  second_factor_limited: () => "Too many wrong codes were tried for your login.",
  refresh_reused: () => "A copied token was used. That session was ended for safety.",
  access_changed: () => "Your access was changed. Every session was ended.",
  password_changed: () => "Your password was changed.",
  password_reset: () => "Your password was reset by mail.",
  "ids.probed": () => "Somebody asked for many things that are not their own. See the security log.",
  "logins.sprayed": () => "Far more logins fail than usual. See the security log.",
  "staff.opened_many": () => "Somebody of the staff opened pages of very many people. See the security log.",
  "rule.off_then_large": () => "A rule was switched off, and a large payment came after it. See the security log.",
  ledger_drift: () => "A nightly check found figures that do not add up. Tell whoever runs this server.",
  profile_drift: () => "The watch corrected what it remembers of your payments.",
};

const SENTENCES = {
  "security.alert": (d) => {
    if (d.score !== undefined) return `A payment looks unusual (risk ${d.score} of 100).`;
    return ALERTS[d.code]?.(d) ?? `Security: ${words(d.code ?? "alert")}.`;
  },
  "transaction.flagged": (d) => `A payment was flagged (risk ${d.score} of 100). Was it yours?`,
  "budget.threshold": (d) => d.percent === null
    ? `Budget ${d.name}: ${money(d.spent, d.currency)} spent, and nothing was set aside.`
    : `Budget ${d.name} has passed ${d.threshold} %: ${money(d.spent, d.currency)} of ${money(d.available, d.currency)} spent.`,
  "goal.progress": (d) => `A savings goal is now at ${percent(Number(d.progress_percent))}.`,
  "recurring.materialised": (d) => d.count
    ? `${d.count} recurring payments fell due.` : `A recurring payment of ${d.posted_on} is ${words(d.status)}.`,
  "recurring.needs_review": (d) => `Dates of a recurring payment were left out (${d.first} to ${d.last}). Have a look.`,
  "import.progress": (d) => `Import: ${words(d.status)}.`,
  "forecast.ready": () => "A new forecast is ready.",
  "transactions.changed": (d) => `${d.count} transactions changed (${words(d.what)}).`,
};

const words = (code) => String(code).replaceAll("_", " ").replaceAll(".", " ");

/** Kinds that are alerts: said aloud, and marked in the list. */
export const isAlert = (kind) => ["security.alert", "transaction.flagged", "budget.threshold", "recurring.needs_review"].includes(kind);

/** The sentence of an event, or null for one that only says that a row changed. */
export const sentence = ({ kind, data }) => SENTENCES[kind]?.(data) ?? null;
