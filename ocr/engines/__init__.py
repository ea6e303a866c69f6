"""The OCR engine: the port to it, and an adapter for each way in which a machine has tesseract."""
