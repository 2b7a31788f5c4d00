// The two drawings, in SVG made here. A picture for the eye; title, description and a table for the rest.

import { h, s, table } from "./dom.js";
import { axisMoney, day, drawn, money } from "./money.js";

const HEIGHT = 270;
const EDGE = { top: 12, right: 8, bottom: 26, left: 52 };
const MONTH = { month: "short" };
const MONTH_YEAR = { month: "long", year: "numeric" };
const DAY = { day: "numeric", month: "short" };

/** Some six round steps that hold every value. */
function steps(low, high) {
  if (low === high) return steps(low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2);
  const span = high - low;
  const rough = span / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough);
  const from = Math.floor(low / step);
  const to = Math.ceil(high / step);
  return Array.from({ length: to - from + 1 }, (_, i) => (from + i) * step);
}

/** Axes for values from low to high over `width` pixels: the drawing to fill, and where values lie. */
function canvas(name, width, low, high, currency, title, description) {
  const ticks = steps(low, high);
  const [bottom, top] = [ticks[0], ticks.at(-1)];
  const inside = HEIGHT - EDGE.top - EDGE.bottom;
  const y = (value) => EDGE.top + inside * (1 - (value - bottom) / (top - bottom || 1));
  const picture = s("svg", {
    viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img",
    "aria-labelledby": `${name}-name ${name}-says`,
  },
  s("title", { id: `${name}-name` }, title),
  s("desc", { id: `${name}-says` }, description),
  ticks.map((tick) => [
    s("line", { class: tick === 0 ? "zero" : "grid", x1: EDGE.left, x2: width - EDGE.right, y1: y(tick), y2: y(tick) }),
    s("text", { class: "tick", x: EDGE.left - 8, y: y(tick) + 4, "text-anchor": "end" }, axisMoney(tick, currency)),
  ]));
  return { picture, y, left: EDGE.left, inner: width - EDGE.left - EDGE.right };
}

const label = (x, text) => s("text", { class: "tick", x, y: HEIGHT - 6, "text-anchor": "middle" }, text);

/** Draw now and whenever the width changes. */
export function keepDrawn(place, draw) {
  let width = 0;
  new ResizeObserver(([{ contentRect }]) => {
    const now = Math.floor(contentRect.width);
    if (now > 0 && now !== width) draw((width = now));
  }).observe(place);
  return () => width && draw(width);
}

/** Bars up for what came in, down for what went out, and a line for what that left. */
export function drawFlow({ place, readout, tablePlace }, { buckets, currency, trend }, width) {
  const known = buckets.filter((bucket) => bucket.income !== null);
  if (known.every((bucket) => bucket.count === 0)) {
    readout.replaceChildren();
    return none(place, tablePlace, "Nothing was booked in these months yet.");
  }
  const values = known.flatMap((b) => [drawn(b.income), -drawn(b.expense), drawn(b.net)]);
  const best = known.reduce((a, b) => (drawn(b.net) > drawn(a.net) ? b : a));
  const worst = known.reduce((a, b) => (drawn(b.net) < drawn(a.net) ? b : a));
  const summary = `${known.length} months. Most was left in ${day(best.start, MONTH_YEAR)} (${money(best.net, currency)}),`
    + ` least in ${day(worst.start, MONTH_YEAR)} (${money(worst.net, currency)}).`;
  const { picture, y, left, inner } = canvas(
    "flow", width, Math.min(0, ...values), Math.max(0, ...values), currency, "Cash flow by month", summary);
  const slot = inner / buckets.length;
  const bar = Math.min(26, slot * 0.56);
  const middle = (i) => left + slot * (i + 0.5);
  const points = [];
  buckets.forEach((bucket, i) => {
    if (slot > 34 || i % 2 === buckets.length % 2) picture.append(label(middle(i), day(bucket.start, MONTH)));
    if (bucket.income === null) return;
    const x = middle(i) - bar / 2;
    const up = drawn(bucket.income);
    const down = drawn(bucket.expense);
    const kind = bucket.partial ? " partial" : "";
    picture.append(
      s("rect", { class: `income${kind}`, x, width: bar, y: y(Math.max(up, 0)), height: Math.abs(y(0) - y(up)), rx: 3 }),
      s("rect", { class: `expense${kind}`, x, width: bar, y: Math.min(y(0), y(-down)), height: Math.abs(y(-down) - y(0)), rx: 3 }));
    if (!bucket.partial) points.push([middle(i), y(drawn(bucket.net))]); // half a month would mislead
  });
  for (const kind of ["halo", "net"]) {
    picture.append(s("polyline", { class: kind, points: points.map((point) => point.join()).join(" ") }));
  }
  picture.append(...points.map(([cx, cy]) => s("circle", { class: "net", cx, cy, r: 3.5 })));
  const tell = (bucket) => readout.replaceChildren(...legend([
    ["income", "In", money(bucket.income, currency)], ["expense", "Out", money(bucket.expense, currency)],
    ["net", "Left", money(bucket.net, currency)],
  ]), h("span", { class: "when" }, day(bucket.start, MONTH_YEAR) + (bucket.partial ? ", so far" : "")));
  picture.addEventListener("pointermove", (event) => {
    const bucket = buckets[Math.floor((event.offsetX - left) / slot)];
    if (bucket && bucket.income !== null) tell(bucket);
  });
  picture.addEventListener("pointerleave", () => tell(known.at(-1)));
  tell(known.at(-1));
  place.replaceChildren(picture);
  tabulate(tablePlace,
    `Cash flow in ${currency}. Trend of what is left: ${trend.net.direction.replaceAll("_", " ")}`,
    ["Month", "In", "Out", "Left", "Balance at the end"],
    known.map((b) => [day(b.start, MONTH_YEAR), money(b.income, currency), money(b.expense, currency),
      money(b.net, currency), b.closing === null ? "" : money(b.closing, currency)]));
}

