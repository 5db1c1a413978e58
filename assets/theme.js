// Applies a chosen theme before the first paint; a blocking script because anything later would flash the other theme.
// src/app/theme.rs changes the theme afterwards and uses the same stored name and the same colours.
{
  let theme = null;
  try {
    theme = localStorage.getItem("taupe.theme");
  } catch {
    // Storage is blocked: the system's theme it is.
  }
  if (theme === "light" || theme === "dark") {
    document.documentElement.dataset.theme = theme;
    for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
      meta.content = theme === "light" ? "#fffdfb" : "#211d1a";
    }
  }
}
