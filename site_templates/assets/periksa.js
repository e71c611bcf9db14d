// A month checked again: from its evidence to its rankings, in the reader's own browser.
//
// The first part knows the rules and nothing of a page: Node can load it too. It was written from
// the method page and from the evidence's format, not from the program that made the ranking, so
// that two programs have to agree. The second part is the page. Instants are seconds since 1970.
"use strict";

// A block, so that no name meets that of another script: a module would not load from a folder.
{

const HOUR = 3600;
const DAY = 24 * HOUR;
const PLATFORMS = ["instagram", "facebook", "x", "tiktok", "youtube"];
const COUNTED = {
  instagram: ["likes", "comments"],
  facebook: ["likes", "comments", "shares"],
  x: ["likes", "comments", "shares"],
  tiktok: ["likes", "comments", "shares"],
  youtube: ["likes", "comments"],
};
const COUNTERS = ["likes", "comments", "shares", "views"];
const RANKINGS = ["most_active", "most_popular"];
// The formulas that are known here, and the fields that each adds to a row.
const FORMULAS = { 1: [], 2: ["rank_best", "rank_worst", "largest_share"] };

const LARGEST = 256 * 1024 * 1024; // bytes of evidence, unpacked
const LONGEST = 4 * 1024 * 1024; // characters of a line
const MOST_LINES = 1_000_000;
const TOO_LARGE = "Bukti ini lebih besar daripada bukti sebulan mana pun (256 MB).";

// What cannot be checked, and why: the message is for the reader.
class Unreadable extends Error {}

// SHA-256 (FIPS 180-4) of bytes that come in parts. The browser's own wants all of them at once,
// and is missing where a site has no HTTPS.
const ROUNDS = new Int32Array(64);
const START = new Int32Array(8);
{
  // All numbers are 32 bits with a sign: engines work on those as they are.
  // The first 32 bits of the fractions of cube and square roots of the first primes.
  const bits = (root) => Math.floor((root - Math.floor(root)) * 2 ** 32);
  let found = 0;
  for (let n = 2; found < 64; n += 1) {
    let isPrime = true;
    for (let d = 2; d * d <= n; d += 1) if (n % d === 0) isPrime = false;
    if (!isPrime) continue;
    if (found < 8) START[found] = bits(Math.sqrt(n));
    ROUNDS[found] = bits(Math.cbrt(n));
    found += 1;
  }
}

class Sha256 {
  constructor() {
    this.state = START.slice();
    this.block = new Uint8Array(64);
    this.words = new Int32Array(64);
    this.size = 0;
  }

  add(bytes) {
    let at = 0;
    while (at < bytes.length) {
      const filled = this.size % 64;
      const taken = Math.min(64 - filled, bytes.length - at);
      if (taken === 64) {
        this.mix(bytes, at);
      } else {
        this.block.set(bytes.subarray(at, at + taken), filled);
        if (filled + taken === 64) this.mix(this.block, 0);
      }
      this.size += taken;
      at += taken;
    }
  }

  mix(bytes, at) {
    const w = this.words;
    for (let i = 0; i < 16; i += 1) {
      const j = at + 4 * i;
      w[i] = (bytes[j] << 24) | (bytes[j + 1] << 16) | (bytes[j + 2] << 8) | bytes[j + 3];
    }
    for (let i = 16; i < 64; i += 1) {
      const x = w[i - 15];
      const y = w[i - 2];
      const low = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const high = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (((w[i - 16] + low) | 0) + ((w[i - 7] + high) | 0)) | 0;
    }
    const state = this.state;
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const choice = ((e & f) ^ (~e & g)) + ((ROUNDS[i] + w[i]) | 0);
      const one = (((h + s1) | 0) + (choice | 0)) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }

  hex() {
    const bits = this.size * 8;
    const padding = new Uint8Array((this.size % 64 < 56 ? 64 : 128) - (this.size % 64));
    padding[0] = 0x80;
    const end = new DataView(padding.buffer);
    end.setUint32(padding.length - 8, Math.floor(bits / 2 ** 32));
    end.setUint32(padding.length - 4, bits >>> 0);
    this.add(padding);
    return [...this.state].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }
}

// Numbers: whole ones, exact. What is too large for that is refused, never rounded in silence.
const exact = (number) => {
  if (!Number.isSafeInteger(number)) {
    throw new Unreadable("Ada angka yang melebihi 9.007.199.254.740.991; pakailah baris perintah.");
  }
  return number;
};
const sum = (numbers) => numbers.reduce((all, number) => exact(all + number), 0);

// n / d (d > 0) to the nearest whole number, half up; for BigInt.
const roundedBig = (n, d) => {
  const doubled = 2n * n + d;
  const quotient = doubled / (2n * d);
  return exact(Number(doubled < 0n && quotient * 2n * d !== doubled ? quotient - 1n : quotient));
};
const rounded = (factor, other, d) => {
  const n = factor * other;
  return Number.isSafeInteger(2 * n + d) && d < 2 ** 50
    ? Math.floor((2 * n + d) / (2 * d))
    : roundedBig(BigInt(factor) * BigInt(other), BigInt(d));
};

// Texts by code points, as every sorted list of the site is: JavaScript alone compares UTF-16.
const unitOrder = (code) => (code < 0xd800 ? code : code < 0xe000 ? code + 0x2000 : code - 0x800);
const byCodePoint = (a, b) => {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i += 1) {
    const difference = unitOrder(a.charCodeAt(i)) - unitOrder(b.charCodeAt(i));
    if (difference) return difference;
  }
  return a.length - b.length;
};

// What a key leads to, made the first time that it is asked for.
const at = (map, key, make) => {
  if (!map.has(key)) map.set(key, make());
  return map.get(key);
};

// Months, bounded in the agency's time zone.
const offsetIn = (zone) => {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric",
    hour: "numeric", minute: "numeric", second: "numeric",
  });
  return (instant) => {
    const part = {};
    for (const { type, value } of format.formatToParts(instant * 1000)) part[type] = Number(value);
    const wall = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
    return wall / 1000 - instant;
  };
};

// The instant of a local midnight. Where a clock is put forward or back just then, the offset from
// before the change holds.
const midnight = (year, month, offset) => {
  const wall = Date.UTC(year, month - 1, 1) / 1000;
  const before = offset(wall - 2 * DAY);
  const after = offset(wall + 2 * DAY);
  if (offset(wall - before) !== before && offset(wall - after) === after) return wall - after;
  return wall - before;
};

const monthBounds = (name, zone) => {
  const [year, month] = name.split("-").map(Number);
  let offset;
  try {
    offset = offsetIn(zone);
  } catch {
    throw new Unreadable(`Zona waktu ${zone} tidak dikenal peramban ini.`);
  }
  return [midnight(year, month, offset), midnight(year, month + 1, offset)];
};

// The evidence, read line by line and kept small: of each post what its measuring needs.
const isText = (value) => typeof value === "string";
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;

