// The page: the stream comes in, and each part shows what is its own.
import { token } from "./api.js";
import * as chips from "./chips.js";
import { attr, byId, say } from "./dom.js";
import * as errors from "./errors.js";
import * as feeds from "./feeds.js";
import { add, load } from "./history.js";
import * as quarantine from "./quarantine.js";
import * as stages from "./stages.js";
import { follow } from "./stream.js";
import * as tiles from "./tiles.js";

const parts = [tiles, errors, stages, chips, feeds, quarantine];
let running = null;

function link(state, text) {
  attr(byId("link"), "data-state", state);
  say(byId("link-text"), text);
}

function show(live) {
  byId("content").hidden = false;
  byId("login").hidden = true;
  byId("forget").hidden = token.get() === "";
  add(live.sample);
  for (const part of parts) {
    try {
      part.show(live);
    } catch (err) { // one part's fault must not hide the others
      console.error(err);
    }
  }
  link("live", "live");
}

function login(text) {
  byId("content").hidden = true;
  byId("login").hidden = false;
  byId("forget").hidden = true;
  link("wait", "waiting for a token");
  say(byId("login-error"), token.get() ? `This token is not taken: ${text}` : "");
  token.forget();
  byId("token").focus();
}

function start() {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  let loading = Promise.resolve();
  follow({
    begun: () => { loading = load(signal).catch(() => {}); },
    live: (live) => loading.then(() => { if (!signal.aborted) show(live); }),
    state: (state, why) => (state === "closed" ? login(why) : link("lost", `not live: ${why}; trying again`)),
  }, signal);
}

byId("login-form").addEventListener("submit", (event) => {
  event.preventDefault();
  token.set(byId("token").value);
  byId("token").value = "";
  start();
});

byId("forget").addEventListener("click", () => {
  token.forget();
  running?.abort();
  login("");
});

// A page that nobody sees for a minute gives its stream back; the history fills in what it missed.
let resting = 0;
document.addEventListener("visibilitychange", () => {
  clearTimeout(resting);
  if (document.hidden) resting = setTimeout(() => { running?.abort(); running = null; }, 60000);
  else if (!running && byId("login").hidden) start();
});

start();
