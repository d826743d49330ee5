// Requests to the server, and the WebSocket on which it sends events.

const FIRST_WAIT = 500; // milliseconds before the first reconnection; doubled each time
const LONGEST_WAIT = 5000;

// The person, and the workspace of this page: "" at /, T0SECOND at /T0SECOND/.
export const session = { user: null, team: location.pathname.split("/")[1] };

const who = () => (session.team ? session : { user: session.user });

/** A POST with this person's id; resolves to the JSON response. Rejects when the server can't be reached or fails. */
export async function post(path, body = {}) {
  const response = await fetch(`/page/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...who(), ...body }),
  });
  return parse(response);
}

export async function get(path, query = {}) {
  return parse(await fetch(`/page/${path}?${new URLSearchParams({ ...who(), ...query })}`));
}

/** Uploads a File; resolves to {id, name, size, mimetype, url}. */
export async function upload(file) {
  const body = new FormData();
  body.append("file", file, file.name);
  const response = await fetch(`/page/upload?${new URLSearchParams(who())}`, { method: "POST", body });
  return (await parse(response)).file;
}

/** A file's URL with this person's id, which the server requires. */
export function fileUrl(url) {
  const full = new URL(url, location.href);
  if (!full.searchParams.has("user")) full.searchParams.set("user", session.user);
  return full.href;
}

/** Keeps a WebSocket open for this person, reconnecting as needed. Returns a function that closes it. */
export function listen({ onEvent, onOpen, onLost }) {
  let socket;
  let timer;
  let wait = FIRST_WAIT;
  let ended = false;
  const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/page/socket?${new URLSearchParams(who())}`;
  const connect = () => {
    socket = new WebSocket(url);
    socket.onopen = () => {
      wait = FIRST_WAIT;
      onOpen();
    };
    socket.onmessage = ({ data }) => !ended && onEvent(JSON.parse(data));
    socket.onclose = () => {
      if (ended) return;
      onLost();
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    };
  };
  connect();
  return () => {
    ended = true;
    clearTimeout(timer);
    socket.close();
  };
}

async function parse(response) {
  const json = (response.headers.get("Content-Type") ?? "").includes("json");
  if (!json || response.status >= 500) throw Object.assign(new Error(`status ${response.status}`), { status: response.status });
  return response.json();
}
