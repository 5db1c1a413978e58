// Starts the page: loads the bindings and the module that the build wrote into this script's tag.
const tag = document.querySelector("script[data-wasm]");
const { default: init } = await import(new URL(tag.dataset.js, document.baseURI));
await init({ module_or_path: new URL(tag.dataset.wasm, document.baseURI) });
