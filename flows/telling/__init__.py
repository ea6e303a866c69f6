"""What the house says: letter, sheets, bundles, explanations, proofs, the public page."""
