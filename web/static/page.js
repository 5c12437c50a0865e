// What a page gains with a script: copying, searches kept in this browser, counts said aloud.
const KEY = "trouvaille.saved";

const kept = () => {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => /^\/(?!\/)/.test(one?.address)) : [];
  } catch {
    return [];
  }
};

const keep = (searches) => {
  try {
    localStorage.setItem(KEY, JSON.stringify(searches.slice(0, 100)));
    return true;
  } catch {
    return false;
  }
};

const done = (button) => {
  const before = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = before; }, 2000);
};

for (const button of document.querySelectorAll("[data-copy]")) {
  const text = document.getElementById(button.dataset.copy);
  button.setAttribute("aria-live", "polite");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
      done(button);
    } catch {
      // No clipboard without a secure address: select it, so that the reader can copy.
      getSelection().selectAllChildren(text);
    }
  });
}

const name = () => {
  const chips = [...document.querySelectorAll(".chips li > a:not(.all)")].map((chip) => {
    const copy = chip.cloneNode(true);
    for (const part of copy.querySelectorAll(".unseen, .remove")) part.remove();
    return copy.textContent.trim();
  });
  return [document.getElementById("q")?.value.trim(), ...chips].filter(Boolean).join(" · ");
};

const printing = document.querySelector("[data-print]");
if (printing) {
  printing.hidden = false;
  printing.addEventListener("click", () => print());
}

const save = document.querySelector("[data-save]");
if (save && name()) {
  save.setAttribute("aria-live", "polite");
  save.hidden = false;
  save.addEventListener("click", () => {
    const address = save.dataset.save;
    const others = kept().filter((one) => one.address !== address);
    if (keep([{ name: name(), address }, ...others])) done(save);
  });
}

const saved = document.querySelector(".saved");
if (saved) {
  const list = saved.querySelector("ul");
  const show = () => {
    const searches = kept();
    saved.hidden = searches.length === 0;
    list.replaceChildren(
      ...searches.map((one) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        const forget = document.createElement("button");
        link.href = one.address;
        link.dir = "auto";
        link.textContent = one.name;
        forget.type = "button";
        forget.textContent = "×";
        forget.setAttribute("aria-label", list.dataset.remove.replace("%s", one.name));
        forget.addEventListener("click", () => {
          keep(kept().filter((other) => other.address !== one.address));
          show();
          (list.querySelector("a") ?? document.getElementById("main")).focus();
        });
        item.append(link, forget);
        return item;
      }),
    );
  };
  show();
}

// A live region is only read when it changes after the page has come.
const total = document.querySelector(".total[role=status]");
if (total) {
  const said = total.textContent;
  setTimeout(() => {
    total.textContent = "";
    requestAnimationFrame(() => { total.textContent = said; });
  }, 300);
}

// An empty field runs like the page, a filled one like what is typed.
for (const field of document.querySelectorAll("input[type=search]")) {
  field.addEventListener("input", () => {
    field.dir = field.value ? "auto" : document.documentElement.dir;
  });
}

// Single keys: / for the box, j and k from result to result. They can be switched off.
const KEYS = "trouvaille.keys";
const shortcuts = document.querySelector(".keys");
const titles = [...document.querySelectorAll(".results h3 a")];
if (shortcuts) {
  const box = shortcuts.querySelector("input");
  shortcuts.hidden = false;
  try { box.checked = localStorage.getItem(KEYS) !== "off"; } catch {}
  box.addEventListener("change", () => {
    try { localStorage.setItem(KEYS, box.checked ? "on" : "off"); } catch {}
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (!box.checked || (typing && typing !== box) || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = titles.indexOf(document.activeElement);
    if (event.key === "/") document.getElementById("q").focus();
    else if (event.key === "j") titles[Math.min(at + 1, titles.length - 1)]?.focus();
    else if (event.key === "k") titles[Math.max(at - 1, 0)]?.focus();
    else return;
    event.preventDefault();
  });
}

// Who chooses a filter by the keyboard goes on from there on the next page.
const PLACE = "trouvaille.place";
const place = (link) => [link.closest("section")?.getAttribute("aria-labelledby"), link.querySelector("bdi")?.textContent];
const filters = document.getElementById("filters");
if (filters) {
  let left = null;
  try {
    left = JSON.parse(sessionStorage.getItem(PLACE));
    sessionStorage.removeItem(PLACE);
  } catch {}
  if (Array.isArray(left)) {
    const again = [...filters.querySelectorAll("a:not(.not)")].find((link) => `${place(link)}` === `${left}`);
    (again ?? document.getElementById(left[0])?.closest("summary"))?.focus();
  }
  filters.addEventListener("click", (event) => {
    const link = event.detail === 0 && event.target.closest("section a");
    if (!link) return;
    const value = link.classList.contains("not") ? link.previousElementSibling : link;
    try { sessionStorage.setItem(PLACE, JSON.stringify(place(value))); } catch {}
  });
}

// What a reader folds stays folded.
const FOLDED = "trouvaille.folded";
const foldable = [...document.querySelectorAll("details.fold")];
const folded = () => {
  try {
    const names = JSON.parse(localStorage.getItem(FOLDED) ?? "[]");
    return new Set(Array.isArray(names) ? names : []);
  } catch {
    return new Set();
  }
};
const before = folded();
for (const group of foldable) {
  const name = group.parentElement.getAttribute("aria-labelledby");
  group.open = !before.has(name);
  group.addEventListener("toggle", () => {
    const names = folded();
    names[group.open ? "delete" : "add"](name);
    try { localStorage.setItem(FOLDED, JSON.stringify([...names])); } catch {}
  });
}

// What unfolds over the page closes like a menu.
const menus = [...document.querySelectorAll("details.languages, details.menu")];
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus) {
    if (menu.open && menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
});
document.addEventListener("click", (event) => {
  for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
});
