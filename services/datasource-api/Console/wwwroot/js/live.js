// The one stream of the open page. It comes back by itself, from where it stopped; a page that nobody sees holds none.

import { parse } from "./api.js";

const RETRY_FIRST = 500;
const RETRY_MOST = 5000;

/** live({view, handlers, onState}) -> {close()}. Handlers are by the name of the message. */
export function live({ view, handlers, onState }) {
  let source = null;
  let after = "";
  let retry = RETRY_FIRST;
  let timer = 0;
  let closed = false;

  const open = () => {
    clearTimeout(timer);
    source?.close();
    if (closed || document.hidden) {
      return;
    }

    source = new EventSource(`/api/v1/live?view=${view}${after && `&after=${after}`}`);
    source.onopen = () => {
      retry = RETRY_FIRST;
      onState("live");
    };
    source.onerror = () => {
      onState("away");
      if (source.readyState === EventSource.CLOSED) {
        // Refused, not broken off: the browser does not try again by itself.
        timer = setTimeout(open, retry);
        retry = Math.min(retry * 2, RETRY_MOST);
      }
    };
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, message => {
        after = message.lastEventId || after;
        handle(parse(message.data));
      });
    }

    source.addEventListener("away", () => onState("bus"));
  };

  const seen = () => {
    if (document.hidden) {
      source?.close();
      source = null;
    } else if (!source) {
      open();
    }
  };

  document.addEventListener("visibilitychange", seen);
  open();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
      source?.close();
    },
  };
}
