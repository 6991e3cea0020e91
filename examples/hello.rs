//! The least that an axum server does: the same few words to every request. `scripts/bench server` measures beside it.

use axum::Router;
use axum::routing::get;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    let app = Router::new().route("/", get(async || "Hello, World!"));
    axum::serve(listener, app).await?;
    Ok(())
}
