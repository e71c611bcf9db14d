// Sorting, searching and filtering on top of pages that are complete without it.
"use strict";

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

// Tables: a heading becomes, or gets, a button that sorts by its column.
const valueOf = (row, column) => {
  const cell = row.cells[column];
  if (cell.dataset.value) return Number(cell.dataset.value);
  if (!cell.classList.contains("num")) return cell.textContent.trim().toLowerCase();
  const number = Number(cell.textContent.replace(/[^\d,-]/g, "").replace(",", "."));
  return /\d/.test(cell.textContent) ? number : Infinity;
};

const sortBy = (table, heading, column) => {
  const descending = heading.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, value: valueOf(row, column) }));
  rows.sort(({ value: a }, { value: b }) => {
    if (a === Infinity || b === Infinity) return (a === Infinity) - (b === Infinity);
    const order = typeof a === "string" ? a.localeCompare(b, "id") : a - b;
    return descending ? -order : order;
  });
  body.append(...rows.map(({ row }) => row));
};

for (const table of document.querySelectorAll("table[data-sort]")) {
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    if (heading.classList.contains("wide")) return;
    // A link in a heading stays a link: the button stands beside it, and says what it sorts by.
    const button = make("button", { type: "button", className: "sort" });
    if (heading.querySelector("a")) button.ariaLabel = `Urutkan menurut ${heading.textContent.trim()}`;
    else button.append(...heading.childNodes);
    button.addEventListener("click", () => sortBy(table, heading, column));
    heading.append(button);
  });
}

// A link into a folded list unfolds it.
const unfold = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = target && target.closest("details");
  if (fold && !fold.open) {
    fold.open = true;
    target.scrollIntoView();
  }
};
addEventListener("hashchange", unfold);
unfold();

// The list of units: a field that keeps the rows that match every word.
for (const place of document.querySelectorAll("[data-find]")) {
  const rows = [...document.querySelectorAll("[data-find-text]")];
  const groups = [...document.querySelectorAll("[data-find-group]")];
  const said = make("p", { className: "said", role: "status" });
  const field = make("input", { type: "search", id: "cari", autocomplete: "off" });
  const search = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      row.hidden = !words.every((word) => row.dataset.findText.includes(word));
      count += row.hidden ? 0 : 1;
    }
    for (const group of groups) {
      group.hidden = !group.querySelector("[data-find-text]:not([hidden])");
    }
    said.textContent = words.length ? `${count} satuan kerja cocok` : "";
  };
  field.addEventListener("input", search);
  place.append(make("label", { htmlFor: "cari" }, "Cari nama, provinsi, atau akun"), field, said);
  place.className = "find";
  place.hidden = false;
}

// Posts: one choice of platform and one of what deserves a look; the address keeps both.
const choice = (label, options, apply) => {
  const select = make("select", {}, ...options.map(([value, text]) => make("option", { value }, text)));
  select.addEventListener("change", apply);
  return [make("label", {}, make("span", {}, label), select), select];
};

const PICKS = {
  "": "semua",
  "tak-terukur": "tidak terukur",
  perkiraan: "perkiraan",
  berjalan: "berjalan",
  "tidak-dihitung": "tidak dihitung",
  bertanda: "bertanda",
};

for (const place of document.querySelectorAll("[data-filter]")) {
  const posts = [...document.getElementById(place.dataset.filter).tBodies[0].rows];
  const names = new Map(posts.map((post) => [post.dataset.platform, post.dataset.name]));
  const found = new Set(posts.flatMap((post) => post.dataset.picks.split(" ")));
  const said = make("span", { className: "said", role: "status" });
  const narrow = () => {
    let count = 0;
    for (const post of posts) {
      const fits =
        (!platform.value || post.dataset.platform === platform.value) &&
        (!pick.value || post.dataset.picks.split(" ").includes(pick.value));
      post.hidden = !fits;
      count += fits ? 1 : 0;
    }
    said.textContent = platform.value || pick.value ? `${count} dari ${posts.length} unggahan` : "";
  };
  const apply = () => {
    narrow();
    const query = new URLSearchParams(location.search);
    for (const [name, select] of [["platform", platform], ["saring", pick]]) {
      if (select.value) query.set(name, select.value);
      else query.delete(name);
    }
    const asked = query.toString();
    history.replaceState(null, "", (asked ? `?${asked}` : location.pathname) + location.hash);
  };
  const [platformLabel, platform] = choice("Platform", [["", "semua"], ...names], apply);
  const options = Object.entries(PICKS).filter(([key]) => !key || found.has(key));
  const [pickLabel, pick] = choice("Tampilkan", options, apply);
  place.append(platformLabel, pickLabel, said);
  place.className = "filters";
  place.hidden = false;
  const asked = new URLSearchParams(location.search);
  platform.value = names.has(asked.get("platform")) ? asked.get("platform") : "";
  pick.value = found.has(asked.get("saring")) ? asked.get("saring") : "";
  narrow();
}