const need = (holds, what) => {
  if (!holds) throw new Unreadable(what);
};
const instant = (text, what) => {
  const found = isText(text) && /^\d{4}-\d\d-\d\dT.*Z$/.test(text) ? Date.parse(text) / 1000 : NaN;
  need(Number.isFinite(found), `${what} bukan waktu`);
  return found;
};
const text = (value, what) => {
  need(isText(value), `${what} bukan teks`);
  return value;
};
const list = (value, what) => {
  need(Array.isArray(value), `${what} bukan daftar`);
  return value;
};
const countOrNull = (value, what) => {
  need(value === null || isCount(value), `${what} bukan bilangan yang dapat dihitung`);
  return value;
};
const platformOf = (value) => {
  need(PLATFORMS.includes(value), "platform tidak dikenal");
  return value;
};

const LINES = {
  month(line, evidence) {
    need(evidence.month === null, "baris month lebih dari satu");
    need(/^\d{4}-(0[1-9]|1[0-2])$/.test(text(line.month, "month")), "month bukan bulan");
    need(isObject(line.rules), "rules bukan objek");
    const { band_least: least, band_fewest: fewest } = line.rules;
    need(isCount(least) && isCount(fewest), "rules tanpa batas kelompok");
    for (const edge of list(line.rules.band_edges, "band_edges")) countOrNull(edge, "band_edges");
    evidence.month = { ...line, at: instant(line.as_of, "as_of") };
    text(line.formula, "formula");
    text(line.timezone, "timezone");
  },
  satker(line, evidence) {
    evidence.units.push({
      id: text(line.id, "id"), name: text(line.name, "name"), kind: text(line.kind, "kind"),
    });
  },
  account(line, evidence) {
    const platform = platformOf(line.platform);
    evidence.accounts.push({
      platform,
      satker: text(line.satker, "satker"),
      key: line.account_id === null ? null : `${platform}:${text(line.account_id, "account_id")}`,
      from: instant(line.valid_from, "valid_from"),
      to: line.valid_to === null ? Infinity : instant(line.valid_to, "valid_to"),
      followers: list(line.followers, "followers").map((read) => {
        need(isCount(list(read, "followers")[1]), "followers bukan bilangan");
        return { at: instant(read[0], "followers"), count: read[1] };
      }),
      past: list(line.past, "past").map((post) => {
        need(isCount(list(post, "past")[0]), "past bukan bilangan");
        return { i24: post[0], talk: countOrNull(post[1], "past") };
      }),
    });
  },
  previous(line, evidence) {
    need(isObject(line.ranks), "ranks bukan objek");
    for (const rank of Object.values(line.ranks)) countOrNull(rank, "ranks");
    evidence.previous.set(scopeKey(line), new Map(Object.entries(line.ranks)));
  },
  decision(line, evidence) {
    evidence.decisions.push({
      ...line,
      platform: platformOf(line.platform),
      post_id: text(line.post_id, "post_id"),
      id: text(line.id, "id"),
      at: instant(line.at, "at"),
      value: countOrNull(line.value, "value"),
    });
  },
  objection() {},
  post(line, evidence) {
    const platform = platformOf(line.platform);
    evidence.posts.push({
      platform,
      account: `${platform}:${text(line.account_id, "account_id")}`,
      accountId: line.account_id,
      id: text(line.post_id, "post_id"),
      at: instant(line.published_at, "published_at"),
      repeats: line.duplicate_of !== null,
      absences: list(line.absences, "absences").map((time) => instant(time, "absences")),
      samples: list(line.samples, "samples").map((sample) => {
        need(isObject(sample), "sampel bukan objek");
        const read = { at: instant(sample.taken_at, "taken_at") };
        for (const name of COUNTERS) read[name] = countOrNull(sample[name], name);
        return read;
      }),
    });
  },
};

const scopeKey = (scope) =>
  JSON.stringify([
    scope.ranking, scope.platform ?? null, scope.kind ?? null, scope.band ?? null,
    scope.band_from ?? null, scope.band_below ?? null,
  ]);

// Takes the uncompressed bytes in parts. The first fault is kept; the digest goes on to the end.
class EvidenceReader {
  constructor() {
    this.sha = new Sha256();
    this.decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    this.rest = "";
    this.lines = 0;
    this.fault = null;
    this.digest = null;
    this.evidence = {
      month: null, units: [], accounts: [], previous: new Map(), decisions: [], posts: [],
    };
  }

  add(bytes) {
    this.sha.add(bytes);
    need(this.sha.size <= LARGEST, TOO_LARGE);
    if (this.fault) return;
    try {
      this.take(this.decoder.decode(bytes, { stream: true }));
    } catch (error) {
      this.fail(error);
    }
  }

  end() {
    this.digest = this.sha.hex();
    if (this.fault) return;
    try {
      this.take(this.decoder.decode());
      need(this.rest === "", "Bukti ini terpotong: baris terakhirnya tidak selesai.");
      need(this.evidence.month !== null, "Bukti ini tidak punya baris month.");
    } catch (error) {
      this.fail(error);
    }
  }

  take(piece) {
    const lines = (this.rest + piece).split("\n");
    this.rest = lines.pop();
    need(this.rest.length <= LONGEST, `Baris ${this.lines + 1} terlalu panjang untuk baris bukti.`);
    for (const line of lines) {
      this.lines += 1;
      need(this.lines <= MOST_LINES, "Bukti ini punya lebih dari satu juta baris.");
      this.line(line);
    }
  }

  line(line) {
    let parsed;
    try {
      parsed = JSON.parse(line);
    } catch {
      throw new Unreadable(
        this.lines === 1
          ? "Berkas ini bukan bukti: baris pertamanya bukan JSON."
          : `Baris ${this.lines} bukti rusak: bukan JSON yang utuh.`,
      );
    }
    try {
      need(isObject(parsed) && Object.hasOwn(LINES, parsed.type), "jenis baris tidak dikenal");
      LINES[parsed.type](parsed, this.evidence);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      throw new Unreadable(`Baris ${this.lines} bukti tidak dapat dipakai: ${error.message}.`);
    }
  }

  fail(error) {
    this.fault =
      error instanceof Unreadable
        ? error
        : new Unreadable(
            error instanceof TypeError
              ? "Berkas ini bukan bukti: isinya bukan teks UTF-8."
              : `Bukti tidak dapat dibaca (${error.name}).`,
          );
  }
}

// Measuring a post at its mark, 24 hours after it was published.
const known = (sample, names) => names.filter((name) => sample[name] !== null);
const total = (sample, names) => sum(names.map((name) => sample[name]));

const bracketOf = (post) => {
  const mark = post.at + DAY;
  const usable = post.samples.filter(
    ({ at: taken }) => taken - post.at >= 18 * HOUR && taken - post.at <= 30 * HOUR,
  );
  const before = usable.filter((sample) => sample.at <= mark).pop() ?? null;
  const after = usable.find((sample) => sample.at >= mark) ?? null;
  return { mark, before, after };
};

