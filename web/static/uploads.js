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
// What went wrong, by what to do next: "sign-in" wait for it, "place" ask where to go on, "refused" stop, "later" try again.
function trouble(answer, told) {
  if (answer.status === 401 || told.stale) return "sign-in";
  if (answer.status === 409) return "place";
  return answer.status < 500 || answer.status === 507 ? "refused" : "later";
}

async function asked(path, options) {
  const headers = { "X-Form-Key": form.dataset.formKey, Accept: "application/json", ...(options.headers || {}) };
  const answer = await fetch(path, { ...options, headers, credentials: "same-origin" });
  const type = answer.headers.get("content-type") || "";
  const told = type.includes("json") ? await answer.json() : {};
  if (!answer.ok) throw Object.assign(new Error(told.error || form.dataset.failed), { kind: trouble(answer, told) });
  return told;
}

// After signing in again in another window, forms carry another key: this page's own form has it.
async function takeFreshKey() {
  // It follows no way to the sign-in page: a second one, asked for beside the one a person fills in, would make its key stale.
  const answer = await fetch(form.dataset.path, { credentials: "same-origin", redirect: "manual" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("nop");
  if (fresh) form.dataset.formKey = fresh.dataset.formKey;
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
    shown.tries = 0;
  }
  shown.bar.value = file.size;
  shown.text.textContent = `${file.name}: ${form.dataset.done} `;
  await asked(`${form.dataset.path}/${begun.id}/xong`, { method: "POST" });
  const part = document.createElement("div");
  shown.item.replaceChildren(part);
  htmx.ajax("GET", `${form.dataset.path}/${begun.id}`, { target: part, swap: "outerHTML" });
}

function stop(shown, message) {
  shown.text.textContent = `▲ ${message}`;
  shown.bar.remove();
}

function askToSignIn(shown, message) {
  const link = document.createElement("a");
  link.href = `/dang-nhap?next=${encodeURIComponent(form.dataset.path)}`;
  link.target = "_blank";
  link.textContent = form.dataset.signIn;
  shown.text.replaceChildren(`◐ ${message} `, link);
}

// The server answers with a fault so many times in a row before a person is asked; a lost network is waited for.
const MOST_FAULTS = 8;

async function send(file) {
  const shown = { ...line(file), tries: 0 };
  for (let wait = 1000; ; wait = Math.min(wait * 2, 30000)) {
    try {
      await sendPieces(file, shown);
      return;
    } catch (error) {
      if (error.kind === "refused" || (error.kind && ++shown.tries >= MOST_FAULTS && error.kind !== "sign-in")) {
        stop(shown, error.message.startsWith(file.name) ? error.message : `${file.name}: ${error.message}`);
        return;
      }
      if (error.kind === "sign-in") {
        askToSignIn(shown, error.message);
        wait = 2000;
        await takeFreshKey().catch(() => {});
      } else if (error.kind !== "place") {
        shown.text.textContent = `${file.name}: ${error.kind ? error.message : form.dataset.broken}`;
      }
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
