// What the server is asked, and what it refuses.

/** A request that was not granted; `body` is what the server said of it. */
export class Refusal extends Error {
  constructor(status, body) {
    super(body.error || `the server answered ${status}`);
    this.status = status;
    this.body = body;
  }
}

async function answer(request) {
  let response;
  try {
    response = await request;
  } catch {
    throw new Refusal(0, { error: "The server does not answer: it was ended, or the machine slept. Nothing of this was saved." });
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(response.status, body);
  return body;
}

export function ask(path, parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== ""));
  return answer(fetch(`/api/${path}?${query}`, { cache: "no-store" }));
}

export function send(path, content) {
  return answer(fetch(`/api/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) }));
}