// The named counters at the mark; null without a read, or when none is known in each.
const valueAt = ({ mark, before, after }, names) => {
  const read = before ?? after;
  if (read === null) return null;
  const both = known(read, names).filter((name) => (after ?? read)[name] !== null);
  if (both.length === 0) return null;
  const [first, last] = [total(read, both), total(after ?? read, both)];
  const partial = both.length < names.length;
  if (before === null || after === null) {
    return { i24: first, lower: before && first, upper: after && first, partial };
  }
  const [lower, upper] = [Math.min(first, last), Math.max(first, last)];
  const span = after.at - before.at;
  const risen = span === 0 ? 0 : rounded(last - first, mark - before.at, span);
  return { i24: first + risen, lower, upper, partial };
};

const isRemoved = (post, mark) => {
  // A later sighting restores it.
  const seen = post.samples.length ? post.samples[post.samples.length - 1].at : -Infinity;
  const missed = post.absences.filter((time) => time > seen && time < mark);
  return missed.length > 1 && missed[missed.length - 1] - missed[0] >= 15 * 60;
};

// What had been read by an instant, so that one in the past can be replayed.
const knownAt = (post, now) => ({
  ...post,
  samples: post.samples.filter((sample) => sample.at <= now),
  absences: post.absences.filter((time) => time <= now),
});

const measure = (post, now) => {
  const bracket = bracketOf(post);
  const { mark, before, after } = bracket;
  const none = { i24: null, lower: null, upper: null, partial: false };
  if (isRemoved(post, mark)) return { state: "removed", ...none };
  if ((before === null || after === null) && now - post.at < 30 * HOUR) {
    const last = post.samples[post.samples.length - 1];
    const names = last ? known(last, COUNTED[post.platform]) : [];
    const i24 = names.length ? total(last, names) : null;
    return { state: "running", ...none, i24 };
  }
  const value = valueAt(bracket, COUNTED[post.platform]);
  if (value === null) return { state: "unmeasured", ...none };
  const isNear = (sample) => sample !== null && Math.abs(sample.at - mark) <= 5 * 60;
  if (isNear(before) || isNear(after)) return { state: "observed", ...value };
  const isNarrow = before !== null && after !== null && after.at - before.at <= 2 * HOUR;
  return { state: isNarrow ? "interpolated" : "estimated", ...value };
};

// Whether a post counts, and for whom.
const holds = (account, time) => account.from <= time && time < account.to;

// The accounts' lines by key; one that has changed hands has several.
const linesByKey = (accounts) => {
  const found = new Map();
  for (const account of accounts) {
    if (account.key !== null) at(found, account.key, () => []).push(account);
  }
  return found;
};

// Who held an account then; of several the first by id, null when nobody did.
const holderOf = (lines, time) =>
  (lines ?? [])
    .filter((line) => holds(line, time))
    .map((line) => line.satker)
    .sort(byCodePoint)[0] ?? null;

const rulingsOf = (decisions) => {
  // By post; of several answers to one question the latest holds.
  const found = new Map();
  const inOrder = [...decisions].sort((a, b) => a.at - b.at || byCodePoint(a.id, b.id));
  for (const decision of inOrder) {
    at(found, JSON.stringify([decision.platform, decision.post_id]), () => []).push(decision);
  }
  return (post) => {
    const ruling = {};
    for (const decision of found.get(JSON.stringify([post.platform, post.id])) ?? []) {
      if (decision.account_id !== null && decision.account_id !== post.accountId) continue;
      if (decision.action === "reassign") ruling.satker = decision.satker;
      else if (decision.action === "set_value") ruling.value = decision.value;
      else ruling.counts = decision.action === "include";
    }
    return ruling;
  };
};

function* judge(evidence, [begin, end]) {
  const now = evidence.month.at;
  const closing = end + 30 * HOUR;
  const rulingOf = rulingsOf(evidence.decisions);
  const listed = new Set(evidence.units.map((unit) => unit.id));
  const lines = linesByKey(evidence.accounts);
  const judged = [];
  for (const post of evidence.posts) {
    const ruling = rulingOf(post);
    const satker = ruling.satker ?? holderOf(lines.get(post.account), post.at);
    const measured = measure(knownAt(post, now), now);
    const isLate = post.samples.length > 0 && post.samples[0].at >= closing;
    const stands = measured.state !== "removed" && !post.repeats && !isLate;
    const counted =
      post.at >= begin && post.at < end && listed.has(satker) && (ruling.counts ?? stands);
    const value = ruling.value ?? null;
    const decided = value !== null;
    if (decided) {
      Object.assign(measured, { i24: value, lower: value, upper: value });
    }
    judged.push({ post, satker, counted, decided, ...measured });
    yield judged.length / evidence.posts.length;
  }
  return judged;
}

// Followers of an account at a post: the last read by then, else the first within a week.
const followersAt = (reads, time) => {
  let last = null;
  for (const read of reads) {
    if (read.at <= time) last = read;
    else return (last ?? (read.at - time <= 7 * DAY ? read : null))?.count || null;
  }
  return last?.count || null;
};

const compareFractions = ([a, b], [c, d]) => {
  const [left, right] = [a * d, c * b];
  if (Number.isSafeInteger(left) && Number.isSafeInteger(right)) return left - right;
  return Number(BigInt(a) * BigInt(d) - BigInt(c) * BigInt(b));
};

// The median of fractions, per 1,000 and in tenths.
const medianRate = (fractions) => {
  if (fractions.length === 0) return null;
  fractions.sort(compareFractions);
  const [a, b] = fractions[Math.floor((fractions.length - 1) / 2)].map(BigInt);
  const [c, d] = fractions[Math.floor(fractions.length / 2)].map(BigInt);
  return roundedBig(10_000n * (a * d + c * b), 2n * b * d) / 10;
};

// What is added up for a satker, over the posts of one list that count.
const emptyTally = () => ({
  posts: 0, measured: 0, i24: 0, low: 0, high: 0, largest: 0, rates: [], accounts: new Map(),
});
const tally = (into, each, followers) => {
  const account = at(into.accounts, each.post.account, () => ({ posts: 0, measured: 0 }));
  into.posts += 1;
  account.posts += 1;
  if (each.i24 === null) return;
  into.measured += 1;
  account.measured += 1;
  into.i24 = exact(into.i24 + each.i24);
  into.low = exact(into.low + (each.lower ?? each.i24));
  into.high = exact(into.high + (each.upper ?? each.i24));
  into.largest = Math.max(into.largest, each.i24);
  if (followers !== null && each.state !== "running" && !each.decided) {
    into.rates.push([each.i24, followers]);
  }
};

