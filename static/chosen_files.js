// Files as people choose them: one, many or a folder, from a field or dropped.

import { number, say } from "./words.js";

const SUFFIXES =
  /\.(wav|wave|w64|aiff?|aifc|flac|og[ga]|opus|mp[23]|aac|m4[abv]|mp4|mov|3g[p2]|web[ma]|mk[av]|amr|caf|au|snd|avi|wm[av]|asf|flv|mts|m2ts|mpe?g|vob)$/i;

/** A file by the path that it had in its folder. */
function named(file, path = file.webkitRelativePath || file.name) {
  return { name: path.replace(/^\//, ""), file };
}

/** Whether a file that nobody chose by itself is a recording: others lie in folders, too. */
function isRecording({ name, file }) {
  const hidden = name.split("/").some((part) => part.startsWith("."));
  return !hidden && (/^(audio|video)\//.test(file.type) || SUFFIXES.test(name));
}

/** What was chosen in a field: files, or the recordings of a folder. */
export function fromField(field) {
  const files = [...field.files].map((file) => named(file));
  return field.webkitdirectory ? inOrder(files.filter(isRecording)) : files;
}

/** What was dropped: files, and the recordings in folders. To be called while it is dropped. */
export async function fromDrop(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.());
  if (!entries.some((entry) => entry?.isDirectory)) return [...transfer.files].map((file) => named(file));
  const found = await Promise.all(entries.filter(Boolean).map(below));
  return inOrder(found.flat().filter(isRecording));
}

async function below(entry) {
  if (entry.isFile) return [named(await asked(entry, "file"), entry.fullPath)];
  const reader = entry.createReader();
  const found = [];
  for (let some; (some = await asked(reader, "readEntries")).length; ) { // a hundred at a time
    found.push(...(await Promise.all(some.map(below))).flat());
  }
  return found;
}

function asked(object, method) {
  return new Promise((resolve, reject) => object[method](resolve, reject));
}

function inOrder(files) {
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  return files.sort((one, other) => collator.compare(one.name, other.name));
}

/** Offer to choose a folder by a button, where the browser can; a field of its own is clicked. */
export function offerFolder(button, take) {
  const field = document.createElement("input");
  field.type = "file";
  field.webkitdirectory = true;
  if (!("webkitdirectory" in field)) return;
  field.addEventListener("change", () => take(fromField(field)));
  button.hidden = false;
  button.addEventListener("click", () => {
    field.value = "";
    field.click();
  });
}

/** Which of these files belong to which rows: by path and size, else by name and size. */
export function belonging(files, rows) {
  const found = new Map();
  const left = new Set(files);
  for (const same of [(path) => path, (path) => path.split("/").pop()]) {
    for (const row of rows) {
      if (found.has(row.dataset.job)) continue;
      const { name, size } = row.dataset;
      const fits = [...left].find((one) => one.file.size === Number(size) && same(one.name) === same(name));
      if (!fits) continue;
      found.set(row.dataset.job, fits.file);
      left.delete(fits);
    }
  }
  return found;
}

export function sizeInWords(bytes) {
  if (bytes < 2 ** 10) return say("%(bytes)s bytes", { bytes: number(bytes) });
  if (bytes < 2 ** 20) return `${number(bytes / 2 ** 10)} kB`;
  const megabytes = Number((bytes / 2 ** 20).toFixed(1));
  return `${number(megabytes, megabytes % 1 ? 1 : 0)} MB`;
}
