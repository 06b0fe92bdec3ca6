"use strict";
// Search and choice of cut and wave. Without this script everything is shown, one below the other.
(() => {
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  const state = () => new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
  const keep = (form) => {
    const chosen = new URLSearchParams();
    for (const field of form.elements) if (field.name && field.value) chosen.set(field.name, field.value);
    history.replaceState(null, "", chosen.size ? `#${chosen}` : location.pathname);
  };
  const fill = (form) => {
    const chosen = state();
    for (const field of form.elements) if (field.name && chosen.has(field.name)) field.value = chosen.get(field.name);
  };

  const choice = document.querySelector("form[data-choose]");
  if (choice) {
    const show = () => {
      const { cut, wave } = Object.fromEntries(new FormData(choice));
      for (const part of document.querySelectorAll("[data-cut]")) part.hidden = Boolean(cut) && part.dataset.cut !== cut;
      for (const part of document.querySelectorAll("[data-wave]")) part.hidden = Boolean(wave) && part.dataset.wave !== wave;
    };
    // A link to a row or a cut shows it whatever was chosen before.
    const follow = () => {
      if (!location.hash || location.hash.includes("=")) fill(choice);
      else choice.reset();
      show();
      document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
    };
    choice.hidden = false;
    choice.addEventListener("submit", (event) => event.preventDefault());
    choice.addEventListener("change", () => { show(); keep(choice); });
    addEventListener("hashchange", follow);
    follow();
  }

  const search = document.querySelector("form[data-search]");
  if (search) {
    const entries = [...document.querySelectorAll("[data-entry]")].map((part) => ({ part, words: plain(part.textContent + " " + part.dataset.entry) }));
    const count = document.querySelector("[data-count]");
    const show = () => {
      const { search: text, survey } = Object.fromEntries(new FormData(search));
      const wanted = plain(text).split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const { part, words } of entries) {
        part.hidden = (Boolean(survey) && part.dataset.survey !== survey) || !wanted.every((word) => words.includes(word));
        shown += part.hidden ? 0 : 1;
      }
      for (const group of document.querySelectorAll("[data-group]")) group.hidden = !group.querySelector("[data-entry]:not([hidden])");
      count.textContent = count.dataset.count.replace("#", shown);
    };
    search.hidden = false;
    search.addEventListener("submit", (event) => event.preventDefault());
    search.addEventListener("input", () => { show(); keep(search); });
    addEventListener("hashchange", () => { fill(search); show(); });
    fill(search);
    show();
  }
})();
