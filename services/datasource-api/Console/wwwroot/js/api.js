// Requests of the page. Nothing here repeats by itself.

export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

let unauthenticated = () => {};

/** Called when the service wants a token. */
export function onUnauthenticated(handler) {
  unauthenticated = handler;
}

// An integer that a double cannot hold stays what it was.
const exact = (key, value, context) =>
  (typeof value === "number" && !Number.isSafeInteger(value) && context && /^-?\d+$/.test(context.source) ? BigInt(context.source) : value);

export const parse = text => JSON.parse(text, exact);

/** JSON for people: numbers beyond doubles as they are. */
export const pretty = value => JSON.stringify(value, (key, v) => (typeof v === "bigint" ? JSON.rawJSON(String(v)) : v), 2);

async function answerOf(response, path) {
  const text = await response.text();
  if (response.ok) {
    return text ? parse(text) : null;
  }

  let error = { code: "http", message: `${path} answered ${response.status}` };
  try {
    error = JSON.parse(text).error ?? error;
  } catch {
    // Not one of our answers: the status says what there is to say.
  }

  if (response.status === 401 && path !== "/api/v1/session/begin") {
    unauthenticated(error.message);
  }

  throw new ApiError(response.status, error.code, error.message);
}

async function send(method, path, body, signal) {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  let response;
  try {
    response = await fetch(path, { method, headers, body, signal });
  } catch (error) {
    if (error.name === "AbortError") {
      throw error;
    }

    throw new ApiError(0, "away", "the service does not answer: it may be restarting");
  }

  return answerOf(response, path);
}

const query = parameters => {
  const given = Object.entries(parameters).filter(([, value]) => value !== "" && value !== undefined && value !== null);
  return given.length ? `?${new URLSearchParams(given)}` : "";
};

export const get = (path, parameters = {}, signal = undefined) => send("GET", `/api/v1/${path}${query(parameters)}`, undefined, signal);

/** The body is JSON text already where it holds values that a person typed: they keep their digits. */
export const write = (method, path, body) => send(method, `/api/v1/${path}`, typeof body === "string" ? body : JSON.stringify(body));
