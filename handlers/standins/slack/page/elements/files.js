// Files to choose (file_input) and files to fetch (in messages).

import { fileUrl, upload } from "../base/api.js";
import { freshId, h, icon, isOwn } from "../base/dom.js";
import { fileSize, t } from "../base/words.js";

export function filePicker(one, place) {
  const most = one.max_files ?? 10;
  const list = h("ul", { class: "files" });
  const notes = h("div", { class: "upload-notes", role: "status" });
  const accept = one.filetypes?.map((type) => `.${type}`).join(",");
  const input = h("input", place.named({ type: "file", class: "unseen", id: freshId("file"), multiple: most > 1, accept, "data-action-id": one.action_id, "data-part": "field" }, ""));
  const label = h("label", { class: "button", for: input.id }, t(most > 1 ? "addFiles" : "addFile"));
  const show = () => {
    const files = place.value().files;
    list.replaceChildren(...files.map((file) => chosen(file, () => {
      place.change({ files: place.value().files.filter((other) => other.id !== file.id) });
      show();
      input.focus();
    })));
    label.hidden = files.length >= most;
    input.disabled = files.length >= most;
  };
  const take = async (file) => {
    const note = h("div", { class: "spinning" }, t("uploading", { name: file.name }));
    notes.append(note);
    place.container.uploads += 1;
    try {
      const kept = await upload(file);
      place.change({ files: [...place.value().files, kept].slice(0, most) });
      note.remove();
    } catch {
      note.className = "error";
      note.textContent = t("uploadFailed", { name: file.name });
    }
    place.container.uploads -= 1;
    const focused = document.activeElement === input;
    show();
    if (focused && input.disabled) list.querySelector("button")?.focus();
  };
  input.addEventListener("change", () => {
    notes.replaceChildren();
    const room = most - place.value().files.length;
    const files = [...input.files].slice(0, room);
    input.value = "";
    files.forEach(take);
  });
  show();
  return h("div", place.group({ class: "file-picker" }), list, h("div", { class: "picker-line" }, input, label), notes);
}

export function fileCard(file) {
  const url = fileUrl(file.url);
  if (!isOwn(url)) return null;
  return h("a", { class: "file-card", href: url, download: file.name, "aria-label": `${t("download", { name: file.name })}, ${fileSize(file.size)}`, "data-file-id": file.id },
    h("span", { class: "file-icon" }, icon("file")),
    h("span", { class: "file-words" }, h("strong", {}, file.name), h("small", {}, `${kind(file)} · ${fileSize(file.size)}`)),
    icon("download"));
}

function chosen(file, remove) {
  return h("li", { class: "file-card", "data-file-id": file.id },
    h("span", { class: "file-icon" }, icon("file")),
    h("span", { class: "file-words" }, h("strong", {}, file.name), h("small", {}, fileSize(file.size))),
    h("button", { type: "button", class: "button square plain", "aria-label": t("removeName", { name: file.name }), onclick: remove }, icon("close")));
}

function kind(file) {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(file.name)?.[1];
  return (ending ?? file.mimetype ?? "").toUpperCase();
}
