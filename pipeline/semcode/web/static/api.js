// Ask the server. An error says whether trying again can help.

class Refused extends Error {
  constructor(status, what, remedy, where) {
    super([where ? `${where}: ${what}` : what, remedy].filter(Boolean).join(" "));
    this.status = status;
    this.what = what;
    this.remedy = remedy;
  }

  // The server is away, busy, or does not know this browser (any more): worth another try.
  get passing() {
    return [0, 401, 403, 408, 412, 421, 428, 429, 500, 502, 503, 504].includes(this.status);
  }
}

const PATIENCE_MS = 15_000;
let coder = "";

export function setCoder(name) {
  coder = name;
}

export async function get(path, values = {}, { patience = PATIENCE_MS } = {}) {
  return ask(`/api/${path}${query(values)}`, {}, patience);
}

export async function post(path, body) {
  return ask(`/api/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...own() },
    body: JSON.stringify(body),
  });
}

export async function postFile(path, values, file) {
  return ask(`/api/${path}${query(values)}`, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream", ...own() },
    body: file,
  });
}

function own() {
  return { "X-Semcode": "1", "X-Semcode-Coder": encodeURIComponent(coder) };
}

// A query from values: a list as name[], an object as JSON, nothing for what is empty.
export function query(values) {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined || value === "") continue;
    if (Array.isArray(value)) value.forEach((one) => given.append(`${name}[]`, one));
    else given.append(name, typeof value === "object" ? JSON.stringify(value) : String(value));
  }
  const text = given.toString();
  return text ? `?${text}` : "";
}

async function ask(url, options, patience = PATIENCE_MS) {
  let response;
  let text;
  try {
    response = await fetch(url, {
      ...options,
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(patience),
    });
    text = await response.text();
  } catch {
    throw new Refused(0, "semcode does not answer.", "Is it still running in the terminal?");
  }
  let value = null;
  try {
    value = JSON.parse(text);
  } catch {
    if (response.ok) throw new Refused(0, "The answer was cut off.", null);
  }
  if (response.ok) return value;
  const error = value?.error ?? { what: text.slice(0, 300) || response.statusText };
  throw new Refused(response.status, error.what, error.remedy, error.where);
}
