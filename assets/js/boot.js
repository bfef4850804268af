// Picks the view before the first paint. The one script that blocks, so it does nothing else; router.js decides in earnest.
{
  let name = location.hash.slice(1) || (/^\/a\/([^/]+)/.exec(location.pathname) ?? ["", ""])[1];
  try {
    name = decodeURIComponent(name).normalize("NFC");
  } catch {
    // Then it is no name either.
  }
  // Behind `code=` stands no area: the path says it.
  if (name && !name.startsWith("code=")) document.documentElement.dataset.view = /^[\p{L}\p{M}\p{Nd}_-]{1,64}$/u.test(name) ? "area" : "landing";
}
