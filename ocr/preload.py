"""What the fork server imports once, so that its workers need not."""

READERS = (
    *("ocr.inspection", "ocr.signatures.examine", "ocr.signatures.paper_pages"),
    *("ocr.engines.tesseract_bundled", "ocr.engines.tesseract_command", "ocr.warm"),
)
"""For reading documents."""

SIGNATURES = ("ocr.signatures.looking", "ocr.signatures.examine")
"""For looking at signatures again."""
