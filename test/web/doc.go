// Package web tests the page in headless Chromium: what it shows against what the API says, and that a person can read and use it.
//
// The tests carry the build tag web and are run by `make test-web`. With WINNOW_SHOTS set to a folder they leave pictures there.
package web