// Groups of satker of one size, by their followers when the month begins.
const sizeOf = (accounts, begin) => {
  const read = accounts.filter(({ followers }) => followers.length);
  const last = read
    .map(({ followers }) => followers.filter((each) => each.at <= begin).pop())
    .filter(Boolean);
  if (last.length) return sum(last.map((each) => each.count));
  const first = read.map(({ followers }) => followers[0]);
  const entered = Math.min(...first.map((each) => each.at));
  return sum(first.filter((each) => each.at - entered <= DAY).map((each) => each.count));
};

const isRegistered = (account, [begin, end]) =>
  Math.max(account.from, begin) < Math.min(account.to, end);

const bandsOf = (evidence, bounds) => {
  const { band_edges: edges, band_least: least, band_fewest: fewest } = evidence.month.rules;
  if (evidence.units.length < fewest) return [];
  const held = new Map();
  for (const account of evidence.accounts) {
    if (isRegistered(account, bounds)) at(held, account.satker, () => []).push(account);
  }
  const bands = [0, ...edges].map((from, i) => ({ from, below: edges[i] ?? null, members: [] }));
  for (const unit of evidence.units) {
    const accounts = held.get(unit.id) ?? [];
    const first = accounts.filter((account) => holds(account, bounds[0]));
    const isKnown = first.some(({ followers }) => followers.length);
    const size = sizeOf(isKnown ? first : accounts, bounds[0]);
    bands[edges.filter((edge) => edge <= size).length].members.push(unit);
  }
  while (bands.length > 1) {
    const sizes = bands.map((band) => band.members.length);
    const smallest = sizes.indexOf(Math.min(...sizes));
    if (sizes[smallest] >= least) break;
    const below = sizes[smallest - 1] ?? Infinity;
    const above = sizes[smallest + 1] ?? Infinity;
    const lower = below <= above ? smallest - 1 : smallest;
    const [one, other] = bands.splice(lower, 2);
    bands.splice(lower, 0, {
      from: one.from, below: other.below, members: [...one.members, ...other.members],
    });
  }
  return bands.length > 1 ? bands : [];
};

// One list: its rows in their order, with ranks and movement.
const descending = (a, b) => (b ?? -1) - (a ?? -1);

const rowsOf = (units, ranking, scope) => {
  const { tallies, registered, flags, previous, formula } = scope;
  const [figure, other] = ranking === "most_active" ? ["posts", "i24"] : ["i24", "posts"];
  const rows = units.map((unit) => {
    const sums = tallies.get(unit.id) ?? emptyTally();
    // Nothing posted is 0 only for who could have posted; nothing measured is never 0.
    const isKnown = sums.measured > 0 || (sums.posts === 0 && registered.has(unit.id));
    const i24 = isKnown ? sums.i24 : null;
    const row = {
      rank: null, satker: unit.id, name: unit.name, posts: sums.posts, measured: sums.measured, i24,
      engagement_rate: medianRate(sums.rates), movement_kind: "none", movement: null,
      thin: [...sums.accounts.values()].some((one) => one.measured * 100 < one.posts * 90),
      flags: [...(flags.get(unit.id) ?? [])].sort(byCodePoint),
    };
    const isRanked = registered.has(unit.id) && row[figure] !== null;
    return { row, sums, isRanked };
  });
  rows.sort(
    (a, b) =>
      b.isRanked - a.isRanked ||
      descending(a.row[figure], b.row[figure]) ||
      descending(a.row[other], b.row[other]) ||
      byCodePoint(a.row.satker, b.row.satker),
  );
  const ranked = rows.filter(({ isRanked }) => isRanked);
  ranked.forEach(({ row }, i) => {
    const above = i ? ranked[i - 1].row : null;
    row.rank = above && above[figure] === row[figure] ? above.rank : i + 1;
  });
  for (const { row } of ranked) move(row, previous);
  if (FORMULAS[formula].length) bound(rows, ranked, ranking);
  return rows.map(({ row }) => row);
};

const move = (row, previous) => {
  if (!previous) return;
  const last = previous.get(row.satker);
  if (last === undefined) row.movement_kind = "new";
  else if (last === null) row.movement_kind = "back";
  else {
    row.movement_kind = last > row.rank ? "up" : last < row.rank ? "down" : "same";
    row.movement = Math.abs(last - row.rank);
  }
};

// Between which ranks a satker stands when every value lies anywhere within its bounds.
const bound = (rows, ranked, ranking) => {
  const lows = ranked.map(({ sums }) => sums.low).sort((a, b) => a - b);
  const highs = ranked.map(({ sums }) => sums.high).sort((a, b) => a - b);
  for (const { row, sums, isRanked } of rows) {
    row.rank_best = row.rank;
    row.rank_worst = row.rank;
    if (isRanked && ranking === "most_popular") {
      row.rank_best = 1 + lows.length - firstAbove(lows, sums.high);
      row.rank_worst = highs.length - firstAbove(highs, sums.low - 1);
    }
    row.largest_share = row.i24 ? rounded(sums.largest, 1000, row.i24) / 10 : null;
  }
};

// How many of the sorted numbers are at most this.
const firstAbove = (sorted, number) => {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= number) low = middle + 1;
    else high = middle;
  }
  return low;
};

const EVERYTHING = { platform: null, kind: null, band: null, band_from: null, band_below: null };

// Every list of the month. A generator, so that a page can go on drawing meanwhile: it yields the
// share of the posts that are judged.
function* recompute(evidence) {
  const { month } = evidence;
  const formula = month.formula.split("-")[0];
  need(Object.hasOwn(FORMULAS, formula), `Halaman ini belum mengenal rumus ${month.formula}.`);
  const bounds = monthBounds(month.month, month.timezone);
  const judged = yield* judge(evidence, bounds);
  const flagged = yield* flagsOf(evidence, judged, bounds);

  const reads = new Map();
  for (const { key, followers } of evidence.accounts) {
    at(reads, key, () => []).push(...followers);
  }
  for (const each of reads.values()) each.sort((a, b) => a.at - b.at);
  const tallies = new Map();
  for (const each of judged) {
    if (!each.counted) continue;
    const followers = followersAt(reads.get(each.post.account) ?? [], each.post.at);
    for (const platform of [null, each.post.platform]) {
      const of = at(tallies, platform, () => new Map());
      tally(at(of, each.satker, emptyTally), each, followers);
    }
    yield 1;
  }

  const byPlatform = new Map();
  const givenOf = (platform) =>
    at(byPlatform, platform, () => {
      const isMeant = (name) => platform === null || name === platform;
      const present = evidence.accounts.filter(
        (account) => isRegistered(account, bounds) && isMeant(account.platform),
      );
      const registered = new Set(present.map((account) => account.satker));
      const flags = new Map();
      for (const { account, satker, code } of flagged) {
        if (isMeant(account.split(":", 1)[0])) at(flags, satker, () => new Set()).add(code);
      }
      return { tallies: tallies.get(platform) ?? new Map(), registered, flags, formula };
    });
  const byKind = new Map();
  for (const unit of evidence.units) at(byKind, unit.kind, () => []).push(unit);

  const scopes = [null, ...PLATFORMS].map((platform) => [evidence.units, { platform }]);
  for (const kind of [...byKind.keys()].sort(byCodePoint)) {
    scopes.push([byKind.get(kind), { kind }]);
  }
  bandsOf(evidence, bounds).forEach(({ from, below, members }, i) =>
    scopes.push([members, { band: i + 1, band_from: from, band_below: below }]),
  );
  const lists = [];
  for (const [units, facts] of scopes) {
    for (const ranking of RANKINGS) {
      const scope = { ranking, ...EVERYTHING, ...facts };
      const given = givenOf(scope.platform);
      given.previous = evidence.previous.get(scopeKey(scope));
      lists.push({ ...scope, rows: rowsOf(units, ranking, given) });
      yield 1;
    }
  }
  const { agency, state, incomplete, revision, as_of, run_id, reason } = month;
  return {
    agency, month: month.month, state, incomplete, revision, formula: month.formula, as_of, run_id,
    reason, lists, flags: flagged,
  };
}

