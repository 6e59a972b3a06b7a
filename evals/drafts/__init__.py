"""Generated sentences, faithful and altered, that say whether the verification of answers tells them apart."""
