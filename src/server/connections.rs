//! Visitors' connections: accepted up to a number, held to a pace, and finished before the server ends.
//!
//! axum's own loop has no limit on connections or on the time that the head of a request may take.

use super::access_log::Peer;
use super::app::App;
use super::listen;
use super::patience::Patient;
use anyhow::Context;
use anyhow::Result;
use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::net::UnixListener;
use tokio::net::UnixStream;
use tokio::sync::Semaphore;
use tokio::sync::watch;

/// Largest head of a request, and largest buffer of an answer.
const BUFFER: usize = 64 * 1024;

/// How many visitors, and how slow they may be.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    pub(super) connections: usize,
    pub(super) header_timeout: Duration,
    pub(super) stall_timeout: Duration,
}

/// A listening socket that the runtime watches.
pub(super) enum Listener {
    Port(TcpListener),
    /// The file goes with the socket.
    Socket {
        listener: UnixListener,
        _file: Option<listen::SocketFile>,
    },
}

impl Listener {
    /// Takes a socket over; must be called on the runtime.
    pub(super) fn take(listener: listen::Listener) -> Result<Self> {
        let taken = match listener {
            listen::Listener::Port(listener) => TcpListener::from_std(listener).map(Self::Port),
            listen::Listener::Socket(listener, file) => {
                UnixListener::from_std(listener).map(|listener| Self::Socket { listener, _file: file })
            }
        };
        taken.context("take the socket over")
    }

    async fn accept(&self) -> std::io::Result<(Stream, Peer)> {
        match self {
            Self::Port(listener) => {
                let (stream, peer) = listener.accept().await?;
                // Answers are written whole; waiting for more only delays them.
                let _ = stream.set_nodelay(true);
                Ok((Stream::Port(stream), Peer::Address(peer)))
            }
            Self::Socket { listener, .. } => {
                listener.accept().await.map(|(stream, _)| (Stream::Socket(stream), Peer::Socket))
            }
        }
    }
}

enum Stream {
    Port(TcpStream),
    Socket(UnixStream),
}

/// Accepts connections until `stop` turns true; then waits for the running requests, for as long as it is polled.
pub(super) async fn serve(listener: Listener, app: App, limits: Limits, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let app = Arc::new(app);
    loop {
        let accepted = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else { break };
        let (app, limits, stop) = (Arc::clone(&app), limits.clone(), stop.clone());
        tokio::spawn(async move {
            app.metrics.connections.fetch_add(1, Ordering::Relaxed);
            match stream {
                Stream::Port(stream) => converse(stream, peer, &app, &limits, stop).await,
                Stream::Socket(stream) => converse(stream, peer, &app, &limits, stop).await,
            }
            app.metrics.connections.fetch_sub(1, Ordering::Relaxed);
            drop(place);
        });
    }
    // Free at once for a successor.
    drop(listener);
    let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
    let _ = places.acquire_many(all).await;
}

type Accepted = (Stream, Peer, tokio::sync::OwnedSemaphorePermit);

async fn accept(listener: &Listener, places: &Arc<Semaphore>) -> Option<Accepted> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return Some((stream, peer, place)),
            // Out of file descriptors, or the visitor has gone already: the next one may do better.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin + Send>(
    stream: S,
    peer: Peer,
    app: &App,
    limits: &Limits,
    mut stop: watch::Receiver<bool>,
) {
    let service = service_fn(async |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        // Where a body in pieces ends, proxies may disagree: nothing behind it is taken for a request.
        let last = request.headers().contains_key(header::TRANSFER_ENCODING);
        let mut response = app.answer(request.map(Body::new)).await;
        if last {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        Ok::<_, Infallible>(response)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(Patient::new(stream, limits.stall_timeout)), service);
    let mut connection = std::pin::pin!(connection);
    // A connection that breaks is the visitor's business.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stop.wait_for(|stop| *stop) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
