// Up to four units side by side; which ones, the address says: ?a=kanwil-ntt&b=kanwil-ntb
"use strict";

(async () => {
  const PLACES = ["a", "b", "c", "d"];
  const place = document.getElementById("banding");
  if (!place) return;
  const element = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const drawn = (tag, attributes, ...children) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };
  const whole = new Intl.NumberFormat("id-ID");
  const tenths = new Intl.NumberFormat("id-ID", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const number = (value, form = whole) => (value === null || value === undefined ? "–" : form.format(value));

  const excuse = (said) => {
    place.hidden = false;
    place.append(element("p", { className: "none" }, said));
  };
  if (!location.protocol.startsWith("http")) {
    excuse("Situs ini dibuka dari sebuah map, dan dari map peramban tidak mengambil angka untuk dibandingkan. Angka yang sama ada di bawah ini.");
    return;
  }
  let figures;
  try {
    figures = await (await fetch(place.dataset.figures)).json();
  } catch {
    excuse("Angkanya tidak dapat diambil; muat ulang halaman ini.");
    return;
  }
  const { months, labels, provisional, platforms, units } = figures;
  const known = Object.entries(units).sort(([, a], [, b]) => a.name.localeCompare(b.name, "id"));
  const last = months.length - 1;

  // A unit's ranks over the months, the best on top; a month without a rank leaves a gap.
  const line = (ranks, lowest, label) => {
    const x = (at) => 4 + (at * 112) / Math.max(ranks.length - 1, 1);
    const y = (rank) => 4 + ((rank - 1) * 24) / Math.max(lowest - 1, 1);
    const runs = [[]];
    ranks.forEach((rank, at) => {
      if (rank === null) runs.push([]);
      else runs[runs.length - 1].push(`${x(at).toFixed(1)},${y(rank).toFixed(1)}`);
    });
    const lines = runs.filter((run) => run.length > 1)
      .map((run) => drawn("polyline", { points: run.join(" ") }));
    const ends = runs.filter((run) => run.length).map((run) => {
      const [cx, cy] = run[run.length - 1].split(",");
      return drawn("circle", { cx, cy, r: 2.5 });
    });
    const attributes = { class: "spark", viewBox: "0 0 120 32", role: "img", "aria-label": label };
    return drawn("svg", attributes, ...lines, ...ends);
  };

  const table = (title, about, heads, rows) => {
    const cells = (tag, row, scope) => row.map((cell, at) => {
      const made = element(at ? tag : "th", { className: at ? "num" : "" }, ...[cell].flat());
      if (!at || tag === "th") made.scope = at || scope === "col" ? "col" : "row";
      return made;
    });
    const head = element("thead", {}, element("tr", {}, ...cells("th", heads, "col")));
    const body = element("tbody", {}, ...rows.map((row) => element("tr", {}, ...cells("td", row, "row"))));
    const caption = element("caption", { className: "sr" }, title);
    const grid = element("table", { className: "plain figures side" }, caption, head, body);
    const scroll = element("div", { className: "scroll", tabIndex: 0 }, grid);
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", title);
    const header = element("div", { className: "part-head" }, element("h2", {}, title), element("p", {}, about));
    return element("div", { className: "part-tight" }, header, scroll);
  };

  const asked = new URLSearchParams(location.search);
  const selects = PLACES.map((name, at) => {
    const options = known.map(([id, unit]) => element("option", { value: id }, unit.name));
    const select = element("select", { id: `banding-${name}` }, element("option", { value: "" }, "–"), ...options);
    const wanted = asked.get(name);
    select.value = Object.hasOwn(units, wanted ?? "") ? wanted : "";
    return { name, select, label: element("label", {}, element("span", {}, `Satuan kerja ${at + 1}`), select) };
  });
  const shown = element("div", {});
  const said = element("p", { className: "said", role: "status" });

  // Without an account there, a dash; with one and no posts, that is said.
  const onPlatform = (now) => {
    if (!now) return "–";
    const [posts, measured, i24] = now;
    if (!posts) return "tanpa unggahan";
    return [number(i24), element("small", {}, `${number(measured)} dari ${number(posts)} terukur`)];
  };

  const show = () => {
    const ids = [...new Set(selects.map(({ select }) => select.value).filter(Boolean))];
    const chosen = ids.map((id) => units[id]);
    said.textContent = chosen.length ? "" : "Pilih satuan kerja untuk dibandingkan.";
    if (!chosen.length) return shown.replaceChildren();
    const names = chosen.map((unit) =>
      element("a", { href: place.dataset.root + unit.path }, element("bdi", {}, unit.name)));
    const heads = (first) => [first, ...names.map((link) => link.cloneNode(true))];
    const of = (name, value) => [name, ...chosen.map((unit) => value(unit))];
    const perPost = (unit) => (unit.measured[last] && unit.i24[last] !== null
      ? Math.round(unit.i24[last] / unit.measured[last]) : null);
    const lowest = Math.max(1, ...known.flatMap(([, unit]) => [unit.popular[last] ?? 1]));
    const ranks = (unit) => unit.popular.map((rank) => rank ?? null);
    const spoken = (unit) => `${unit.name}, Terpopuler tiap bulan: ${ranks(unit).map((rank) => rank ?? "tanpa").join(", ")}`;
    const state = provisional[last] ? ", sementara" : "";
    shown.replaceChildren(
      table(labels[last], `Angka bulan ini${state}.`, heads("Ukuran"), [
        of("Peringkat Terpopuler", (unit) => number(unit.popular[last])),
        of("Peringkat Teraktif", (unit) => number(unit.active[last])),
        of("Interaksi", (unit) => number(unit.i24[last])),
        of("Unggahan", (unit) => number(unit.posts[last])),
        of("Terukur", (unit) => number(unit.measured[last])),
        of("Interaksi per unggahan", (unit) => number(perPost(unit))),
        of("Per 1.000 pengikut", (unit) => number(unit.rate[last], tenths)),
      ]),
      table("Tiap platform", `Interaksi dan unggahan ${labels[last]}${state}.`, heads("Platform"),
        platforms.map((platform, at) => of(platform, ({ now }) => onPlatform(now[at])))),
      table("Dari bulan ke bulan", "Peringkat Terpopuler, dan jumlah interaksinya.", heads("Bulan"), [
        of("Garis peringkat", (unit) => line(ranks(unit), lowest, spoken(unit))),
        ...months.map((_, at) => of(labels[at] + (provisional[at] ? " (sementara)" : ""), (unit) =>
          [number(unit.popular[at]), element("small", {}, number(unit.i24[at]))])).reverse(),
      ]),
    );
  };

  const choose = () => {
    const query = new URLSearchParams(location.search);
    for (const { name, select } of selects) {
      if (select.value) query.set(name, select.value);
      else query.delete(name);
    }
    const text = query.toString();
    try {
      history.replaceState(null, "", text ? `?${text}` : location.pathname);
    } catch {
      // A page that was opened from a folder has no address to send.
    }
    show();
  };
  for (const { select } of selects) select.addEventListener("change", choose);
  place.append(element("div", { className: "filters" }, ...selects.map(({ label }) => label)), said, shown);
  place.hidden = false;
  show();
})();
