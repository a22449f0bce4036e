// What the pages do beyond htmx. Everything works without it.

const root = document.documentElement;
root.classList.add("script");

// --- Light and dark: remembered in a cookie, so that the server draws the page right at once ---

function isDark() {
  if (root.dataset.theme) return root.dataset.theme === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

for (const toggle of document.querySelectorAll("[data-theme-toggle]")) {
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
  });
}

// --- Menu: Escape or a click elsewhere closes an open panel on wide screens ---

const menu = document.getElementById("menu");
const wide = matchMedia("(min-width: 64rem)");

function closePanels(refocus) {
  for (const panel of menu?.querySelectorAll("details[open]") ?? []) {
    panel.open = false;
    if (refocus) panel.querySelector("summary").focus();
  }
}

document.addEventListener("click", (event) => {
  if (wide.matches && !menu?.contains(event.target)) closePanels(false);
});
document.addEventListener("keydown", (event) => {
  if (wide.matches && event.key === "Escape") closePanels(true);
});

// --- Coming back to a page kept by the browser: its shelves are asked for again ---

addEventListener("pageshow", (event) => {
  if (event.persisted) document.body.dispatchEvent(new Event("shop:changed"));
});

// --- Shelves: asked for together, told what else the page shows; what is in view stays in its place ---

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (!detail.elt.matches("[data-shelves], [data-less]")) return;
  const cards = [...document.querySelectorAll("main [data-article]")];
  const beside = cards.filter((card) => !detail.elt.contains(card)).map((card) => card.dataset.article);
  if (beside.length) detail.parameters.beside = beside.join(",");
  const about = document.querySelector("[data-looked-at]");
  if (about && detail.elt.matches("[data-less]")) detail.parameters.about = about.dataset.lookedAt;
});

let anchor = null;

document.addEventListener("htmx:beforeSwap", ({ detail: { target, shouldSwap } }) => {
  if (!shouldSwap || !target.matches("[data-shelves]")) return;
  const shelves = [...target.querySelectorAll(".shelf")];
  const inView = shelves.find((shelf) => shelf.getBoundingClientRect().bottom > 0);
  anchor = inView && scrollY ? { id: inView.id, top: inView.getBoundingClientRect().top } : null;
});
document.addEventListener("htmx:afterSwap", () => {
  const shelf = anchor && document.getElementById(anchor.id);
  if (shelf) scrollBy({ top: shelf.getBoundingClientRect().top - anchor.top, behavior: "instant" });
  anchor = null;
});

// --- Filters: what was open stays open while the goods and the counts change ---

const openFacets = new Set();
let focused = "";

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "goods") return;
  openFacets.clear();
  focused = document.activeElement?.id;
  for (const facet of document.querySelectorAll("#facets details[open]")) openFacets.add(facet.id);
});
document.addEventListener("htmx:oobAfterSwap", () => {
  if (!openFacets.size) return;
  for (const facet of document.querySelectorAll("#facets details")) facet.open = openFacets.has(facet.id);
});
document.addEventListener("htmx:afterSettle", () => {
  if (!focused) return;
  document.getElementById(focused)?.focus({ preventScroll: true });
  focused = "";
});

// --- What another tab of this shop changes is followed, when this one is looked at ---

const tabs = new BroadcastChannel("shop");
let isBehind = false;

function follow() {
  if (!isBehind || document.hidden) return;
  isBehind = false;
  document.body.dispatchEvent(new Event("shop:elsewhere"));
}

tabs.addEventListener("message", () => {
  isBehind = true;
  setTimeout(follow, 900);
});
document.addEventListener("visibilitychange", follow);
document.addEventListener("shop:changed", () => tabs.postMessage("changed"));
if (document.querySelector("[data-looked-at]")) tabs.postMessage("looked");

// --- The toast: what was done is said for a while; a question waits until it is answered or left ---

const toast = document.getElementById("toast");
const SAID_MS = 8000;
let fading = 0;
let asker = null;

function fade() {
  if (toast.matches(":hover, :focus-within")) fading = setTimeout(fade, SAID_MS);
  else toast.replaceChildren();
}

function said() {
  clearTimeout(fading);
  if (toast.querySelector(".sizes")) return;
  if (document.activeElement === document.body) asker?.focus({ preventScroll: true });
  fading = setTimeout(fade, SAID_MS);
}

document.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
  if (elt.matches("[data-add]")) asker = elt;
});
toast?.addEventListener("htmx:afterSwap", said);
toast?.addEventListener("htmx:oobAfterSwap", said);
document.addEventListener("click", ({ target }) => {
  if (toast?.querySelector(".sizes") && !toast.contains(target)) toast.replaceChildren();
});
document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape" || !toast?.hasChildNodes()) return;
  toast.replaceChildren();
  asker?.focus({ preventScroll: true });
});

// --- Swatches: pointing at a colour, or reaching it by keyboard, shows the card in that colour ---

