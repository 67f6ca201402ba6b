// Package web holds the page that winnow shows at /: plain HTML, CSS and ES modules, served as they are. No step builds them.
//
// It is read by someone who was just woken, perhaps on a phone: what is wrong comes first, then whose it is, then why. Everything on it comes by
// /api/v1/stream and the API's other routes. What comes from data goes in as text and never as markup; no script or style is inline, so that the strictest
// policy holds; nothing is loaded from elsewhere. assets/vendor is what others wrote, unchanged, with its licence.
package web

import (
	"embed"
	"io/fs"
)

//go:embed index.html assets
var files embed.FS

// Files are index.html and what it loads, below assets.
func Files() fs.FS { return files }
