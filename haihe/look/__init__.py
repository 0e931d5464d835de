"""One look for the three faces: base page, design system, generated forms, and dates in words."""
