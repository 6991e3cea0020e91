//! Writes a configuration file.
