//! Django's users: made, given passwords and shut out, as `manage.py createsuperuser` and `changepassword` do.
//!
//! What is written is Django's own (`pbkdf2_sha256`), so that its admin takes the password as well.

mod change;
mod hash;
mod rules;

pub use change::NewUser;
pub use change::create;
pub use change::note_login;
pub use change::require_free;
pub use change::set_active;
pub use change::set_password;
pub use hash::Known;
pub use hash::compare;
pub use hash::hash;
pub use hash::known;
pub use rules::fitting_name;
pub use rules::weaknesses;
