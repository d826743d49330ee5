// Everything the page asks the server, and the socket by which the server tells what is new.

const FIRST_WAIT = 500; // milliseconds before the socket is tried again; doubled each time
const LONGEST_WAIT = 5000;

export const session = { user: null };

/** A POST with this person's id; the answer's JSON. Rejects when the server can't be reached or fails. */
export async function post(what, body = {}) {
  const answer = await fetch(`/page/${what}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ user: session.user, ...body }),
  });
  return read(answer);
}

export async function get(what, query = {}) {
  return read(await fetch(`/page/${what}?${new URLSearchParams({ user: session.user, ...query })}`));
}

/** Takes a File; gives {id, name, size, mimetype, url}. */
export async function upload(file) {
  const body = new FormData();
  body.append("file", file, file.name);
  const answer = await fetch(`/page/upload?${new URLSearchParams({ user: session.user })}`, { method: "POST", body });
  return (await read(answer)).file;
}

/** A file's address with this person's id, as the server wants it. */
export function fileUrl(url) {
  const made = new URL(url, location.href);
  if (!made.searchParams.has("user")) made.searchParams.set("user", session.user);
  return made.href;
}

/** Keeps a socket open for this person. Gives a function that ends it. */
export function listen({ onEvent, onOpen, onLost }) {
  let socket;
  let timer;
  let wait = FIRST_WAIT;
  let ended = false;
  const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/page/socket?${new URLSearchParams({ user: session.user })}`;
  const connect = () => {
    socket = new WebSocket(address);
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

async function read(answer) {
  const json = (answer.headers.get("Content-Type") ?? "").includes("json");
  if (!json || answer.status >= 500) throw Object.assign(new Error(`status ${answer.status}`), { status: answer.status });
  return answer.json();
}
