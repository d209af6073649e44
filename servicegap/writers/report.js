"use strict";
(() => {
  const form = document.getElementById("filters");
  const fields = ["family", "type", "channel", "month"];
  const items = Array.from(document.querySelectorAll("[data-item]"), (node) => {
    const group = node.closest("[data-group]");
    const heading = group ? group.querySelector("h3, h4").textContent : "";
    return { node, text: `${node.textContent} ${heading}`.toLowerCase() };
  });
  const groups = Array.from(document.querySelectorAll("[data-group], [data-table]"));
  const empties = Array.from(document.querySelectorAll("[data-empty]"));
  const kinds = Array.from(new Set(items.map((item) => item.node.dataset.item)));

  const apply = () => {
    const words = form.elements.find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = fields.map((name) => [name, form.elements[name].value]).filter((pair) => pair[1] !== "");
    const active = words.length + chosen.length > 0;
    for (const { node, text } of items)
      node.hidden = !(
        chosen.every(([name, value]) => (node.dataset[name] || "").split(" ").includes(value)) &&
        words.every((word) => text.includes(word))
      );
    const barren = (node) => active && !node.querySelector("[data-item]:not([hidden])");
    for (const group of groups) group.hidden = barren(group);
    for (const note of empties) note.hidden = !barren(note.parentNode);
    const count = (kind) => {
      const all = items.filter((item) => item.node.dataset.item === kind);
      return `${all.filter((item) => !item.node.hidden).length} of ${all.length} ${kind}`;
    };
    form.elements.found.value = `Shown: ${kinds.map(count).join(", ")}. The counts above are of all documents.`;
  };

  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  form.hidden = false;
  apply();
})();
