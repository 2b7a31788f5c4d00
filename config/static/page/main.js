// The page: who is in, what is read, and what a frame of the stream changes.

import { get, signOut, whenEnded } from "./api.js";
import { drawFan, drawFlow, keepDrawn } from "./charts.js";
import { prepareDoor, showDoor } from "./door.js";
import { $, say } from "./dom.js";
import { offer, prepareForms } from "./forms.js";
import { follow } from "./live.js";
import { day, money, speak } from "./money.js";
import { FIRST_PAGE, Rows, showBalances, showBudgets, showHappened } from "./panels.js";
import { clearFlagged, dropFlagged, putFlagged, readFlagged } from "./watch.js";
import { isAlert, sentence } from "./words.js";

const SETTLE_MS = 250; // Frames of one commit come together: figures are read once, after the last.
const STATES = { connecting: "Connecting", live: "Live", polling: "Checking every 5 s", offline: "Offline" };

const rows = new Rows($("rows"), $("more"));
let user = null;
let categories = [];
let happened = [];
let since = 0; // frames from before the page was opened are shown, not announced
let stop = () => {};
let flow = null;
let fan = null;
let settling = null;
let again = false; // something came while the figures were being read

const flowPlaces = { place: $("flow"), readout: $("flow-readout"), tablePlace: $("flow-table") };
const fanPlaces = { place: $("fan"), readout: $("fan-readout"), tablePlace: $("fan-table") };
const redrawFlow = keepDrawn($("flow"), (width) => flow && drawFlow(flowPlaces, flow, width));
const redrawFan = keepDrawn($("fan"), (width) => fan && drawFan(fanPlaces, fan, width));

function be(someone) {
  user = someone;
  speak(user.locale);
  $("person").textContent = user.name || user.email;
}

function enter(someone) {
  be(someone);
  since = Date.now();
  happened = [];
  $("door").hidden = true;
  $("books").hidden = $("who").hidden = false;
  showState("connecting");
  showHappened(happened, user.timezone);
  $("hero-title").focus();
  begin();
}

async function begin() {
  const me = user;
  const seq = await readAll();
  if (user !== me) return; // gone meanwhile
  stop = follow({ since: seq, heard, lost: readAll, state: showState });
}

/** Everything that the page shows, anew. The newest seq among it: nothing before that is missing. */
async function readAll() {
  const [page] = await Promise.all([
    read(FIRST_PAGE, (first) => {
      rows.load(first);
      welcome();
    }),
    quietly(readFlagged()),
    readCategories(),
    readFigures(),
  ]);
  return Math.max(0, ...(page?.results ?? []).map((row) => row.seq));
}

const readCategories = () => read("/api/categories?limit=500", (found) => (categories = found.results));

/** The reports. Each has an ETag, so that asking for one that did not change costs next to nothing. */
function readFigures() {
  const days = document.querySelector("#fan-days :checked").value;
  return Promise.all([
    read("/api/accounts/summary", (found) => {
      showBalances(found);
      offer({ user, accounts: found.results, categories: () => categories, payees: () => rows.payees(), latest: () => rows.sorted()[0] });
    }),
    read("/api/budgets/overview", showBudgets),
    read("/api/analytics/cash-flow?granularity=monthly", (found) => {
      flow = found;
      redrawFlow();
    }),
    read(`/api/analytics/forecast?days=${days}`, (found) => {
      fan = found;
      redrawFan();
    }),
  ]);
}

const welcome = () => ($("first").hidden = rows.rows.size > 0);

/** GET a path and show it; the answer, or undefined. */
const read = (path, show) => quietly(get(path).then((found) => (show(found), found)));

/** What one panel cannot read is said; the others go on. */
async function quietly(reading) {
  try {
    return await reading;
  } catch (refused) {
    if (!refused.code) throw refused;
    if (refused.code !== "gone") say(refused.message);
    return undefined;
  }
}

/** Read the figures soon, once for all that comes meanwhile, and never twice at the same time. */
function settle() {
  again = true;
  settling ??= setTimeout(async () => {
    again = false;
    if (user) await readFigures();
    settling = null;
    if (again && user) settle();
  }, SETTLE_MS);
}

function heard(frame) {
  if (!user) return;
  const { kind, data } = frame;
  if (kind === "transaction.deleted") {
    rows.drop(data.id);
    dropFlagged(data.id);
  } else if (kind === "transaction.created" || kind === "transaction.updated") {
    rows.put(data);
    putFlagged(data);
    welcome();
  } else if (kind === "transactions.changed") {
    readAll();
  } else if (kind === "profile.updated") {
    read("/api/auth/profile", be);
  } else {
    if (kind.startsWith("category.")) readCategories();
    tell(frame);
  }
  settle();
}

function tell(frame) {
  const text = frame.kind === "transaction.flagged" ? flaggedSentence(frame.data) : sentence(frame);
  if (!text) return;
  const alert = isAlert(frame.kind);
  if (happened.some((known) => known.text === text && known.at === frame.at)) return; // heard twice
  happened = [{ at: frame.at, text, alert }, ...happened].sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, 50);
  showHappened(happened, user.timezone);
  if (alert && Date.parse(frame.at) >= since) say(text);
}

function flaggedSentence(data) {
  const row = rows.rows.get(data.id);
  if (!row) return sentence({ kind: "transaction.flagged", data });
  return `${money(row.amount, row.currency)} at ${row.payee || "an unnamed payee"} on ${day(row.posted_on)} was flagged`
    + ` (risk ${data.score} of 100). Was it yours?`;
}

function showState(state) {
  $("live").dataset.state = state;
  $("live").textContent = STATES[state];
}

function leave(text) {
  stop();
  stop = () => {};
  clearTimeout(settling);
  again = false;
  settling = user = flow = fan = null;
  happened = [];
  offer(null);
  // Nothing of the books stays in the page behind the door.
  rows.load({ results: [], next: null });
  clearFlagged();
  for (const id of ["total", "total-note", "month", "accounts", "budgets", "flow", "flow-readout", "flow-table",
    "fan", "fan-readout", "fan-table", "happened", "person", "payees", "preview", "said"]) $(id).replaceChildren();
  document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
  $("books").hidden = $("who").hidden = true;
  $("door").hidden = false;
  showDoor(text);
}

whenEnded(leave);
prepareDoor(enter);
prepareForms((row) => {
  if (row) heard({ kind: "transaction.updated", data: row });
  else readAll();
});
$("sign-out").addEventListener("click", () => signOut().catch(() => {}));
$("fan-days").addEventListener("change", settle);
// A page that was away may have slept over midnight, when figures change without a frame.
document.addEventListener("visibilitychange", () => user && !document.hidden && settle());
$("more").addEventListener("click", async () => {
  const page = await quietly(get(`${FIRST_PAGE}&cursor=${encodeURIComponent(rows.next)}`));
  if (page) rows.load(page, { append: true });
});
