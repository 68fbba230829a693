"""The test's levers on the world, one file per subject; the handle gives each its name."""
