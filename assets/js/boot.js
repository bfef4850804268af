// Picks the view before the first paint. The one script that blocks, so it does nothing else; router.js decides in earnest.
if (location.hash.length > 1) document.documentElement.dataset.view = "area";