// Flags: what deserves a look, with the numbers that say why. Percentages are in tenths.
const tenths = (part, whole) => Math.floor((part * 1000) / whole);

function* flagsOf(evidence, judged, [begin, end]) {
  const found = [];
  const byAccount = new Map();
  for (const each of judged) {
    const { post } = each;
    if (post.at >= begin && post.at < end) at(byAccount, post.account, () => []).push(each);
  }
  const lines = linesByKey(evidence.accounts);
  for (const [account, posts] of byAccount) {
    posts.sort((a, b) => a.post.at - b.post.at || byCodePoint(a.post.id, b.post.id));
    const standing = posts.filter((each) => each.state !== "removed");
    found.push(
      ...burstsOf(account, standing), ...sameTextOf(account, standing), ...fallsOf(account, posts),
      ...likesOnlyOf(account, posts, lines.get(account)?.[0].past ?? []),
    );
    yield 1;
  }
  for (const [account, own] of lines) {
    found.push(...jumpsOf(account, own, begin, end));
    yield 1;
  }
  // What happened while nobody held the account is nobody's.
  return found
    .filter((flag) => flag.satker !== null)
    .sort((a, b) => byCodePoint(a.account, b.account) || byCodePoint(a.satker, b.satker));
}

const iso = (seconds) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

// 10 posts or more of one account within 60 minutes; windows that share a post are one stretch.
function* burstsOf(account, posts) {
  let stretch = null;
  const told = ({ first, last, most }) => {
    const inside = posts.slice(first, last + 1);
    return {
      code: "burst", satker: inside[0].satker, account, post_ids: inside.map(({ post }) => post.id),
      most, begin: iso(inside[0].post.at), end: iso(inside[inside.length - 1].post.at),
    };
  };
  let first = 0;
  for (let last = 0; last < posts.length; last += 1) {
    while (posts[last].post.at - posts[first].post.at > HOUR) first += 1;
    const many = last - first + 1;
    if (many < 10) continue;
    if (stretch !== null && first <= stretch.last) {
      stretch.last = last;
      stretch.most = Math.max(stretch.most, many);
    } else {
      if (stretch !== null) yield told(stretch);
      stretch = { first, last, most: many };
    }
  }
  if (stretch !== null) yield told(stretch);
}

// 5 near-duplicates or more, and at least 30 % of the account's posts.
function* sameTextOf(account, posts) {
  const bySatker = new Map();
  for (const each of posts) at(bySatker, each.satker, () => []).push(each);
  for (const [satker, own] of bySatker) {
    const duplicates = own.filter(({ post }) => post.repeats).length;
    if (duplicates < 5 || duplicates * 10 < own.length * 3) continue;
    const percent = tenths(duplicates, own.length);
    yield { code: "same_text", satker, account, duplicates, posts: own.length, percent };
  }
}

// A counter that falls by more than 20 % and more than 20 from one read to the next that knows it.
function* fallsOf(account, posts) {
  for (const { post, satker } of posts) {
    for (const counter of COUNTERS) {
      let last = null;
      for (const read of post.samples) {
        if (read[counter] === null) continue;
        const fall = last === null ? 0 : last[counter] - read[counter];
        if (fall > 20 && fall * 5 > last[counter]) {
          yield {
            code: "counter_fall", satker, account, post_id: post.id, counter,
            before_at: iso(last.at), before: last[counter], after_at: iso(read.at),
            after: read[counter], percent: tenths(fall, last[counter]),
          };
        }
        last = read;
      }
    }
  }
}

// Well liked and hardly talked about, on an account whose last hundred posts were.
function* likesOnlyOf(account, posts, past) {
  const earlier = [...past];
  for (const { post, satker, counted, decided, state, i24, partial } of posts) {
    if (!counted || decided || state === "running" || i24 === null) continue;
    const names = COUNTED[post.platform].filter((name) => name !== "likes");
    const talk = partial ? null : valueAt(bracketOf(post), names).i24;
    if (i24 >= 200 && talk !== null && talk * 200 < i24) {
      const usual = earlier.slice(-100).filter((one) => one.talk !== null);
      const usualI24 = sum(usual.map((one) => one.i24));
      const usualTalk = sum(usual.map((one) => one.talk));
      if (usualI24 > 0 && usualTalk * 50 >= usualI24) {
        yield {
          code: "likes_only", satker, account, post_id: post.id, i24, talk,
          percent: tenths(talk, i24), earlier: usual.length, usual_i24: usualI24,
          usual_talk: usualTalk, usual_percent: tenths(usualTalk, usualI24),
        };
      }
    }
    earlier.push({ i24, talk });
  }
}

// Followers that change by more than 20 % and more than 500 between two reads within 48 hours.
function* jumpsOf(account, lines, begin, end) {
  const { followers } = lines[0];
  for (let i = 1; i < followers.length; i += 1) {
    const [before, after] = [followers[i - 1], followers[i]];
    const satker = holderOf(lines, after.at);
    if (after.at < begin || after.at >= end || satker === null) continue;
    const change = Math.abs(after.count - before.count);
    if (after.at - before.at <= 2 * DAY && change > 500 && change * 5 > before.count) {
      yield {
        code: "follower_jump", satker, account,
        before_at: iso(before.at), before: before.count, after_at: iso(after.at),
        after: after.count, percent: before.count ? tenths(change, before.count) : null,
      };
    }
  }
}

// A published ranking beside the recomputed one.
const MONTH_FIELDS = [
  "agency", "month", "state", "incomplete", "revision", "formula", "as_of", "run_id", "reason",
];

const readRanking = (json) => {
  let found;
  try {
    found = JSON.parse(json);
  } catch {
    throw new Unreadable("ranking.json rusak: bukan JSON yang utuh.");
  }
  const isRanking =
    isObject(found) && Array.isArray(found.lists) && Array.isArray(found.flags ?? []) &&
    found.lists.every(
      (each) =>
        isObject(each) && Array.isArray(each.rows) &&
        each.rows.every((row) => isObject(row) && isText(row.satker)),
    );
  need(isRanking, "ranking.json bukan peringkat: bentuknya lain.");
  return found;
};

