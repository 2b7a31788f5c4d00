// What happens, as it happens: the stream by a single-use ticket, and /api/changes while it is away.
// Both speak one sequence of numbers, so that nothing is lost or heard twice between them.

import { Refused, check, get, post, signedIn } from "./api.js";

const POLL_MS = 5000;
const WAIT_MS_MAX = 30_000;
const CATCH_UP_MAX = 500; // Further behind than that, reading everything anew is quicker.

/**
 * Follow the books from `since` on. Returns a function that stops.
 * heard(frame): {seq, kind, at, data}. lost(): something was missed for good; read all again, and give
 * the seq to go on from. state(word): live, polling or offline.
 */
export function follow({ since, heard, lost, state }) {
  let seq = since;
  let socket = null;
  let retry = null;
  let poller = null;
  let tries = 0;
  let over = false;

  function take(frame) {
    seq = Math.max(seq, frame.seq);
    heard(frame);
  }

  function later() {
    if (over) return;
    const wait = Math.min(WAIT_MS_MAX, 1000 * 2 ** tries++) * (0.5 + Math.random() / 2);
    clearTimeout(retry);
    retry = setTimeout(open, wait);
    poller ??= setTimeout(poll, 0);
  }

  async function open() {
    if (over) return;
    let ticket;
    try {
      ({ ticket } = await post("/api/auth/ws-ticket"));
    } catch {
      if (signedIn()) later();
      return;
    }
    if (over) return;
    const address = new URL("/ws/stream", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    address.searchParams.set("ticket", ticket);
    socket = new WebSocket(address);
    socket.addEventListener("message", (event) => receive(JSON.parse(event.data)));
    socket.addEventListener("close", closed);
  }

  function receive(frame) {
    if (over) return;
    if (frame.kind === "ready") return ready(frame);
    if (frame.kind === "resync") return lost();
    take(frame);
  }

  function ready(frame) {
    tries = 0;
    clearTimeout(poller);
    poller = null;
    state("live");
    if (frame.seq - seq > CATCH_UP_MAX || frame.seq < seq) {
      seq = frame.seq;
      lost();
    } else if (frame.seq > seq) {
      socket.send(JSON.stringify({ resume: seq }));
    }
  }

  async function closed({ code }) {
    socket = null;
    if (over) return;
    if (code === 4401) await check().catch(() => {}); // ended? then the page says so
    if (!signedIn()) return;
    if (code === 4408) open(); // the access token ran out: the next ticket brings a new one
    else later();
  }

  async function poll() {
    try {
      await catchUp();
      if (poller) state("polling");
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      if (refused.code === "changes_gone") seq = (await lost()) ?? seq;
      else if (refused.code === "no_answer") state("offline");
    } finally {
      if (poller && !over && signedIn()) poller = setTimeout(poll, POLL_MS);
    }
  }

  async function catchUp() {
    let where = `since=${seq}`;
    while (!over) {
      const page = await get(`/api/changes?${where}&limit=200`);
      page.results.forEach(deliver);
      if (page.next === null) {
        seq = Math.max(seq, page.seq);
        return;
      }
      where = `cursor=${encodeURIComponent(page.next)}`;
    }
  }

  /** A change as a frame: the feed says what a row is now, the stream what became of it. */
  function deliver({ kind, id, deleted, data, at, seq: its }) {
    const verb = at ? "" : deleted ? ".deleted" : ".updated";
    heard({ seq: its, kind: kind + verb, at, data: data ?? { id } });
  }

  const online = () => {
    tries = 0;
    if (!socket) {
      clearTimeout(retry);
      open();
    }
  };
  addEventListener("online", online);
  open();

  return () => {
    over = true;
    removeEventListener("online", online);
    clearTimeout(retry);
    clearTimeout(poller);
    socket?.close(1000);
  };
}
