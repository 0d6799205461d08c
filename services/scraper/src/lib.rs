//! The scraper: fetches one page safely and extracts what it says.
