// The API as this page needs it: tokens, refresh, refusals, ETags. Everything goes through `call`.
//
// Both tokens live in this module's memory alone. The API gives no cookie for them, and a refresh
// token in the browser's storage could be read by any script that ever gets in; so a reload signs out, and the
// session is ended when the page goes, because nobody holds its tokens any more.

let tokens = null;
let visit = 0; // counts who came and went: an answer to somebody who left is for nobody
let refreshing = null;
let onEnd = () => {};
const kept = new Map(); // path → {etag, value}, for GETs

/** What the API refused: `code` and `errors` of the problem document, its sentence as the message. */
export class Refused extends Error {
  constructor(status, problem, wait = null) {
    super(wait ? `${problem.detail} (${wait} s)` : problem.detail);
    this.status = status;
    this.code = problem.code;
    this.errors = problem.errors ?? [];
  }
}

const GONE = { code: "gone", detail: "Somebody else is here now." };
const SILENT = { code: "no_answer", detail: "The server does not answer. Check your connection and try again." };

/** Call `listener(sentence)` when the session has ended, by us or by somebody else. */
export function whenEnded(listener) {
  onEnd = listener;
}

export const signedIn = () => tokens !== null;

/** Somebody came in. */
export function take({ access, refresh }) {
  visit += 1;
  tokens = { access, refresh };
}

function end(sentence) {
  if (!tokens) return;
  tokens = null;
  visit += 1;
  kept.clear();
  onEnd(sentence);
}

async function ask(method, path, { body, headers = {} } = {}) {
  const isForm = body instanceof FormData;
  const sent = { Accept: "application/json", ...headers };
  if (tokens) sent.Authorization = `Bearer ${tokens.access}`;
  if (body !== undefined && !isForm) sent["Content-Type"] = "application/json";
  try {
    return await fetch(path, { method, headers: sent, body: isForm ? body : body && JSON.stringify(body) });
  } catch {
    throw new Refused(0, SILENT);
  }
}

async function refusal(response) {
  let problem;
  try {
    problem = await response.json();
  } catch {
    problem = {};
  }
  const detail = problem.detail ?? `The server answered ${response.status}. Try again later.`;
  return new Refused(response.status, { code: "unknown", ...problem, detail }, response.headers.get("Retry-After"));
}

/** One exchange of the refresh token, whoever asks: a second use would end the session. */
function refresh() {
  refreshing ??= (async () => {
    const mine = visit;
    const response = await ask("POST", "/api/auth/refresh", { body: { refresh: tokens.refresh } });
    const answer = response.ok ? await response.json() : await refusal(response);
    if (mine !== visit) throw new Refused(0, GONE);
    if (response.ok) {
      tokens = { access: answer.access, refresh: answer.refresh };
      return;
    }
    if (response.status === 401) end(answer.message);
    throw answer;
  })().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/** The response to a request that was not refused, the access token renewed if it has to be. */
async function request(method, path, options) {
  const [mine, access] = [visit, tokens?.access];
  const response = await ask(method, path, options);
  if (mine !== visit) throw new Refused(0, GONE);
  if (response.ok || response.status === 304) return response;
  const refused = await refusal(response);
  if (refused.status !== 401 || !access || !tokens) throw refused;
  if (refused.code !== "token_expired") {
    if (tokens.access === access) end(refused.message);
    throw refused;
  }
  // Another request may have brought a new pair meanwhile.
  if (tokens.access === access) await refresh();
  return request(method, path, options);
}

/** A request; its JSON, or undefined for an empty answer. Throws Refused. */
export async function call(method, path, options = {}) {
  const mine = visit;
  const response = await request(method, path, options);
  const value = response.status === 204 ? undefined : await response.json();
  if (mine !== visit) throw new Refused(0, GONE);
  return value;
}

/** A GET that costs nothing where nothing changed. */
export async function get(path) {
  const [mine, before] = [visit, kept.get(path)];
  const response = await request("GET", path, before && { headers: { "If-None-Match": before.etag } });
  if (response.status === 304) return before.value;
  const value = await response.json();
  if (mine !== visit) throw new Refused(0, GONE);
  const etag = response.headers.get("ETag");
  if (etag) kept.set(path, { etag, value });
  return value;
}

export const post = (path, body, headers) => call("POST", path, { body, headers });

/** A key under which a POST happens once, however often it is sent. Works on plain HTTP too. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function signOut() {
  try {
    await post("/api/auth/logout", {});
  } finally {
    end("You are signed out.");
  }
}

/** Whether the session still lives; ends it here when the server says no. */
export const check = () => call("GET", "/api/auth/profile");

addEventListener("pagehide", (event) => {
  if (event.persisted || !tokens) return;
  const headers = { Authorization: `Bearer ${tokens.access}`, "Content-Type": "application/json" };
  fetch("/api/auth/logout", { method: "POST", headers, body: "{}", keepalive: true });
});
