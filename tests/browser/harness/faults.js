const dark = matchMedia("(prefers-color-scheme: dark)");
const say = () => (document.getElementById("scheme").textContent = `${dark.matches ? "dark" : "light"} ${innerWidth}`);
addEventListener("resize", say);
dark.addEventListener("change", say);
say();

document.getElementById("inner").addEventListener("click", () => (document.getElementById("inner").textContent = "Clicked"));
document.getElementById("one").addEventListener("click", async () => {
  console.error("an error of the console");
  Promise.reject(new Error("a rejection nobody handles"));
  setTimeout(() => {
    throw new Error("an exception nobody catches");
  });
  await fetch("nothing-here").catch(() => {});
  document.getElementById("one").textContent = "Done";
});
