//! The scheduler: runs scrapes by cron through the controller.