// Values of JSON compare by content, whatever the order of an object's fields.
const isSame = (a, b) => {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((each, i) => isSame(each, b[i]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSame(a[name], b[name]))
  );
};

// Each difference: {scope, satker, field, published, computed}; undefined where one has nothing.
function* differences(published, computed) {
  const say = (facts) => ({ scope: null, satker: null, field: null, ...facts });
  for (const field of new Set([...MONTH_FIELDS, ...Object.keys(published)])) {
    if (["lists", "flags"].includes(field)) continue;
    const [one, other] = [published[field], computed[field]];
    if (!isSame(one ?? null, other ?? null)) yield say({ field, published: one, computed: other });
  }
  const names = ["account", "satker", "code", "post_id", "begin", "before_at", "counter"];
  const keyOf = (flag) => JSON.stringify(names.map((name) => flag?.[name] ?? null));
  const told = published.flags ?? [];
  const theirFlags = new Map(told.map((flag) => [keyOf(flag), flag]));
  const ourFlags = new Map(computed.flags.map((flag) => [keyOf(flag), flag]));
  for (const key of new Set([...theirFlags.keys(), ...ourFlags.keys()])) {
    const [one, other] = [theirFlags.get(key), ourFlags.get(key)];
    if (!isSame(one, other)) {
      const { satker } = other ?? one ?? {};
      yield say({ satker, field: "flags", published: one, computed: other });
    }
  }
  if (told.length !== theirFlags.size) yield say({ field: "flags" });
  const theirs = new Map(published.lists.map((each) => [scopeKey(each), each]));
  const ours = new Map(computed.lists.map((each) => [scopeKey(each), each]));
  for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
    const [one, other] = [theirs.get(key), ours.get(key)];
    if (!one || !other) {
      const [theirSize, ourSize] = [one?.rows.length, other?.rows.length];
      yield say({ scope: other ?? one, field: "rows", published: theirSize, computed: ourSize });
      continue;
    }
    for (const field of Object.keys(one)) {
      const [a, b] = [one[field] ?? null, other[field] ?? null];
      if (field !== "rows" && !isSame(a, b)) {
        yield say({ scope: other, field, published: one[field], computed: other[field] });
      }
    }
    yield* rowDifferences(one, other);
  }
  const isInOrder =
    published.lists.length === theirs.size && isSame([...theirs.keys()], [...ours.keys()]);
  if (!isInOrder) yield say({ field: "lists" });
}

function* rowDifferences(published, computed) {
  const scope = computed;
  const theirs = new Map(published.rows.map((row) => [row.satker, row]));
  const ours = new Map(computed.rows.map((row) => [row.satker, row]));
  for (const satker of new Set([...ours.keys(), ...theirs.keys()])) {
    const [one, other] = [theirs.get(satker), ours.get(satker)];
    if (!one || !other) {
      yield { scope, satker, field: "rank", published: one?.rank, computed: other?.rank };
      continue;
    }
    for (const field of new Set([...Object.keys(other), ...Object.keys(one)])) {
      const [a, b] = [one[field], other[field]];
      if (!isSame(a, b)) yield { scope, satker, field, published: a, computed: b };
    }
  }
  const isInOrder =
    published.rows.length === theirs.size && isSame([...theirs.keys()], [...ours.keys()]);
  if (!isInOrder) {
    yield { scope, satker: null, field: "rows", published: undefined, computed: undefined };
  }
}

// What a check gets, and what comes of it.
const LARGEST_PACKED = 64 * 1024 * 1024; // bytes of any file as it is given
const SHOWN = 50; // differences

// Lets the page draw now and then, tells it how far the work is, and stops when it is called off.
class Pace {
  constructor(tell = () => {}) {
    this.tell = tell;
    this.since = performance.now();
    this.stopped = false;
  }

  async step(phase, share = null) {
    if (performance.now() - this.since < 40) return;
    this.tell(phase, share);
    await new Promise((resolve) => { setTimeout(resolve); });
    need(!this.stopped, "Pemeriksaan dihentikan.");
    this.since = performance.now();
  }
}

