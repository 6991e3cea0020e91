// Search as you type: the listing follows, elsewhere the first products are offered. Without it, every form still works.
"use strict";

const box = document.getElementById("search");
const offer = document.getElementById("suggestions");
const said = document.getElementById("said");
const OFFERED = 6;
const PAUSE = 200;
let asked = null;
let timer = 0;

async function ask(url) {
  if (asked) asked.abort();
  asked = new AbortController();
  const answer = await fetch(url, { signal: asked.signal });
  if (!answer.ok) throw new Error(answer.status);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function say(page) {
  const count = page.querySelector(".count");
  said.textContent = count ? count.textContent : "";
}

async function show(url) {
  const listing = document.getElementById("listing");
  listing.setAttribute("aria-busy", "true");
  try {
    const page = await ask(url);
    const open = listing.querySelector(".toggle")?.open;
    const focused = listing.contains(document.activeElement) ? document.activeElement.id : "";
    const fresh = document.adoptNode(page.getElementById("listing"));
    if (open) fresh.querySelector(".toggle").open = true;
    listing.replaceWith(fresh);
    if (focused) document.getElementById(focused)?.focus();
    document.title = page.title;
    history.replaceState(null, "", url);
    say(fresh);
  } catch (error) {
    listing.removeAttribute("aria-busy");
    if (error.name !== "AbortError") location.assign(url);
  }
}

function hide() {
  offer.hidden = true;
  offer.replaceChildren();
}

async function suggest(text) {
  if (!text) return hide();
  const url = "/products?search=" + encodeURIComponent(text);
  try {
    const page = await ask(url);
    const links = [...page.querySelectorAll("#listing .card")].slice(0, OFFERED).map((card) => {
      const link = document.createElement("a");
      const price = document.createElement("span");
      link.href = card.querySelector("h3 a").getAttribute("href");
      price.textContent = card.querySelector(".price").textContent;
      link.append(card.querySelector("h3").textContent, " ", price);
      return link;
    });
    const all = document.createElement("a");
    all.href = url;
    all.textContent = `${offer.dataset.all} (${page.querySelector(".count").textContent})`;
    offer.replaceChildren(...links, ...(links.length ? [all] : []));
    offer.hidden = !links.length;
    say(page);
  } catch (error) {
    if (error.name !== "AbortError") hide();
  }
}

function wished() {
  const form = document.getElementById("filter");
  const url = new URL(form.action);
  for (const [name, value] of new FormData(form)) if (value && name !== "search") url.searchParams.set(name, value);
  if (box.value.trim()) url.searchParams.set("search", box.value.trim());
  return url.pathname + url.search;
}

function later() {
  clearTimeout(timer);
  const text = box.value.trim();
  timer = setTimeout(() => (document.getElementById("listing") ? show(wished()) : suggest(text)), PAUSE);
}

box.addEventListener("input", later);
box.form.addEventListener("submit", () => {
  clearTimeout(timer);
  if (asked) asked.abort();
});
box.form.addEventListener("focusout", (event) => {
  if (!box.form.contains(event.relatedTarget)) hide();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || offer.hidden) return;
  hide();
  box.focus();
});
document.addEventListener("change", (event) => {
  if (event.target.form && event.target.form.id === "filter") show(wished());
});
document.addEventListener("submit", (event) => {
  if (event.target.id !== "filter") return;
  event.preventDefault();
  show(wished());
});
