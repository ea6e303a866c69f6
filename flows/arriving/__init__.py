"""What comes in: sources, exports, forms, declared values. Bytes first, then meaning."""
