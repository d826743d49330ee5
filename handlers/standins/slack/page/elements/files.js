// Files: the file_input element, and download links in messages.

import { fileUrl, upload } from "../base/api.js";
import { freshId, h, icon, isSameOrigin } from "../base/dom.js";
import { fileSize, t } from "../base/words.js";

export function filePicker(element, binding) {
  const most = element.max_files ?? 10;
  const list = h("ul", { class: "files" });
  const notes = h("div", { class: "upload-notes", role: "status" });
  const accept = element.filetypes?.map((type) => `.${type}`).join(",");
  const input = h("input", binding.fieldAttributes({ type: "file", class: "unseen", id: freshId("file"), multiple: most > 1, accept, "data-action-id": element.action_id, "data-part": "field" }, ""));
  const label = h("label", { class: "button", for: input.id }, t(most > 1 ? "addFiles" : "addFile"));
  const show = () => {
    const files = binding.value().files;
    list.replaceChildren(...files.map((file) => uploadedFile(file, () => {
      binding.change({ files: binding.value().files.filter((other) => other.id !== file.id) });
      show();
      input.focus();
    })));
    label.hidden = files.length >= most;
    input.disabled = files.length >= most;
  };
  const add = async (file) => {
    const note = h("div", { class: "spinning" }, t("uploading", { name: file.name }));
    notes.append(note);
    binding.container.uploads += 1;
    try {
      const uploaded = await upload(file);
      binding.change({ files: [...binding.value().files, uploaded].slice(0, most) });
      note.remove();
    } catch {
      note.className = "error";
      note.textContent = t("uploadFailed", { name: file.name });
    }
    binding.container.uploads -= 1;
    const focused = document.activeElement === input;
    show();
    if (focused && input.disabled) list.querySelector("button")?.focus();
  };
  input.addEventListener("change", () => {
    notes.replaceChildren();
    const room = most - binding.value().files.length;
    const files = [...input.files].slice(0, room);
    input.value = "";
    files.forEach(add);
  });
  show();
  return h("div", binding.groupAttributes({ class: "file-picker" }), list, h("div", { class: "picker-line" }, input, label), notes);
}

export function fileCard(file) {
  const url = fileUrl(file.url);
  if (!isSameOrigin(url)) return null;
  return h("a", { class: "file-card", href: url, download: file.name, "data-file-id": file.id },
    h("span", { class: "unseen" }, t("download")),
    h("span", { class: "file-icon" }, icon("file")),
    h("span", { class: "file-words" }, h("strong", {}, file.name), h("small", {}, `${kind(file)} · ${fileSize(file.size)}`)),
    icon("download"));
}

function uploadedFile(file, remove) {
  return h("li", { class: "file-card", "data-file-id": file.id },
    h("span", { class: "file-icon" }, icon("file")),
    h("span", { class: "file-words" }, h("strong", {}, file.name), h("small", {}, fileSize(file.size))),
    h("button", { type: "button", class: "button square plain", "aria-label": t("removeName", { name: file.name }), onclick: remove }, icon("close")));
}

function kind(file) {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(file.name)?.[1];
  return (ending ?? file.mimetype ?? "").toUpperCase();
}
