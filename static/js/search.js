// The search field suggests while one types: a combobox with a list, as in
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/. Without a script it is a search field.

// --- Recent searches: only this browser knows them, and an empty field offers them ---

const RECENT = "recent-searches";
const MAX_RECENT = 5;

function recentSearches() {
  try {
    return JSON.parse(localStorage.getItem(RECENT)) ?? [];
  } catch {
    return []; // the browser keeps nothing, or something else wrote there
  }
}

function keepSearches(searches) {
  try {
    localStorage.setItem(RECENT, JSON.stringify(searches));
  } catch {
    // The browser keeps nothing.
  }
}

const searched = document.querySelector("[data-found]")?.defaultValue;
if (searched) {
  const earlier = recentSearches().filter((words) => words !== searched);
  keepSearches([searched, ...earlier].slice(0, MAX_RECENT));
}

// --- The field and its list ---

function combobox(input) {
  const list = document.getElementById(input.dataset.suggest);
  const shape = document.getElementById(`${input.id}-recent`);
  let at = -1;

  const options = () => [...list.querySelectorAll("[role=option]")];

  function point(place) {
    at = place;
    options().forEach((option, n) => option.setAttribute("aria-selected", n === at));
    const option = options()[at];
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  function show(open) {
    list.hidden = !open;
    input.setAttribute("aria-expanded", open);
    point(-1);
  }

  function fill(open) {
    options().forEach((option, n) => (option.id = `${list.id}-${n}`));
    show(open && options().length > 0);
  }

  function offerRecent() {
    if (input.value) return;
    list.replaceChildren();
    const searches = recentSearches();
    if (searches.length) list.append(recentGroup(searches));
    fill(document.activeElement === input);
  }

  function recentGroup(searches) {
    const group = shape.content.firstElementChild.cloneNode(true);
    const [option, clear] = group.querySelectorAll("[role=option]");
    for (const words of searches) {
      const one = option.cloneNode(true);
      one.setAttribute("href", `${input.form.action}?${new URLSearchParams({ q: words })}`);
      one.querySelector("span").textContent = words;
      option.before(one);
    }
    option.remove();
    clear.addEventListener("click", (event) => {
      event.preventDefault();
      keepSearches([]);
      offerRecent();
    });
    return group;
  }

  function move(step) {
    if (list.hidden && !input.value) return offerRecent();
    if (list.hidden) return show(options().length > 0);
    const places = options().length + 1; // one of them is the field itself
    point(((at + 1 + step + places) % places) - 1);
  }

  const keys = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Escape: () => !list.hidden && (show(false), true),
    Enter: () => at >= 0 && (options()[at].click(), true),
  };

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  show(false);

  input.addEventListener("keydown", (event) => {
    if (event.isComposing || !(event.key in keys)) return;
    if (keys[event.key]() !== false) event.preventDefault();
  });
  input.addEventListener("focus", offerRecent);
  input.addEventListener("blur", () => show(false));
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("htmx:afterSwap", () => {
    if (input.value) fill(document.activeElement === input);
    else offerRecent();
  });
  if (document.activeElement === input) offerRecent(); // focused before this script ran
}

for (const input of document.querySelectorAll("[data-suggest]")) combobox(input);
