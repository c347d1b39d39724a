"""Paper: sheets composed from what was written, set by typst as tagged PDF."""
