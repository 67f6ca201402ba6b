// The server's events, by fetch: an EventSource could not send the token.
import { ask } from "./api.js";

const silence = 15000; // the server sends something every ten seconds
const waits = [1000, 2000, 4000, 8000];

// follow calls on.live with every event, and on.state with "live", "lost" and why, or "closed" when the token is refused. It ends when signal does.
export async function follow(on, signal) {
  for (let failed = 0; !signal.aborted; failed++) {
    let why = "the server has ended the stream";
    try {
      await once((live) => {
        failed = -1;
        on.live(live);
      }, on.begun, signal);
    } catch (err) {
      if (signal.aborted) return;
      if (err.status === 401) {
        on.state("closed", err.message);
        return;
      }
      why = err.status ? err.message : "the server does not answer";
    }
    if (signal.aborted) return;
    on.state("lost", why);
    await pause(waits[Math.min(Math.max(failed, 0), waits.length - 1)], signal);
  }
}

async function once(live, begun, signal) {
  const ended = new AbortController();
  const end = () => ended.abort();
  signal.addEventListener("abort", end);
  let timer = setTimeout(end, silence);
  try {
    const response = await ask("/api/v1/stream", ended.signal);
    begun();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ; ) {
      const { value, done } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(end, silence);
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      events.forEach((e) => dispatch(e, live));
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}

function dispatch(event, live) {
  const fields = new Map(event.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trimStart()]));
  if (fields.get("event") === "live") live(JSON.parse(fields.get("data")));
}

function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
