//! The controller: takes a URL, has it scraped and analysed, stores the document.