// The bytes of a file, unpacked where it is packed: some servers unpack a .gz on the way.
async function* unpacked(blob) {
  need(blob.size > 0, "Berkas ini kosong.");
  need(blob.size <= LARGEST, TOO_LARGE);
  const head = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
  const isPacked = head[0] === 0x1f && head[1] === 0x8b;
  need(
    !isPacked || typeof DecompressionStream === "function",
    "Peramban ini tidak dapat membuka .gz; bukalah dulu (gunzip), lalu pilih bukti.jsonl.",
  );
  let stream = blob.stream();
  if (isPacked) stream = stream.pipeThrough(new DecompressionStream("gzip"));
  const reader = stream.getReader();
  try {
    for (;;) {
      let part;
      try {
        part = await reader.read();
      } catch {
        throw new Unreadable(
          isPacked
            ? "Berkas .gz ini rusak atau terpotong; unduhlah sekali lagi."
            : "Berkas ini tidak dapat dibaca.",
        );
      }
      if (part.done) return;
      yield part.value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

const digestOf = async (blob, pace) => {
  const sha = new Sha256();
  for await (const part of unpacked(blob)) {
    sha.add(part);
    need(sha.size <= LARGEST, TOO_LARGE);
    await pace.step("Membaca bukti sebelumnya");
  }
  return sha.hex();
};

const readEvidence = async (blob, pace) => {
  const reader = new EvidenceReader();
  for await (const part of unpacked(blob)) {
    reader.add(part);
    await pace.step("Membaca bukti");
  }
  reader.end();
  return reader;
};

// The digest that a text names, as sha256sum writes it or alone.
const readDigest = (said) => {
  const found = /(?:^|[^0-9a-f])([0-9a-f]{64})(?![0-9a-f])/i.exec(said);
  need(found !== null, "Sidik jari yang diberikan bukan SHA-256: harus 64 angka heksadesimal.");
  return found[1].toLowerCase();
};

// Whether one of the files, each a function that brings it (null: it is not there), has the digest
// that the evidence names: "same", "other", "missing", or "none" where it names none.
const link = async (named, files, pace) => {
  if (named === null || named === undefined) return "none";
  let found = "missing";
  for (const bring of files) {
    const blob = await bring();
    if (blob === null) continue;
    if ((await digestOf(blob, pace)) === named) return "same";
    found = "other";
  }
  return found;
};

// Checks a month. Given are the evidence (a Blob) and, where they are known, the text that names
// its digest, the text of ranking.json, the month that it should be (YYYY-MM), and the evidence of
// the month before and of the revision before. What cannot be used is told and costs itself.
const check = async (given, pace = new Pace()) => {
  const { evidence, digest = null, ranking = null, month = null } = given;
  const { before = [], revised = [] } = given;
  const result = {
    header: null, digest: null, named: null, isNamed: null, chain: null, revision: null,
    computed: null, lists: 0, rows: 0, count: null, differences: [], faults: [],
  };
  const attempt = async (work) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      need(!pace.stopped, error.message);
      result.faults.push(error.message);
    }
  };
  let read = null;
  await attempt(async () => {
    read = await readEvidence(evidence, pace);
    result.digest = read.digest;
  });
  if (digest !== null) {
    await attempt(() => { result.named = readDigest(digest); });
    if (result.named && result.digest) result.isNamed = result.named === result.digest;
  }
  await attempt(async () => {
    if (read === null) return;
    if (read.fault) throw read.fault;
    result.header = read.evidence.month;
    const { month: own, previous_digest: previous, revises } = result.header;
    need(month === null || own === month, `Bukti ini milik bulan ${own}, bukan ${month}.`);
    let published = null;
    await attempt(() => {
      published = ranking === null ? null : readRanking(ranking);
    });
    const theirs = published?.month ?? own;
    need(theirs === own, `Bukti ini milik bulan ${own}, dan ranking.json milik ${shown(theirs)}.`);
    const work = recompute(read.evidence);
    let step = work.next();
    while (!step.done) {
      await pace.step("Menghitung ulang", step.value);
      step = work.next();
    }
    result.computed = step.value;
    result.lists = step.value.lists.length;
    result.rows = sum(step.value.lists.map((each) => each.rows.length));
    if (published !== null) {
      result.count = 0;
      for (const difference of differences(published, step.value)) {
        result.count += 1;
        if (result.differences.length < SHOWN) result.differences.push(difference);
        await pace.step("Membandingkan");
      }
    }
    await attempt(async () => { result.chain = await link(previous, before, pace); });
    await attempt(async () => { result.revision = await link(revises, revised, pace); });
  });
  return result;
};

// A value for a reader, as JSON and not too long.
const shown = (value) => {
  if (value === undefined) return "tidak ada";
  let said;
  try {
    said = JSON.stringify(value);
  } catch {
    said = "…";
  }
  return said.length > 160 ? `${said.slice(0, 160)}…` : said;
};

if (typeof module === "object") {
  module.exports = {
    EvidenceReader, Sha256, Unreadable, check, differences, monthBounds, readRanking, recompute,
  };
}

// The page.
const page = typeof document === "undefined" ? null : document.querySelector("[data-periksa]");
const $ = (name) => page.querySelector(`[data-${name}]`);
const say = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
const number = (value) => value.toLocaleString("id-ID");
const monthLabel = (name) =>
  new Date(`${name}-01T00:00:00Z`).toLocaleDateString("id-ID", {
    month: "long", year: "numeric", timeZone: "UTC",
  });

const RANKING_WORDS = { most_active: "Akun Teraktif", most_popular: "Akun Terpopuler" };
const CHECK_WORDS = { same: "cocok", other: "berbeda", open: "tidak diperiksa" };

const scopeLabel = (scope) => {
  const about = [
    scope.platform && `platform ${shown(scope.platform)}`,
    scope.kind && `jenis ${shown(scope.kind)}`,
    scope.band && `kelompok pengikut ${shown(scope.band)}`,
  ].filter(Boolean);
  const name = RANKING_WORDS[scope.ranking] ?? shown(scope.ranking);
  return `${name}, ${about.join(", ") || "semua platform"}`.replaceAll('"', "");
};

// Bytes of the site; null where there are none.
const fetched = async (path, pace) => {
  let response;
  const parts = [];
  let size = 0;
  try {
    response = await fetch(path);
    if (response.status === 404) return null;
    need(response.ok, `${path} tidak dapat diambil (jawaban ${response.status}).`);
    const reader = response.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value);
      size += part.value.length;
      need(size <= LARGEST, `${path} terlalu besar.`);
      await pace.step(`Mengunduh ${path.split("/").pop()}`);
    }
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable(`${path} tidak dapat diambil; periksalah sambungan, lalu coba lagi.`);
  }
  return new Blob(parts);
};

const fromSite = async (option, withChain, pace) => {
  const brought = {};
  for (const name of ["bukti.jsonl.gz", "bukti.sha256", "ranking.json"]) {
    brought[name] = await fetched(option.value + name, pace);
    need(brought[name] !== null, `${name} bulan itu tidak ada di situs ini.`);
  }
  const paths = (words) =>
    withChain
      ? (words ?? "").split(" ").filter(Boolean)
          .map((folder) => () => fetched(`${folder}bukti.jsonl.gz`, pace))
      : [];
  return {
    evidence: brought["bukti.jsonl.gz"],
    digest: await brought["bukti.sha256"].text(),
    ranking: await brought["ranking.json"].text(),
    month: option.dataset.month,
    before: paths(option.dataset.before),
    revised: paths(option.dataset.revised),
  };
};

// What a reader chose or dropped, by the field that it belongs to.
const textOf = async (file) => {
  if (!file) return null;
  need(file.size <= LARGEST_PACKED, "Berkas itu terlalu besar untuk ranking.json atau sidik jari.");
  return file.text();
};

const fromFiles = async () => {
  const [evidence] = $("evidence").files;
  need(evidence, "Pilihlah dulu berkas buktinya (bukti.jsonl.gz).");
  const [earlier] = $("earlier").files;
  return {
    evidence,
    digest: $("digest-text").value.trim() || (await textOf($("digest").files[0])),
    ranking: await textOf($("ranking").files[0]),
    before: earlier ? [async () => earlier] : [],
  };
};

const fieldFor = (name) => {
  if (/\.sha256$/i.test(name)) return "digest";
  if (/\.json$/i.test(name)) return "ranking";
  return /\.jsonl(\.gz)?$|\.gz$/i.test(name) ? "evidence" : null;
};

const dropped = (files) => {
  const unknown = [];
  for (const file of files) {
    const field = fieldFor(file.name);
    if (field === null) {
      unknown.push(file.name);
      continue;
    }
    const held = new DataTransfer();
    held.items.add(file);
    $(field).files = held.files;
  }
  return unknown.length ? `Tidak dikenal dari namanya: ${unknown.join(", ")}.` : "Berkas diterima.";
};

// What came of a check, in words.
const checked = (state, title, ...about) => {
  const word = say("span", { className: "check-word" }, CHECK_WORDS[state]);
  const item = say("li", { className: `check check-${state}` });
  item.append(say("strong", {}, title), " ", word);
  if (about.length) item.append(say("p", {}, ...about));
  return item;
};

const CHAIN_WORDS = {
  same: ["same", "Bukti bulan sebelumnya bersidik jari yang sama dengan yang disebut di sini."],
  other: ["other", "Bukti bulan sebelumnya bersidik jari lain: salah satu bulan telah diubah."],
  missing: ["open", "Bukti bulan sebelumnya tidak diberikan."],
  none: ["open", "Bukti ini tidak menyebut bulan sebelumnya."],
};

