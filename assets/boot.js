// Starts the program, and looks after the page when the program cannot start or has stopped.
// Nothing here needs WebAssembly. The panel it shows is plain HTML in index.html.

const tag = document.querySelector("script[data-js]");
const app = document.getElementById("app");
const panel = document.getElementById("recovery");
const part = (name) => document.getElementById(`recovery-${name}`);

/** Only databases with this prefix are the page's own; a host may serve other pages from the same origin. */
const DATABASES = "taupe";

/** True once the program has panicked: from then on no exported function of it is called. */
let stopped = false;
/** The last thing the content security policy blocked, for start-up failures. */
let blocked = null;

document.addEventListener("securitypolicyviolation", (event) => {
  blocked = `${event.effectiveDirective} blocked ${event.blockedURI || "inline code"}`;
});

// The panic hook (src/ui/panic.rs) sends this while the program is still on the stack.
window.addEventListener("taupe:panic", (event) => {
  stop(event.detail?.message ?? "The program gave no message.", event.detail?.location ?? "");
});

/** WebAssembly itself may be missing where this runs. */
const isTrap = (error) => globalThis.WebAssembly !== undefined && error instanceof WebAssembly.RuntimeError;

// Traps that no hook saw: stack exhausted, memory exhausted, a module broken in transit.
window.addEventListener("error", (event) => {
  if (!isTrap(event.error)) return;
  if (stopped) event.preventDefault(); // The trap that follows a panic, which the panel already reports.
  else stop(event.error.message, firstFrame(event.error));
});
window.addEventListener("unhandledrejection", (event) => {
  if (!isTrap(event.reason)) return;
  if (stopped) event.preventDefault();
  else stop(event.reason.message, firstFrame(event.reason));
});

function firstFrame(error) {
  return (error.stack ?? "").split("\n")[1]?.trim() ?? "";
}

function stop(message, location) {
  if (stopped) return;
  stopped = true;
  show({
    title: "Taupe has stopped",
    what: "The page’s program met a fault of its own and was halted so that it can do no harm.",
    next: "Everything that was saved is still in this browser. Reloading starts the program afresh; the report helps to mend the fault.",
    report: ["panic", message, location],
  });
}

/** Fills the panel and puts it over the page, which then takes no input. */
function show({ title, what, next, report }) {
  part("title").textContent = title;
  part("what").textContent = what;
  part("next").textContent = next;
  part("report").textContent = [
    ...report.filter(Boolean),
    "",
    `page   ${location.origin}${location.pathname}${location.hash}`,
    `build  ${tag?.dataset.wasm ?? "unknown"}`,
    `agent  ${navigator.userAgent}`,
    `time   ${new Date().toISOString()}`,
  ].join("\n");
  app.inert = true;
  for (const open of document.querySelectorAll("dialog[open]")) if (open !== panel) open.close();
  if (!panel.open) panel.showModal();
  part("title").focus();
}
// Closing it would leave a page that looks alive and is not.
panel.addEventListener("cancel", (event) => event.preventDefault());
panel.addEventListener("close", () => panel.showModal());

