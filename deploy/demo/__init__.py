"""`make demo`: does the product's main job once, through the public API, and tells what came of it."""