const checksOf = (result) => {
  const items = [];
  if (result.digest !== null) {
    const words = { true: "same", false: "other", null: "open" }[result.isNamed];
    const about = [say("span", {}, "Dihitung: "), say("code", {}, result.digest)];
    if (words === "other") about.push(say("br"), "Diberikan: ", say("code", {}, result.named));
    items.push(checked(words, "Sidik jari SHA-256", ...about));
  }
  if (result.computed !== null) {
    const size = `${number(result.rows)} baris dalam ${number(result.lists)} daftar dihitung ulang`;
    const state = result.count === null ? "open" : result.count === 0 ? "same" : "other";
    const told = {
      open: "; ranking.json tidak dapat dibandingkan.",
      same: ", semuanya sama.",
      other: `; ${number(result.count ?? 0)} hal berbeda.`,
    };
    items.push(checked(state, "Peringkat", size + told[state]));
  }
  if (result.chain !== null) {
    const [state, words] = CHAIN_WORDS[result.chain];
    const named = result.header.previous_digest;
    const about = [words];
    if (named) about.push(" Yang disebut: ", say("code", {}, shown(named).replaceAll('"', "")));
    items.push(checked(state, "Rantai ke bulan sebelumnya", ...about));
  }
  if (result.revision !== null && result.revision !== "none") {
    const [state] = CHAIN_WORDS[result.revision];
    items.push(checked(state, "Sidik jari revisi yang digantikannya"));
  }
  return items;
};

const differenceOf = ({ scope, satker, field, published, computed }) => {
  const item = say("li");
  const name = satker === null || satker === undefined ? "" : shown(satker).replaceAll('"', "");
  item.append(
    say("strong", {}, say("bdi", {}, name || "Seluruhnya")),
    ` ${scope ? scopeLabel(scope) : "bulan ini"}`,
    say(
      "p", {}, say("code", {}, field), ": terbit ", say("bdi", {}, shown(published)),
      ", dihitung ulang ", say("bdi", {}, shown(computed)),
    ),
  );
  return item;
};

const MOST_ROWS = 100;
const tableOf = ({ ranking, rows }) => {
  const [figure, title] = ranking === "most_active" ? ["posts", "Unggahan"] : ["i24", "Interaksi"];
  const cell = (value) => say("td", { className: "num" }, value === null ? "–" : number(value));
  const body = rows.slice(0, MOST_ROWS).map((row) =>
    say(
      "tr", {}, cell(row.rank), say("th", { scope: "row" }, say("bdi", {}, row.name)),
      cell(row[figure]),
    ),
  );
  const heading = (words, className = "") => say("th", { scope: "col", className }, words);
  const more = rows.length > MOST_ROWS ? ` (${MOST_ROWS} dari ${number(rows.length)} baris)` : "";
  return say(
    "table", { className: "plain" },
    say("caption", {}, RANKING_WORDS[ranking] + more),
    say(
      "thead", {},
      say("tr", {}, heading("Ke-", "num"), heading("Satuan kerja"), heading(title, "num")),
    ),
    say("tbody", {}, ...body),
  );
};

const verdictOf = (result) => {
  const links = [result.chain, result.revision];
  const isOther = result.isNamed === false || result.count > 0 || links.includes("other");
  if (isOther) return ["other", "Tidak sama"];
  if (result.faults.length) return ["fault", "Tidak dapat diperiksa seluruhnya"];
  if (result.isNamed && result.count === 0) return ["same", "Sama"];
  return ["open", "Dihitung ulang, belum dibandingkan seluruhnya"];
};

const show = (result) => {
  const [state, words] = verdictOf(result);
  const place = $("result");
  const label = result.header ? ` · ${monthLabel(result.header.month)}` : "";
  const parts = [say("p", { className: `verdict verdict-${state}` }, words + label)];
  for (const fault of result.faults) parts.push(say("p", { className: "check-fault" }, fault));
  parts.push(say("ul", { className: "checks" }, ...checksOf(result)));
  if (state === "other" && result.header && result.header.state !== "final") {
    const why = "Bulan ini belum final: berkasnya dapat berganti di antara dua unduhan.";
    parts.push(say("p", {}, `${why} Ulangi sekali lagi.`));
  }
  if (result.differences.length) {
    const rest = result.count - result.differences.length;
    parts.push(
      say("h3", {}, "Yang berbeda"),
      say("ol", { className: "differences" }, ...result.differences.map(differenceOf)),
    );
    if (rest) parts.push(say("p", {}, `dan ${number(rest)} perbedaan lagi.`));
  }
  if (result.computed !== null) {
    const official = result.computed.lists.slice(0, RANKINGS.length).reverse();
    const summary = say("summary", {}, "Peringkat yang dihitung ulang");
    parts.push(say("details", {}, summary, ...official.map(tableOf)));
  }
  place.replaceChildren(...parts);
  $("outcome").hidden = false;
  return words + label;
};

const start = () => {
  page.append(document.querySelector("[data-tools]").content.cloneNode(true));
  let pace = null;
  const status = $("status");
  const bar = $("progress");
  const tell = (phase, share) => {
    if (status.textContent !== `${phase} …`) status.textContent = `${phase} …`;
    if (share === null) bar.removeAttribute("value");
    else bar.value = share;
  };
  const run = async (gather) => {
    if (pace !== null) return;
    const own = new Pace(tell);
    pace = own;
    $("result").replaceChildren();
    $("outcome").hidden = true;
    $("running").hidden = false;
    tell("Memeriksa", null);
    try {
      const result = await check(await gather(own), own);
      status.textContent = `Selesai: ${show(result)}.`;
      $("outcome").scrollIntoView({ block: "nearest" });
    } catch (error) {
      status.textContent =
        error instanceof Unreadable ? error.message : `Pemeriksaan gagal (${error.name}).`;
    }
    $("running").hidden = true;
    pace = null;
  };

  const choice = $("choice");
  if (choice) {
    const named = new URLSearchParams(location.search).get("bulan");
    const wanted = [...choice.options].find((option) => option.dataset.name === named);
    if (wanted) wanted.selected = true;
    $("from-site").addEventListener("submit", (event) => {
      event.preventDefault();
      const option = choice.selectedOptions[0];
      run((own) => fromSite(option, $("chain").checked, own));
    });
    if (location.protocol === "file:") {
      $("from-site").hidden = true;
      $("from-folder").hidden = false;
    } else {
      $("from-site").hidden = false;
    }
  }
  const files = $("from-files");
  $("fold").hidden = false;
  $("fold").open = !choice || location.protocol === "file:";
  files.addEventListener("submit", (event) => {
    event.preventDefault();
    run(fromFiles);
  });
  files.addEventListener("dragover", (event) => event.preventDefault());
  files.addEventListener("drop", (event) => {
    event.preventDefault();
    status.textContent = dropped(event.dataTransfer.files);
  });
  $("stop").addEventListener("click", () => { if (pace !== null) pace.stopped = true; });
};

if (page !== null) start();
}
