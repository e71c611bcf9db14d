// Sorting, searching and filtering on top of pages that are complete without it.
"use strict";

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

// What a reader chose stands in the address, so that it can be sent to others.
const query = (name) => new URLSearchParams(location.search).get(name) ?? "";

const remember = (chosen) => {
  const asked = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(chosen)) {
    if (value) asked.set(name, value);
    else asked.delete(name);
  }
  const said = asked.toString();
  try {
    history.replaceState(null, "", (said ? `?${said}` : location.pathname) + location.hash);
  } catch {
    // A page that was opened from a folder has no address to send.
  }
};

// A text as it is compared: small letters without marks, and without the @ of handles.
const plain = (text) =>
  text.normalize("NFKD").replace(/\p{M}/gu, "").replaceAll("@", "").toLowerCase();

// How long ago something was, in words.
const ago = (milliseconds) => {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 60) return `${Math.max(minutes, 1)} menit lalu`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} jam lalu` : `${Math.floor(hours / 24)} hari lalu`;
};

// Whether the numbers still follow the platforms, a page cannot know by itself: it asks for the
// last read, and says so when that is old. Where nothing can be asked, nothing is said.
const askFreshness = async () => {
  const { fresh } = document.documentElement.dataset;
  if (!fresh || !location.protocol.startsWith("http")) return;
  try {
    const answer = await fetch(fresh, { cache: "no-cache" });
    const { read_at: readAt, stale_after_minutes: limit } = await answer.json();
    const age = Date.now() - Date.parse(readAt);
    if (!(limit > 0 && age > limit * 60_000)) return;
    const bar = document.getElementById("basi");
    bar.querySelector("span").textContent = `Data terakhir dibaca ${ago(age)}.`;
    bar.hidden = false;
  } catch {
    // A page without its freshness is the page as it was put.
  }
};
askFreshness();

// Tables: a heading becomes, or gets, a button that sorts by its column.
const valueOf = (row, column) => {
  const cell = row.cells[column];
  if (cell.dataset.value) return Number(cell.dataset.value);
  if (!cell.classList.contains("num")) return cell.textContent.trim().toLowerCase();
  const number = Number(cell.textContent.replace(/[^\d,-]/g, "").replace(",", "."));
  return /\d/.test(cell.textContent) ? number : Infinity;
};

const sortBy = (table, heading, column, descending) => {
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

// The address says which table is sorted, by what, and how: ?urut=teraktif.unggahan.turun
for (const table of document.querySelectorAll("table[data-sort]")) {
  const name = table.closest("[aria-labelledby]")?.getAttribute("aria-labelledby") ?? "";
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    const what = plain(heading.textContent).replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
    const asked = `${name}.${what || column}`;
    if (query("urut") === asked || query("urut") === `${asked}.turun`) {
      sortBy(table, heading, column, query("urut") !== asked);
    }
    if (heading.classList.contains("wide")) return;
    // A link in a heading stays a link: the button stands beside it, and says what it sorts by.
    const button = make("button", { type: "button", className: "sort" });
    if (heading.querySelector("a")) button.ariaLabel = `Urutkan menurut ${heading.textContent.trim()}`;
    else button.append(...heading.childNodes);
    button.addEventListener("click", () => {
      const descending = heading.getAttribute("aria-sort") === "ascending";
      sortBy(table, heading, column, descending);
      remember({ urut: descending ? `${asked}.turun` : asked });
    });
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

// The list of units: a field that keeps the rows that match every word. A list of many pages has
// its units in a file, which is asked for when somebody types.
const MOST_FOUND = 100;

for (const place of document.querySelectorAll("[data-find]")) {
  const { find: all, findIndex: index, findRoot: root } = place.dataset;
  const rows = [...document.querySelectorAll("[data-find-text]")];
  const groups = [...document.querySelectorAll("[data-find-group]")];
  const said = make("p", { className: "said", role: "status" });
  const found = make("ul", { className: "found" });
  const field = make("input", { type: "search", id: "cari", autocomplete: "off" });
  let units;
  const ask = () => {
    units ??= fetch(index).then((answer) => answer.json());
    return units;
  };
  const among = (texts, words, keep) => {
    let count = 0;
    texts.forEach((text, at) => {
      const fits = words.every((word) => text.includes(word));
      keep(at, fits);
      count += fits ? 1 : 0;
    });
    return count;
  };
  const inRows = (words) => {
    const texts = rows.map((row) => row.dataset.findText);
    const count = among(texts, words, (at, fits) => { rows[at].hidden = !fits; });
    for (const group of groups) group.hidden = !group.querySelector("[data-find-text]:not([hidden])");
    return count;
  };
  const inFile = async (words) => {
    const known = words.length ? await ask() : [];
    const items = [];
    const count = among(known.map((unit) => unit[3]), words, (at, fits) => {
      if (!fits || items.length >= MOST_FOUND) return;
      const [name, full, path] = known[at];
      const link = make("a", { href: root + path }, make("bdi", {}, name));
      items.push(make("li", {}, link, ...(full ? [" ", make("small", {}, full)] : [])));
    });
    found.replaceChildren(...items);
    for (const group of groups) group.hidden = words.length > 0;
    return count;
  };
  const search = async () => {
    const typed = field.value;
    const words = plain(typed).split(/\s+/).filter(Boolean);
    remember({ cari: typed.trim() });
    const count = await (index ? inFile(words) : inRows(words));
    if (field.value !== typed) return;
    if (!words.length) said.textContent = "";
    else if (count) said.textContent = `${count} satuan kerja cocok`;
    else {
      const link = make("a", { href: location.pathname }, `lihat semua ${all}`);
      said.replaceChildren("Tidak ada yang cocok; ", link);
    }
  };
  field.addEventListener("input", () => search().catch(() => { units = undefined; }));
  place.append(make("label", { htmlFor: "cari" }, "Cari nama, provinsi, atau akun"), field, said, found);
  place.className = "find";
  place.hidden = false;
  field.value = query("cari");
  if (field.value) field.dispatchEvent(new Event("input"));
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
    remember({ platform: platform.value, saring: pick.value });
  };
  const [platformLabel, platform] = choice("Platform", [["", "semua"], ...names], apply);
  const options = Object.entries(PICKS).filter(([key]) => !key || found.has(key));
  const [pickLabel, pick] = choice("Tampilkan", options, apply);
  place.append(platformLabel, pickLabel, said);
  place.className = "filters";
  place.hidden = false;
  platform.value = names.has(query("platform")) ? query("platform") : "";
  pick.value = found.has(query("saring")) ? query("saring") : "";
  narrow();
}