/** The balance to come: what is expected, inside the range that holds it in eight of ten cases. */
export function drawFan({ place, readout, tablePlace }, forecast, width) {
  const { currency, days, balance, low_point: low } = forecast;
  if (!days.length) return none(place, tablePlace, "There is nothing to go by yet.");
  const start = { p10: balance, p50: balance, p90: balance };
  const all = [start, ...days];
  const values = all.flatMap((each) => [drawn(each.p10), drawn(each.p90)]);
  const end = days.at(-1);
  const summary = `From ${money(balance, currency)} today to ${money(end.p50, currency)} on ${day(end.date)};`
    + ` in eight of ten cases between ${money(end.p10, currency)} and ${money(end.p90, currency)}.`;
  const { picture, y, left, inner } = canvas(
    "fan", width, Math.min(...values), Math.max(...values), currency, "The balance to come", summary);
  const x = (i) => left + (inner * i) / (all.length - 1);
  const line = (name) => all.map((each, i) => [x(i), y(drawn(each[name]))]);
  const text = (points) => points.map((point) => point.map((n) => n.toFixed(1)).join()).join(" ");
  picture.append(
    s("polygon", { class: "range", points: text([...line("p90"), ...line("p10").reverse()]) }),
    s("polyline", { class: "expected", points: text(line("p50")) }),
    s("circle", { class: "low", cx: x(days.findIndex((d) => d.date === low.date) + 1), cy: y(drawn(low.p50)), r: 4.5 }));
  const apart = Math.ceil(days.length / Math.max(2, Math.floor(inner / 90)));
  for (let i = apart; i < all.length; i += apart) {
    if (x(i) < left + inner - 20) picture.append(label(x(i), day(days[i - 1].date, DAY)));
  }
  picture.append(label(left + 14, "today"));
  const rule = s("line", { class: "cursor", y1: EDGE.top, y2: HEIGHT - EDGE.bottom, x1: -9, x2: -9 });
  picture.append(rule);
  const tell = (each, at) => {
    rule.setAttribute("x1", at);
    rule.setAttribute("x2", at);
    readout.replaceChildren(...legend([
      ["expected", "Expected", money(each.p50, currency)],
      ["range", "Eight of ten", `${money(each.p10, currency)} to ${money(each.p90, currency)}`],
    ]), h("span", { class: "when" }, day(each.date)));
  };
  picture.addEventListener("pointermove", (event) => {
    const i = Math.round(((event.offsetX - left) / inner) * (all.length - 1));
    if (days[i - 1]) tell(days[i - 1], x(i));
  });
  picture.addEventListener("pointerleave", () => tell(end, -9));
  tell(end, -9);
  place.replaceChildren(picture, h("p", { class: "hint" }, outlook(forecast)));
  const weekly = days.filter((_, i) => i % 7 === 6 || i === days.length - 1);
  tabulate(tablePlace, `Balance to come in ${currency}`,
    ["Day", "Lower in one of ten", "Expected", "Higher in one of ten"],
    weekly.map((d) => [day(d.date), money(d.p10, currency), money(d.p50, currency), money(d.p90, currency)]));
}

function outlook({ currency, low_point: low, below_zero_probability: chance, accuracy }) {
  const lowest = `Lowest on ${day(low.date, DAY)}: ${money(low.p50, currency)} expected.`;
  const zero = chance < 0.005 ? "Falling below zero is unlikely." : `Chance of falling below zero: ${Math.round(chance * 100)} %.`;
  const kept = accuracy?.coverage_80 === null || !accuracy ? ""
    : ` Earlier forecasts held the balance inside this range ${Math.round(accuracy.coverage_80 * 100)} % of the time.`;
  return `${lowest} ${zero}${kept}`;
}

const legend = (entries) => entries.map(([kind, word, value]) =>
  h("span", { class: `key ${kind}` }, `${word} `, h("b", {}, value)));

function none(place, tablePlace, sentence) {
  place.replaceChildren(h("p", { class: "hint" }, sentence));
  tablePlace.replaceChildren();
  tablePlace.closest("details").hidden = true;
}

function tabulate(place, ...figures) {
  place.replaceChildren(table(...figures));
  place.closest("details").hidden = false;
}
