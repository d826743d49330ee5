// Images of this page's own origin. Others are replaced by their alternative text: the page loads nothing from elsewhere.

import { h, isSameOrigin } from "../base/dom.js";
import { t } from "../base/words.js";

export function image(element) {
  const url = element.image_url ?? element.slack_file?.url;
  const alt = element.alt_text ?? "";
  if (url && isSameOrigin(url)) return h("img", { src: url, alt, loading: "lazy" });
  return h("span", { class: "no-image", role: "img", "aria-label": alt }, t("image", { alt }));
}
