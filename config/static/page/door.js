// The way in: sign in, open books, the second factor, confirming an address.

import { Refused, post, take } from "./api.js";
import { $, clean, complain, submits } from "./dom.js";
import { fillCurrencies } from "./forms.js";

let half = null; // what the login has so far: its mfa_token, or who must confirm an address

/** Call `entered(user)` whenever somebody has come in. */
export function prepareDoor(entered) {
  for (const button of document.querySelectorAll("[data-show]")) {
    button.addEventListener("click", () => showForm(button.dataset.show));
  }
  fillCurrencies($("register").elements.currency, "EUR");
  submits($("sign-in"), (fields) => signIn(fields, entered));
  submits($("register"), async ({ name, ...fields }) => {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const body = { ...fields, ...(name.trim() && { name: name.trim() }), ...(timeZone && { timezone: timeZone }) };
    const answer = await post("/api/auth/register", body);
    if (answer.verification_required) askForLetter(fields);
    else enter(answer, entered);
  });
  submits($("second-factor"), async ({ code }) => {
    enter(await post("/api/auth/login/mfa", { mfa_token: half.mfa_token, code: code.trim() }), entered);
  });
  const knowsPasskeys = Boolean(globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON);
  $("by-passkey").hidden = !knowsPasskeys;
  $("by-passkey").addEventListener("click", () => {
    clean($("sign-in"));
    byPasskey(entered).catch((refused) => complain($("sign-in"), refused));
  });
  $("use-passkey").addEventListener("click", () =>
    usePasskey(entered).catch((refused) => complain($("second-factor"), refused)));
  submits($("confirm-mail"), async ({ token }) => {
    await post("/api/auth/verify-email", { token: token.trim() });
    await signIn(half, entered);
  });
}

async function signIn({ email, password }, entered) {
  let answer;
  try {
    answer = await post("/api/auth/login", { email: email.trim(), password });
  } catch (refused) {
    if (refused.code !== "email_not_verified") throw refused;
    askForLetter({ email, password });
    return;
  }
  if (answer.mfa_required) {
    half = answer;
    showForm("second-factor");
    $("use-passkey").hidden = $("by-passkey").hidden || !answer.methods.includes("passkey");
  } else {
    enter(answer, entered);
  }
}

/** The other way to finish a login: the device signs what the server asks it to. */
async function usePasskey(entered) {
  const { mfa_token } = half;
  const { publicKey } = await post("/api/auth/login/mfa/passkey-options", { mfa_token });
  const credential = await signed(publicKey, "Try again, or enter a code.");
  enter(await post("/api/auth/login/mfa", { mfa_token, credential }), entered);
}

/** The whole login by a passkey that asks for a fingerprint, a face or a PIN. */
async function byPasskey(entered) {
  const { passkey_token, publicKey } = await post("/api/auth/login/passkey/options");
  const credential = await signed(publicKey, "Try again, or use your password.");
  enter(await post("/api/auth/login/passkey", { passkey_token, credential }), entered);
}

async function signed(asked, otherwise) {
  try {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked);
    return (await navigator.credentials.get({ publicKey })).toJSON();
  } catch {
    throw new Refused(0, { code: "no_passkey", detail: `No passkey answered. ${otherwise}` });
  }
}

function askForLetter({ email, password }) {
  half = { email, password };
  $("confirm-address").textContent = email;
  showForm("confirm-mail");
}

function enter(answer, entered) {
  half = null;
  take(answer);
  document.querySelectorAll("[data-door]").forEach((form) => form.reset()); // no password stays in a field
  entered(answer.user);
}

export function showForm(id) {
  for (const form of document.querySelectorAll("[data-door]")) {
    form.hidden = form.id !== id;
    clean(form);
  }
  $("door-notice").hidden = true;
  $(id).querySelector("input").focus();
}

/** Back at the door, with the sentence that says why. */
export function showDoor(sentence) {
  showForm("sign-in");
  $("door-notice").hidden = false;
  $("door-notice").textContent = sentence;
}
