"use strict";
// Files go up in pieces of 4 MB; a broken one goes on where it stopped, also after the page was closed.
const PIECE = 4 * 1024 * 1024;
const form = document.getElementById("nop");
const field = document.getElementById("tep");
const zone = document.getElementById("tha");
const list = document.getElementById("dang-gui");

function line(file) {
  const item = document.createElement("li");
  const text = document.createElement("span");
  const bar = document.createElement("progress");
  bar.max = file.size || 1;
  bar.setAttribute("aria-label", file.name);
  item.append(text, bar);
  list.append(item);
  return { item, text, bar };
}
async function asked(path, options) {
  const headers = { "X-Form-Key": form.dataset.formKey, Accept: "application/json", ...(options.headers || {}) };
  const answer = await fetch(path, { ...options, headers, credentials: "same-origin" });
  const type = answer.headers.get("content-type") || "";
  const told = type.includes("json") ? await answer.json() : {};
  if (!answer.ok) throw Object.assign(new Error(told.error || answer.statusText), { refused: answer.status < 500 });
  return told;
}
async function sendPieces(file, shown) {
  const about = new URLSearchParams({ name: file.name, size: file.size, muc: form.muc.value, fingerprint: String(file.lastModified) });
  const begun = await asked(form.dataset.path + "/bat-dau", { method: "POST", body: about });
  let at = begun.received;
  while (at < file.size) {
    shown.bar.value = at;
    shown.text.textContent = `${file.name}: ${form.dataset.waiting} ${Math.floor((100 * at) / file.size)} % `;
    const body = file.slice(at, at + PIECE);
    at = (await asked(`${form.dataset.path}/${begun.id}?tu=${at}`, { method: "PUT", body, headers: { "Content-Type": "application/octet-stream" } })).received;
  }
  shown.bar.value = file.size;
  shown.text.textContent = `${file.name}: ${form.dataset.done} `;
  const kept = await asked(`${form.dataset.path}/${begun.id}/xong`, { method: "POST" });
  const part = document.createElement("div");
  shown.item.replaceChildren(part);
  htmx.ajax("GET", `${form.dataset.path}/${begun.id}`, { target: part, swap: "outerHTML" });
  return kept;
}
async function send(file) {
  const shown = line(file);
  for (let wait = 1000; ; wait = Math.min(wait * 2, 30000)) {
    try {
      await sendPieces(file, shown);
      return;
    } catch (error) {
      if (error.refused) {
        shown.text.textContent = `▲ ${error.message}`;
        shown.bar.remove();
        return;
      }
      shown.text.textContent = `${file.name}: ${form.dataset.broken}`;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}
async function sendAll(files) {
  for (const file of files) await send(file);
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!field.files.length) return;
  const chosen = [...field.files];
  field.value = "";
  sendAll(chosen);
});
for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
for (const name of ["dragleave", "drop"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.remove("over"); });
zone.addEventListener("drop", (event) => sendAll([...event.dataTransfer.files]));
