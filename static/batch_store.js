// Files that were chosen and have not arrived yet, kept by the browser: a reload loses nothing.
//
// Where the browser keeps nothing (a private window, a full disk) all of this does nothing, and the
// page asks for the files again.

const NAME = "tonelog-batches";
const FILES = "files";
const DAYS = 7;

function promised(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}

async function opened() {
  const request = indexedDB.open(NAME, 1);
  request.addEventListener("upgradeneeded", () => {
    request.result.createObjectStore(FILES, { keyPath: ["batch", "job"] });
  });
  return promised(request);
}

/** What `act` gives for the store, once all of it is done; `otherwise` where that cannot be. */
async function inStore(mode, otherwise, act) {
  let database;
  try {
    database = await opened();
    const transaction = database.transaction(FILES, mode);
    const done = new Promise((resolve, reject) => {
      transaction.addEventListener("complete", resolve);
      transaction.addEventListener("abort", () => reject(transaction.error));
    });
    const result = await act(transaction.objectStore(FILES));
    await done;
    return result;
  } catch {
    return otherwise;
  } finally {
    database?.close();
  }
}

function all(batch) {
  return IDBKeyRange.bound([batch], [batch, []]);
}

/** Keep a file; whether it is kept. */
export function keep(batch, job, file) {
  const entry = { batch, job, file, at: Date.now() };
  return inStore("readwrite", false, (store) => promised(store.put(entry)).then(() => true));
}

/** The files of a batch that are kept, by the id of their job. */
export async function kept(batch) {
  const entries = await inStore("readonly", [], (store) => promised(store.getAll(all(batch))));
  return new Map(entries.map((entry) => [entry.job, entry.file]));
}

/** Let go of a file that has arrived, or of all files of a batch. */
export function letGo(batch, job) {
  const which = job ? [batch, job] : all(batch);
  return inStore("readwrite", undefined, (store) => promised(store.delete(which)));
}

/** Let go of what nobody came back for in a week. */
export function sweep() {
  const since = Date.now() - DAYS * 24 * 3600 * 1000;
  return inStore("readwrite", undefined, async (store) => {
    for (const entry of await promised(store.getAll())) {
      if (entry.at < since) store.delete([entry.batch, entry.job]);
    }
  });
}
