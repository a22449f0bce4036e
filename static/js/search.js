// The search field suggests while one types: a combobox with a list, as in
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/. Without a script it is a search field.

function combobox(input) {
  const list = document.getElementById(input.dataset.suggest);
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

  function move(step) {
    if (list.hidden) return show(options().length > 0);
    const places = options().length + 1; // one of them is the field itself
    point(((at + 1 + step + places) % places) - 1);
  }

  const keys = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Escape: () => !list.hidden && (show(false), true),
    Enter: () => options()[at] && (options()[at].click(), true),
  };

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  show(false);

  input.addEventListener("keydown", (event) => {
    if (event.isComposing || !(event.key in keys)) return;
    if (keys[event.key]() !== false && (event.key !== "Enter" || at >= 0)) event.preventDefault();
  });
  input.addEventListener("blur", () => show(false));
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("htmx:afterSwap", () => {
    options().forEach((option, n) => (option.id = `${list.id}-${n}`));
    show(document.activeElement === input && options().length > 0);
  });
}

for (const input of document.querySelectorAll("[data-suggest]")) combobox(input);
