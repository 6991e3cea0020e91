// A small single-page shop on the public API, built as frontends of the application are: a list to search and to
// filter, and a page per product with the button of WhatsApp.
import "./style.css";

const root = document.getElementById("root");

async function api(path) {
  const answer = await fetch(`/api/${path}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function link(path, text) {
  return element("a", {
    href: path,
    textContent: text,
    onclick(event) {
      event.preventDefault();
      history.pushState(null, "", path);
      route();
    },
  });
}

async function listing() {
  const [settings, categories] = await Promise.all([api("settings/"), api("categories/main_categories/")]);
  const company = [settings].flat()[0]?.company_name ?? "Vitrine";
  const search = element("input", { id: "search", type: "search", ariaLabel: "Rechercher" });
  const category = element("select", { id: "category", ariaLabel: "Catégorie" }, new Option("Toutes", ""));
  for (const { name, slug } of categories) category.append(new Option(name, slug));
  const count = element("p", { id: "count" });
  const list = element("ul", { id: "list" });
  const fill = async () => {
    const asked = new URLSearchParams({ search: search.value, category: category.value });
    const page = await api(`products/?${asked}`);
    count.textContent = `${page.count} produits`;
    list.replaceChildren(
      ...page.results.map((product) => {
        const item = element("li", {}, link(`/products/${product.slug}`, product.name), ` ${product.display_price}`);
        const picture = product.image_url ?? product.image;
        if (picture) item.prepend(element("img", { src: picture, alt: "", width: 80, height: 60 }));
        return item;
      }),
    );
  };
  search.oninput = fill;
  category.onchange = fill;
  root.replaceChildren(element("main", {}, element("h1", { textContent: company }), search, category, count, list));
  await fill();
}

async function product(slug) {
  const found = await api(`products/${slug}/`);
  const order = element("a", { id: "whatsapp", href: found.whatsapp_link, textContent: "Commander sur WhatsApp" });
  const name = element("h1", { textContent: found.name });
  root.replaceChildren(element("main", {}, link("/", "Retour"), name, element("p", {}, found.display_price), order));
}

function route() {
  const [, slug] = location.pathname.match(/^\/products\/([^/]+)/) ?? [];
  (slug ? product(decodeURIComponent(slug)) : listing()).catch((error) => console.error(error));
}

window.addEventListener("popstate", route);
route();
