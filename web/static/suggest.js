// Completions under the search box: the combobox pattern of the ARIA Authoring Practices.
// Without this module the box is a plain form.
const form = document.querySelector("form.box");
const input = form?.elements.q;

if (input && form.dataset.suggest) {
  const said = form.dataset;
  const list = document.createElement("ul");
  const status = document.createElement("div");
  let options = [];
  let current = -1;
  let typed = input.value;
  let pending = null;
  let timer = 0;

  list.id = "suggestions";
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", said.list);
  list.hidden = true;
  status.className = "unseen";
  status.setAttribute("role", "status");
  form.append(list, status);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-controls": list.id,
    "aria-expanded": "false",
  })) input.setAttribute(name, value);

  const close = () => {
    list.hidden = true;
    current = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const point = (to) => {
    list.children[current]?.setAttribute("aria-selected", "false");
    current = to;
    const option = list.children[current];
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      input.value = typed;
      return;
    }
    option.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };

  const take = (option) => {
    close();
    if (option.kind === "word") {
      input.value = typed = option.text;
      form.requestSubmit();
      return;
    }
    const fields = new URLSearchParams(new FormData(form));
    fields.delete("q");
    if (option.kind === "title") {
      const language = fields.get("hl");
      const id = option.value.split("/").map(encodeURIComponent).join("/");
      location.assign(said.document + id + (language ? `?hl=${language}` : ""));
      return;
    }
    if (!fields.getAll(option.kind).includes(option.value)) fields.append(option.kind, option.value);
    location.assign(`${form.getAttribute("action")}?${fields}`);
  };

  const show = (found) => {
    options = found;
    current = -1;
    input.removeAttribute("aria-activedescendant");
    list.replaceChildren(
      ...found.map((one, at) => {
        const item = document.createElement("li");
        const text = document.createElement("bdi");
        const kind = document.createElement("span");
        item.id = `suggestion-${at}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        text.textContent = one.text;
        kind.className = "kind";
        kind.textContent = said[one.kind] ?? "";
        item.append(text, " ", kind);
        if (one.kind !== "title") {
          const count = document.createElement("b");
          count.textContent = one.count.toLocaleString(document.documentElement.lang);
          item.append(" ", count);
        }
        item.addEventListener("pointerdown", (event) => event.preventDefault());
        item.addEventListener("click", () => take(one));
        return item;
      }),
    );
    const open = found.length > 0;
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    status.textContent = open ? said.some.replace("%d", found.length) : said.none;
  };

  const ask = async () => {
    pending?.abort();
    const text = input.value.trim();
    if (text.length < 2) {
      status.textContent = "";
      return close();
    }
    pending = new AbortController();
    try {
      const answer = await fetch(`${said.suggest}?q=${encodeURIComponent(text)}&limit=8`, {
        headers: { "Accept-Language": document.documentElement.lang },
        signal: pending.signal,
      });
      if (answer.ok && document.activeElement === input) show((await answer.json()).suggestions);
    } catch {
      // Typed on, or no network.
    }
  };

  input.addEventListener("input", () => {
    typed = input.value;
    clearTimeout(timer);
    timer = setTimeout(ask, 120);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = options.length - 1;
    if (list.hidden) {
      if (event.key === "ArrowDown" && input.value.trim().length > 1) {
        event.preventDefault();
        ask();
      }
      return;
    }
    if (event.key === "ArrowDown") point(current < last ? current + 1 : -1);
    else if (event.key === "ArrowUp") point(current < 0 ? last : current - 1);
    else if (event.key === "Enter" && current >= 0) take(options[current]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}
