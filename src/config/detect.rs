//! Detects a Django project.
