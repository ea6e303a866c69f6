"use strict";
// What pages can do beyond reading: sliders beside number fields. Uploads stand in uploads.js.
function joinSliders(root) {
  for (const slider of root.querySelectorAll("input.slider")) {
    const field = document.getElementById(slider.dataset.for);
    if (!field) continue;
    slider.hidden = false;
    slider.addEventListener("input", () => { field.value = slider.value; });
    slider.addEventListener("change", () => field.dispatchEvent(new Event("change", { bubbles: true })));
    field.addEventListener("input", () => { slider.value = field.value; });
  }
}
function sendOnce(event) {
  // A double click sends one form: the second submit of the same form is dropped until the page answers.
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  window.setTimeout(() => { delete form.dataset.sent; }, 8000);
}
document.addEventListener("submit", sendOnce);
document.addEventListener("DOMContentLoaded", () => joinSliders(document));
