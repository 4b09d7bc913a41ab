"""Sequences as pictures: text, SVG, a page, Mermaid. No library draws, and no font is asked for its width."""
