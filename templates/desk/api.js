// Talking to the desk's own program, and to nobody else.

/** An error as the tool words it: what, where, why, what was not done, what next. */
export class Problem extends Error {
  constructor(error, status = 0) {
    super(error.message);
    this.error = error;
    this.status = status;
    this.code = error.code;
  }
}

const SAFE = { "X-Crossfoot": "1" };

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", redirect: "error", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ code: "desk-gone", message: null });
  }
  if (answer.ok) return answer;
  let document = null;
  try {
    document = await answer.json();
  } catch {
    // Not the tool's own answer.
  }
  if (document?.error) throw new Problem(document.error, answer.status);
  throw new Problem({ code: answer.status === 403 ? "not-allowed" : "desk-failed", message: null, why: `HTTP ${answer.status}` }, answer.status);
}

const query = (values) => {
  const set = new URLSearchParams();
  for (const [key, value] of Object.entries(values ?? {})) if (value !== null && value !== undefined && value !== "") set.set(key, value);
  return set.size ? `?${set}` : "";
};

export async function get(path, values, signal) {
  return (await ask(`/api/${path}${query(values)}`, { signal })).json();
}

export async function post(path, body, signal) {
  return (await ask(`/api/${path}`, { method: "POST", headers: { ...SAFE, "Content-Type": "application/json" }, body: JSON.stringify(body), signal })).json();
}

export async function upload(path, values, bytes) {
  return (await ask(`/api/${path}${query(values)}`, { method: "POST", headers: { ...SAFE, "Content-Type": "application/octet-stream" }, body: bytes })).json();
}

/** Where a file of the books can be read. */
export const fileAt = (book, path) => `/api/${book}/file/${path.split("/").map(encodeURIComponent).join("/")}`;

async function events(answer, { begun, said }) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let last = null;
  const take = (line) => {
    if (!line.trim()) return;
    const event = JSON.parse(line);
    if ("command" in event) begun(event.command);
    else if ("said" in event) said(event.said);
    else if ("exit" in event) last = event;
    else if (event.error) throw new Problem(event.error);
  };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      lines.forEach(take);
    }
    take(rest);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem({ code: "desk-gone", message: null });
  }
  if (!last) throw new Problem({ code: "desk-gone", message: null });
  return last;
}

/** Runs a command and tells of it while it runs; gives `{exit, document, text}`. */
export async function run(book, body, told) {
  const headers = { ...SAFE, "Content-Type": "application/json" };
  return events(await ask(`/api/${book}/run`, { method: "POST", headers, body: JSON.stringify(body) }), told);
}

/** Reads along with a command that runs already. */
export const follow = async (book, told) => events(await ask(`/api/${book}/run?follow=1`, {}), told);

export const interrupt = (book) => ask(`/api/${book}/run`, { method: "DELETE", headers: SAFE });
