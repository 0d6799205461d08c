//! The text analyser: language, readability, sentiment, keywords and tags of a text.
