// From match to match in a document: buttons, and the keys n and p, which can be switched off.
// Without this module every match has its link above the text.
const bar = document.querySelector("nav.matches");
const marks = [...document.querySelectorAll(".text mark[id]")];

if (bar && marks.length) {
  const KEY = "trouvaille.keys";
  const place = document.createElement("span");
  const label = document.createElement("label");
  const keys = document.createElement("input");
  let at = marks.findIndex((mark) => `#${mark.id}` === location.hash);

  const go = (to) => {
    marks[at]?.classList.remove("current");
    at = (to + marks.length) % marks.length;
    const mark = marks[at];
    mark.classList.add("current");
    mark.tabIndex = -1;
    mark.focus({ preventScroll: true });
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    mark.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    place.textContent = bar.dataset.place.replace("%n", at + 1).replace("%d", marks.length);
  };

  const button = (text, step) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", () => go(at < 0 && step < 0 ? -1 : at + step));
    return made;
  };

  place.className = "place";
  place.setAttribute("role", "status");
  keys.type = "checkbox";
  try {
    keys.checked = localStorage.getItem(KEY) !== "off";
  } catch {
    keys.checked = true;
  }
  keys.addEventListener("change", () => {
    try {
      localStorage.setItem(KEY, keys.checked ? "on" : "off");
    } catch {
      // Remembered for this page only.
    }
  });
  label.append(keys, ` ${bar.dataset.key}`);
  const tools = document.createElement("div");
  tools.className = "tools";
  tools.append(button(bar.dataset.previous, -1), button(bar.dataset.next, 1), place, label);
  bar.querySelector("ol").replaceWith(tools);

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (!keys.checked || (typing && typing !== keys) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "n") go(at + 1);
    else if (event.key === "p") go(at < 0 ? -1 : at - 1);
    else return;
    event.preventDefault();
  });
}
