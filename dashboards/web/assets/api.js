// Asking the server. The token, where there is one, is kept in this tab alone.

const key = "winnow.token";

export const token = {
  get: () => sessionStorage.getItem(key) ?? "",
  set: (t) => sessionStorage.setItem(key, t),
  forget: () => sessionStorage.removeItem(key),
};

// A Refusal is an answer that is a problem document.
export class Refusal extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export async function ask(path, signal) {
  const headers = token.get() ? { Authorization: `Bearer ${token.get()}` } : {};
  const response = await fetch(path, { headers, signal, cache: "no-store", credentials: "omit", redirect: "error" });
  if (response.ok) return response;
  let detail = `the server answers ${response.status}`;
  try {
    detail = (await response.json()).detail ?? detail;
  } catch {
    // A proxy's page, not a problem document: the status has to do.
  }
  throw new Refusal(response.status, detail);
}

export const askJSON = async (path, signal) => (await ask(path, signal)).json();

export const recordPath = (id) => `/api/v1/quarantine/records/${id.split("/").map(encodeURIComponent).join("/")}`;
