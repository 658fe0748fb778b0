"use strict";
(() => {
  const PAGE = 100, MOST_PRINTED = 2000;
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const [RULE, SEVERITY, MESSAGE, CHILD, TABLE, RECORD, LINE, VALUES] = [0, 1, 2, 3, 4, 5, 6, 7];
  const SEVERITIES = ["error", "query"];
  const collator = new Intl.Collator("en-GB", { numeric: true });
  const bySeverity = $("by-severity"), byRule = $("by-rule"), byText = $("by-text"), byOrder = $("by-order");
  const body = $("table").tBodies[0];
  const heads = [...$("table").tHead.querySelectorAll("[data-key]")];
  const number = (n) => n.toLocaleString("en-GB");
  let found = data.rows.map((_, n) => n), page = 1, key = "order", down = false;

  // What is looked through and what is sorted by is made when first asked for: the page opens without waiting for it.
  const once = (make) => { let made; return () => made ??= make(); };
  const texts = once(() => data.rows.map((row) => [
    data.rules[row[RULE]], row[CHILD], place(row), data.messages[row[MESSAGE]],
    ...row[VALUES].flatMap(([field, text]) => [data.fields[field], text]),
  ].join("\n").toLowerCase()));
  const ranked = (names) => {
    const rank = new Map([...new Set(names)].sort(collator.compare).map((name, n) => [name, n]));
    return names.map((name) => rank.get(name));
  };
  const ranks = {
    order: once(() => data.rows.map((_, n) => n)),
    rule: once(() => ranked(data.rows.map((row) => data.rules[row[RULE]]))),
    child: once(() => ranked(data.rows.map((row) => row[CHILD]))),
    record: once(() => ranked(data.rows.map((row) => place(row)))),
    line: once(() => data.rows.map((row) => row[LINE])),
  };

  function place(row) {
    return data.tables[row[TABLE]] ? `${data.tables[row[TABLE]]} ${row[RECORD]}` : "whole return";
  }

  function element(name, className, ...content) {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...content);
    return made;
  }

  function cell(name, role, className, label, ...content) {
    const made = element(name, className, ...content);
    made.setAttribute("role", role);
    if (label) made.dataset.label = label;
    return made;
  }

  function values(row) {
    const list = element("ul", "values");
    for (const [field, text, table, record, line] of row[VALUES]) {
      const item = element("li", "", `${data.fields[field]}: `);
      item.append(text ? element("span", "sent", text) : element("em", "", record === 0 ? "none" : "missing"));
      if (record) item.append(" ", element("span", "where", `(${data.tables[table]} ${record}, line ${line})`));
      list.append(item);
    }
    return list;
  }

  function rowElement(row) {
    const severity = SEVERITIES[row[SEVERITY]];
    const rule = cell("th", "rowheader", "", "", `${data.rules[row[RULE]]} `, element("span", `badge ${severity}`, severity));
    rule.scope = "row";
    const made = element("tr", "",
      rule,
      cell("td", "cell", "", "Child id", row[CHILD] || !row[RECORD] ? element("span", "sent", row[CHILD]) : element("em", "", "missing")),
      cell("td", "cell", "", "Record", place(row)),
      cell("td", "cell", "n", "Line", row[LINE] ? String(row[LINE]) : ""),
      cell("td", "cell", "", "", data.messages[row[MESSAGE]]),
      cell("td", "cell", "", "", values(row)),
    );
    made.setAttribute("role", "row");
    return made;
  }

  function draw(from, to) {
    const rows = document.createDocumentFragment();
    for (const n of found.slice(from, to)) rows.append(rowElement(data.rows[n]));
    body.replaceChildren(rows);
  }

  function show(wanted) {
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    page = Math.min(Math.max(1, wanted || 1), pages);
    const from = (page - 1) * PAGE;
    draw(from, from + PAGE);
    $("page").value = page;
    $("page").max = pages;
    $("pages").textContent = number(pages);
    for (const button of document.querySelectorAll("[data-go]")) {
      const back = button.dataset.go === "first" || button.dataset.go === "previous";
      button.setAttribute("aria-disabled", String(back ? page === 1 : page === pages));
    }
    const of = found.length === data.rows.length ? "" : ` that match, of ${number(data.rows.length)}`;
    $("status").textContent = found.length
      ? `Hits ${number(from + 1)} to ${number(Math.min(from + PAGE, found.length))} of ${number(found.length)}${of}`
      : `No hit matches, of ${number(data.rows.length)}`;
  }

  function select() {
    const wanted = byText.value.trim().toLowerCase();
    const rule = byRule.value ? data.rules.indexOf(byRule.value) : -1;
    const severity = bySeverity.value === "" ? -1 : Number(bySeverity.value);
    const has = wanted ? texts() : null;
    found = [];
    data.rows.forEach((row, n) => {
      if ((severity < 0 || row[SEVERITY] === severity) && (rule < 0 || row[RULE] === rule)
        && (!has || has[n].includes(wanted))) found.push(n);
    });
    if (key !== "order" || down) {
      const rank = ranks[key](), way = down ? -1 : 1;
      found.sort((a, b) => way * (rank[a] - rank[b]) || a - b);
    }
    show(1);
  }

  function order(by, descending) {
    [key, down] = [by, descending];
    byOrder.value = by;
    for (const head of heads) {
      head.setAttribute("aria-sort", head.dataset.key !== by ? "none" : descending ? "descending" : "ascending");
    }
  }

  let waiting = 0;
  byText.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(select, 150); });
  for (const field of [bySeverity, byRule]) field.addEventListener("change", select);
  byOrder.addEventListener("change", () => { order(byOrder.value, false); select(); });
  for (const head of heads) {
    head.querySelector("button").addEventListener("click", () => {
      order(head.dataset.key, key === head.dataset.key && !down);
      select();
    });
  }
  const form = document.querySelector(".filters");
  form.addEventListener("submit", (event) => { event.preventDefault(); select(); });
  form.addEventListener("reset", () => setTimeout(() => { order("order", false); select(); }));
  const goes = { first: () => 1, previous: () => page - 1, next: () => page + 1, last: () => Infinity };
  for (const button of document.querySelectorAll("[data-go]")) {
    button.addEventListener("click", () => show(goes[button.dataset.go]()));
  }
  $("page").addEventListener("change", (event) => show(Math.floor(event.target.valueAsNumber)));
  for (const link of document.querySelectorAll("[data-rule]")) {
    link.addEventListener("click", () => { byRule.value = link.dataset.rule; bySeverity.value = ""; byText.value = ""; select(); });
  }

  // A print shows what is chosen, not one screen page of it.
  addEventListener("beforeprint", () => {
    draw(0, MOST_PRINTED);
    const cut = found.length > MOST_PRINTED;
    $("cut").hidden = !cut;
    $("cut").textContent = cut ? `Only the first ${number(MOST_PRINTED)} hits are printed; issues.csv holds all of them.` : "";
    $("status").textContent = found.length === data.rows.length ? `All ${number(found.length)} hits` : `${number(found.length)} chosen of ${number(data.rows.length)} hits`;
  });
  addEventListener("afterprint", () => show(page));

  // The plain table is for readers without scripts.
  $("plain").remove();
  form.reset();
  $("explorer").hidden = false;
  show(1);
})();
