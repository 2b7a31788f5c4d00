// Elements. Text of the books only ever becomes text: nothing here parses HTML.

const SVG = "http://www.w3.org/2000/svg";

export const $ = (id) => document.getElementById(id);

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
export const s = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** Say something once: on the screen for a while, and to a screen reader. */
let hush;
export function say(text) {
  const place = $("said");
  place.textContent = text;
  place.classList.add("shown");
  clearTimeout(hush);
  hush = setTimeout(() => place.classList.remove("shown"), 6000);
}

/** A table with a caption: what a chart says, in figures. */
export function table(caption, head, rows) {
  return h("table", {},
    h("caption", {}, caption),
    h("thead", {}, h("tr", {}, head.map((word) => h("th", { scope: "col" }, word)))),
    h("tbody", {}, rows.map(([first, ...rest]) =>
      h("tr", {}, h("th", { scope: "row" }, first), rest.map((cell) => h("td", {}, cell))))));
}

/** Send a form by `send(fields)`: busy meanwhile, and what is refused stands beside its field. */
export function submits(form, send) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clean(form);
    const button = form.querySelector("button.main");
    button.disabled = true;
    form.setAttribute("aria-busy", "true");
    try {
      await send(Object.fromEntries(new FormData(form)));
    } catch (refused) {
      complain(form, refused);
    } finally {
      button.disabled = false;
      form.removeAttribute("aria-busy");
    }
  });
}

export function clean(form) {
  const problem = form.querySelector(".problem");
  problem.hidden = true;
  problem.textContent = "";
  form.querySelectorAll(".wrong").forEach((note) => note.remove());
  form.querySelectorAll("[aria-invalid]").forEach((field) => {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  });
}

/** Show in the form what was refused; anything else is a bug, and is thrown on. */
export function complain(form, refused) {
  if (!refused.errors) throw refused;
  let first = null;
  const elsewhere = [];
  for (const { pointer, message } of refused.errors) {
    const field = form.elements[pointer.slice(1)];
    if (!field?.setAttribute) {
      elsewhere.push(message);
      continue;
    }
    const id = `${form.id || form.parentElement.id}-${field.name}-wrong`;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", id);
    field.after(h("span", { class: "wrong", id }, message));
    first ??= field;
  }
  const problem = form.querySelector(".problem");
  problem.hidden = false;
  problem.textContent = [refused.message, ...elsewhere.filter((text) => text !== refused.message)].join(" ");
  (first ?? form.querySelector("input, select")).focus();
}
