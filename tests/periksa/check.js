// Checks many months in one process: node check.js ASSET < cases.json > results.json
//
// A case: {evidence, digest, ranking, month, before, revised}; evidence, ranking, before and revised
// are paths of files, digest and month are texts. A result is what a reader would be told.
"use strict";
const { readFileSync } = require("node:fs");

const core = require(process.argv[2]);
const blob = (path) => new Blob([readFileSync(path)]);
const places = ({ scope, ...rest }) => ({
  ...rest,
  list: scope && [scope.ranking, scope.platform, scope.kind, scope.band],
});

const checked = async ({ evidence, digest, ranking, month, before = [], revised = [] }) => {
  const bring = (path) => async () => blob(path);
  try {
    const found = await core.check({
      evidence: blob(evidence),
      digest,
      ranking: ranking && readFileSync(ranking, "utf8"),
      month,
      before: before.map(bring),
      revised: revised.map(bring),
    });
    return {
      ...found,
      header: found.header && found.header.month,
      computed: found.computed !== null,
      differences: found.differences.map(places),
    };
  } catch (error) {
    return { crash: String(error.stack) };
  }
};

const main = async () => {
  const results = [];
  for (const each of JSON.parse(readFileSync(0, "utf8"))) {
    results.push(each.zone ? core.monthBounds(each.month, each.zone) : await checked(each));
  }
  process.stdout.write(JSON.stringify(results));
};
main();
