// The three dialogs: book a payment, open an account, import a file.

import { get, newKey, post } from "./api.js";
import { $, clean, h, say, submits } from "./dom.js";
import { day, money, today, typed } from "./money.js";

let books = null; // what the forms choose from: {user, accounts, categories(), payees(), latest()}
let key = newKey(); // of the payment in the form: sent twice, it is booked once
let uploaded = null;

const option = (value, text, chosen = false) => h("option", { value, selected: chosen }, text);

/** Every currency that the browser knows, the given one chosen. */
export function fillCurrencies(select, chosen) {
  const codes = new Set([chosen, ...Intl.supportedValuesOf("currency")]);
  select.replaceChildren(...[...codes].sort().map((code) => option(code, code, code === chosen)));
}

/** What there is to choose from; null at the door. Without it nothing can be opened. */
export function offer(choices) {
  books = choices;
  for (const button of document.querySelectorAll("[data-open]")) button.disabled = !books;
}

export function prepareForms(changed) {
  offer(null);
  for (const button of document.querySelectorAll("[data-open]")) {
    button.addEventListener("click", () => open(button.dataset.open));
  }
  for (const button of document.querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
  const [booking, account, bankFile] = ["booking", "account", "import"].map((id) => $(id).querySelector("form"));
  booking.addEventListener("change", ({ target }) => target.name === "type" && fillCategories(booking));
  submits(booking, (fields) => book(booking, fields, changed));
  submits(account, (fields) => openAccount(account, fields, changed));
  submits(bankFile, (fields) => importFile(bankFile, fields, changed));
  bankFile.addEventListener("change", () => forget(bankFile));
}

function open(id) {
  const dialog = $(id);
  const form = dialog.querySelector("form");
  form.reset();
  clean(form);
  if (form.elements.account) fillAccounts(form.elements.account);
  if (id === "booking") {
    key = newKey();
    form.elements.posted_on.value = today(books.user.timezone);
    $("payees").replaceChildren(...books.payees().map((name) => option(name, name)));
    fillCategories(form);
  }
  if (id === "account") fillCurrencies(form.elements.currency, books.user.currency);
  if (id === "import") forget(form);
  dialog.showModal();
  form.querySelector("input:not([type=radio])").focus();
}

function fillAccounts(select) {
  select.replaceChildren(...books.accounts.filter((each) => !each.closed).map(({ id, name, currency }) =>
    option(id, `${name} (${currency})`, id === books.latest()?.account)));
}

function fillCategories(form) {
  const kind = form.elements.type.value;
  const found = books.categories().filter((each) => each.kind === kind && !each.archived);
  form.elements.category.replaceChildren(option("", "Let the rules decide"),
    ...found.map(({ id, path, name }) => [path?.join(" › ") ?? name, id]).sort().map(([text, id]) => option(id, text)));
}

async function book(form, { category, payee, memo, amount, ...rest }, changed) {
  const body = { ...rest, amount: typed(amount) };
  if (payee.trim()) body.payee = payee.trim();
  if (category) body.category = category;
  if (memo.trim()) body.memo = memo.trim();
  const row = await post("/api/transactions", body, { "Idempotency-Key": key });
  form.closest("dialog").close();
  const budget = row.budget ? ` Budget ${row.budget.name}: ${money(row.budget.left, row.budget.currency)} left.` : "";
  const risk = row.flagged ? ` It was flagged: risk ${row.risk.score} of 100.` : "";
  say(`Booked: ${row.payee || "payment"}, ${money(row.amount, row.currency)}.${budget}${risk}`);
  changed(row);
}

async function openAccount(form, { name, type, currency, opening_balance: opening }, changed) {
  const body = { name, type, currency };
  if (opening.trim()) body.opening_balance = typed(opening);
  await post("/api/accounts", body, { "Idempotency-Key": newKey() });
  form.closest("dialog").close();
  say(`Account opened: ${name}.`);
  changed();
}

function forget(form) {
  uploaded = null;
  $("preview").replaceChildren();
  form.querySelector("button.main").textContent = "Look inside";
}

/** First the preview, which books nothing; then, by the same button, the commit. */
async function importFile(form, { file, account }, changed) {
  if (!uploaded) {
    const body = new FormData();
    if (file?.size) body.append("file", file);
    body.append("account", account);
    uploaded = await post("/api/imports", body);
    showPreview(form, uploaded);
    return;
  }
  let done = await post(`/api/imports/${uploaded.id}/commit`, {});
  while (done.status === "committing") {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    done = await get(`/api/imports/${uploaded.id}`);
  }
  form.closest("dialog").close();
  say(`Imported: ${done.counts.new} new rows.`);
  changed();
}

function showPreview(form, { format, counts, preview, warnings }) {
  const said = Object.entries(counts).filter(([, n]) => n > 0).map(([word, n]) => `${n} ${word}`).join(", ") || "no rows";
  $("preview").replaceChildren(
    h("p", {}, h("b", {}, format.toUpperCase()), `: ${said}. Nothing is booked yet.`),
    ...warnings.map((text) => h("p", { class: "hint" }, text)),
    h("ul", {}, preview.slice(0, 5).map((row) => h("li", {},
      [row.posted_on && day(row.posted_on), row.payee || row.memo, row.amount && row.currency && money(row.amount, row.currency), row.decision]
        .filter(Boolean).join(" · ")))));
  form.querySelector("button.main").textContent = counts.new ? `Book ${counts.new} new rows` : "Book what is there";
}