function swap(event) {
  const link = event.target.closest?.("[data-swap]");
  const picture = link?.closest(".card")?.querySelector(".frame img");
  if (!picture || picture.dataset.was) return;
  picture.dataset.was = picture.srcset;
  picture.srcset = link.dataset.swap;
  const back = () => {
    picture.srcset = picture.dataset.was;
    delete picture.dataset.was;
  };
  link.addEventListener(event.type === "focusin" ? "focusout" : "pointerout", back, { once: true });
}

document.addEventListener("pointerover", swap);
document.addEventListener("focusin", swap);

// --- Impressions: cards that were half in view for half a second, each once per page ---

const HALF_SECOND = 500;
const BATCH = 50;
const seen = new Set();
let queue = [];
const waiting = new WeakMap();

function send() {
  if (!queue.length) return;
  const items = queue.splice(0, BATCH);
  fetch("/events/impressions/", {
    method: "POST",
    keepalive: true,
    headers: { "Content-Type": "application/json", ...JSON.parse(document.body.getAttribute("hx-headers")) },
    body: JSON.stringify({ items }),
  }).catch(() => {});
}

function note(card) {
  const { article, position } = card.dataset;
  const { rec, widget } = card.closest("[data-rec]").dataset;
  const key = `${rec} ${article}`;
  if (seen.has(key)) return;
  seen.add(key);
  queue.push({ article, rec, w: widget, p: Number(position) });
  if (queue.length >= BATCH) send();
}

const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      clearTimeout(waiting.get(target));
      if (isIntersecting) waiting.set(target, setTimeout(note, HALF_SECOND, target));
    }
  },
  { threshold: 0.5 },
);

function watch(part) {
  for (const card of part.querySelectorAll("[data-rec] [data-article]")) observer.observe(card);
}

watch(document);
document.addEventListener("htmx:load", (event) => watch(event.detail.elt));
setInterval(send, 2000);
addEventListener("pagehide", send);

// --- What renews itself does so at a gentle pace, and rests while nobody can see it ---

for (const part of document.querySelectorAll("[data-poll]")) {
  setInterval(() => {
    if (!document.hidden) htmx.trigger(part, "shop:poll");
  }, Number(part.dataset.poll));
}

// --- Zoom: where the file is larger than its place, a click shows it in full, and the pointer moves over it ---

const zoom = document.querySelector("[data-zoom]");
const WORTHWHILE = 1.4;
const DETAILED = 900;

// A second view, of the file at its own size: only where that shows more than the first.
function showDetail(full) {
  const detail = document.getElementById("detail");
  if (full.naturalWidth < DETAILED) return;
  detail.querySelector("img").src = full.src;
  detail.hidden = false;
}

if (zoom) {
  const full = new Image();
  full.addEventListener("load", () => {
    showDetail(full);
    const shown = zoom.querySelector("img");
    const factor = full.naturalWidth / shown.clientWidth;
    if (factor < WORTHWHILE) return;
    zoom.toggleAttribute("data-can-zoom", true);
    zoom.addEventListener("click", () => {
      shown.removeAttribute("srcset");
      shown.src = full.src;
      shown.style.setProperty("--near", Math.min(factor, 3));
    });
  });
  full.src = zoom.dataset.zoom;
}

function lookAt(event) {
  const { left, top, width, height } = zoom.getBoundingClientRect();
  const picture = zoom.querySelector("img");
  picture.style.transformOrigin = `${(100 * (event.clientX - left)) / width}% ${(100 * (event.clientY - top)) / height}%`;
}

zoom?.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (!zoom.hasAttribute("data-can-zoom")) return;
  zoom.toggleAttribute("data-near");
  if (event.detail) lookAt(event);
});
zoom?.addEventListener("pointermove", (event) => {
  if (zoom.hasAttribute("data-near")) lookAt(event);
});
zoom?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") zoom.removeAttribute("data-near");
});

// --- The bag opens beside the page; without a script, and on the bag's own page, it is a page ---

const drawer = document.createElement("dialog");
drawer.id = "drawer";

document.addEventListener("click", async (event) => {
  const link = event.target.closest("#bag-link");
  if (!link || document.querySelector("main #bag") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (!drawer.isConnected) document.body.append(drawer);
  drawer.setAttribute("aria-label", link.dataset.title);
  drawer.innerHTML = '<div class="skeleton"></div>'.repeat(3);
  if (!drawer.open) drawer.showModal();
  await htmx.ajax("GET", link.href, { target: "#drawer", select: "#bag", swap: "innerHTML" });
  if (!drawer.querySelector("#bag")) {
    location.href = link.href;
    return;
  }
  const close = document.createElement("button");
  close.className = "link drawer-close";
  close.textContent = link.dataset.close;
  close.addEventListener("click", () => drawer.close());
  drawer.prepend(close);
});
drawer.addEventListener("click", (event) => {
  if (event.target === drawer) drawer.close();
});
// The link that opened it was drawn anew if the bag has changed meanwhile.
drawer.addEventListener("close", () => document.getElementById("bag-link").focus());
