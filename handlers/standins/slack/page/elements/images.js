// Pictures: those of this page's own origin; in place of others their words, so that nothing is fetched elsewhere.

import { h, isOwn } from "../base/dom.js";
import { t } from "../base/words.js";

export function image(one) {
  const url = one.image_url ?? one.slack_file?.url;
  const alt = one.alt_text ?? "";
  if (url && isOwn(url)) return h("img", { src: url, alt, loading: "lazy" });
  return h("span", { class: "no-image", role: "img", "aria-label": alt }, t("image", { alt }));
}