part("reload").addEventListener("click", () => {
  // A page that panics at its own address must not be reloaded into the same panic.
  if (location.hash.startsWith("#/debug")) location.hash = "";
  location.reload();
});
part("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(part("report").textContent);
    part("status").textContent = "The report is on the clipboard.";
  } catch {
    const details = part("report").parentElement;
    details.open = true;
    getSelection().selectAllChildren(part("report"));
    part("status").textContent = "The browser refused the clipboard. The report is selected: copy it by hand.";
  }
});
part("download").addEventListener("click", async () => {
  part("status").textContent = "Reading the browser’s storage …";
  try {
    const { blob, records } = await dump();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `taupe-rescue-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    part("status").textContent = `Saved ${records} records to ${link.download}.`;
  } catch (error) {
    part("status").textContent = `The storage could not be read: ${error?.message ?? error}`;
  }
});

// ---- Everything in IndexedDB as one JSON file

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** All records of the page's databases. Written piece by piece: a pack is larger than a comfortable string. */
async function dump() {
  const pieces = [`{"format":"taupe-rescue","saved":${JSON.stringify(new Date().toISOString())},"databases":[`];
  let records = 0;
  const found = (await indexedDB.databases()).filter(({ name }) => name?.startsWith(DATABASES));
  for (const [i, { name, version }] of found.entries()) {
    const db = await done(indexedDB.open(name));
    pieces.push(`${i ? "," : ""}{"name":${JSON.stringify(name)},"version":${version},"stores":[`);
    for (const [j, storeName] of [...db.objectStoreNames].entries()) {
      const store = db.transaction(storeName).objectStore(storeName);
      const [keys, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
      pieces.push(`${j ? "," : ""}{"name":${JSON.stringify(storeName)},"records":[`);
      for (const [k, key] of keys.entries()) {
        pieces.push(`${k ? "," : ""}${JSON.stringify({ key: await plain(key), value: await plain(values[k]) })}`);
        records += 1;
      }
      pieces.push("]}");
    }
    pieces.push("]}");
    db.close();
  }
  pieces.push("]}");
  return { blob: new Blob(pieces, { type: "application/json" }), records };
}

/** A stored value as JSON can hold it; binary data becomes {"$base64": …}. */
async function plain(value) {
  if (value instanceof Blob) return plain(await value.arrayBuffer());
  if (value instanceof ArrayBuffer) return plain(new Uint8Array(value));
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    let text = "";
    for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    return { $base64: btoa(text) };
  }
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Map) return Promise.all([...value].map(plain));
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  if (value && typeof value === "object") {
    const entries = Object.entries(value).map(async ([name, inner]) => [name, await plain(inner)]);
    return Object.fromEntries(await Promise.all(entries));
  }
  return value;
}

// ---- Start

/**
 * Puts a switch before every exported function. Timers, promises and events that were under way when the program
 * panicked would otherwise call into an instance whose state is half changed.
 */
function guarded({ instance, module }) {
  // The bindings look for an error in the second place of what some functions return; elsewhere this counts as 0.
  const nothing = Object.freeze([]);
  const exports = {};
  for (const [name, value] of Object.entries(instance.exports)) {
    exports[name] = typeof value === "function" ? (...args) => (stopped ? nothing : value(...args)) : value;
  }
  return { instance: { exports }, module };
}

async function start() {
  const { instantiate, instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (...args) => guarded(await instantiateStreaming(...args));
  WebAssembly.instantiate = async (...args) => {
    const result = await instantiate(...args);
    return result instanceof WebAssembly.Instance ? result : guarded(result);
  };
  try {
    const [program, module] = await Promise.all([
      import(new URL(tag.dataset.js, document.baseURI)),
      fetch(new URL(tag.dataset.wasm, document.baseURI)),
    ]);
    // A TypeError, as for a file that could not be fetched at all.
    if (!module.ok) throw new TypeError(`${module.url} answered ${module.status}`);
    await program.default({ module_or_path: module });
  } finally {
    Object.assign(WebAssembly, { instantiate, instantiateStreaming });
  }
}

/** Why the program did not start, in words; a browser tells apart only some of the causes. */
function startFailure(error) {
  const report = ["start-up failure", String(error), firstFrame(error ?? {}), blocked && `policy: ${blocked}`];
  const title = "Taupe could not start";
  if (typeof WebAssembly === "undefined") {
    return {
      title,
      what: "This browser has no WebAssembly, or it is switched off (lockdown modes do that).",
      next: "Use a current Firefox, Chrome, Edge or Safari, or allow WebAssembly for this site.",
      report,
    };
  }
  if (!navigator.onLine) {
    return {
      title,
      what: "The browser is offline and the program’s files are not in its cache.",
      next: "Connect to the network, then reload. Stored data is untouched.",
      report,
    };
  }
  if (blocked) {
    return {
      title,
      what: `A content security policy stopped a part of the page: ${blocked}.`,
      next: "The host or an extension adds a stricter policy than the page’s own. It must allow scripts of this site and 'wasm-unsafe-eval'.",
      report,
    };
  }
  if (error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError) {
    return {
      title,
      what: "The program’s file arrived damaged, belongs to another version, or needs a newer browser.",
      next: "Reload; if that does not help, update the browser.",
      report,
    };
  }
  if (error instanceof TypeError) {
    return {
      title,
      what: "A file of the program could not be fetched: the connection broke, the site was just updated, or a blocker stopped it.",
      next: "Reload the page in a minute.",
      report,
    };
  }
  return {
    title,
    what: "The program failed while it was starting.",
    next: "Reload; if it fails again, the report says what happened.",
    report,
  };
}

if (tag) {
  // Not awaited by anything: a failure is shown here and nowhere else.
  start().catch((error) => {
    if (!stopped) {
      console.error(error);
      show(startFailure(error));
    }
  });
}
